"""How much one client may ask for: requests in a minute, URLs in an hour.

The answers say what is left, as draft-ietf-httpapi-ratelimit-headers-11 has it. While Redis is away
nothing is counted and all pass: what needs the store then answers 503 by itself.
"""

from collections.abc import Sequence
from math import ceil

from flask import Flask, Response, g, request

from api.access import caller
from api.batch import Batch
from api.problems import Problem
from api.settings import ApiSettings
from jobs.errors import QuotaExceeded, StoreUnavailable
from jobs.model import Balance, Quota
from jobs.store import JobStore

#: Blueprints that ask nothing of the store. The files of a page come many at once.
UNCOUNTED = frozenset({"health", "page", "docs"})

Amounts = Sequence[tuple[Quota, int]]


def limit_clients(app: Flask, settings: ApiSettings, store: JobStore) -> None:
    """Count requests, and refuse those beyond the limit before their bodies are read."""

    def spend_together(asked: Sequence[Amounts]) -> list[list[Balance]]:
        balances = iter(store.spend([amount for amounts in asked for amount in amounts]))
        return [[next(balances) for _ in amounts] for amounts in asked]

    is_limited = settings.limit_requests_per_minute or settings.limit_urls_per_hour
    spend: Batch[Amounts, list[Balance]] = Batch(spend_together)

    @app.before_request
    def count() -> None:
        if not is_limited or request.blueprint in UNCOUNTED:
            return
        quotas = [(_requests_quota(settings), 1), (urls_quota(settings), 0)]
        try:
            g.balances = spend([(quota, amount) for quota, amount in quotas if quota])
        except StoreUnavailable:
            return
        for balance in g.balances:
            if balance.is_exceeded:
                raise QuotaExceeded(balance)

    @app.after_request
    def tell(response: Response) -> Response:
        balances: list[Balance] = g.get("balances", [])
        if balances:
            response.headers["RateLimit-Policy"] = ", ".join(
                f'"{b.quota.name}";q={b.quota.limit};w={b.quota.length}' for b in balances
            )
            response.headers["RateLimit"] = ", ".join(
                f'"{b.quota.name}";r={_left(b)};t={ceil(b.resets_in)}' for b in balances
            )
        return response

    @app.errorhandler(QuotaExceeded)
    def exceeded(error: QuotaExceeded) -> Response:
        balance, quota = error.balance, error.balance.quota
        wait = max(ceil(balance.resets_in), 1)
        detail = (
            f"Nothing was done. A client may send {quota.limit} {quota.name} in {quota.length} "
            f"seconds: {balance.remaining} are left, and all of them again in {wait} seconds."
        )
        members = {"violated-policies": [quota.name]}
        headers = {"Retry-After": str(wait)}
        return Problem(429, detail, kind="quota-exceeded", headers=headers, **members).response()


def urls_quota(settings: ApiSettings) -> Quota | None:
    """What the caller may have ferried, retries included; None: no limit."""
    limit = settings.limit_urls_per_hour
    return Quota("urls", caller().client, limit, 3600) if limit else None


def note_urls(count: int) -> None:
    """Say that so many URLs were taken from the caller's quota for this request."""
    g.urls = count


def _requests_quota(settings: ApiSettings) -> Quota | None:
    limit = settings.limit_requests_per_minute
    return Quota("requests", caller().client, limit, 60) if limit else None


def _left(balance: Balance) -> int:
    # URLs are counted where a job is stored, after this balance was read.
    spent = g.get("urls", 0) if balance.quota.name == "urls" else 0
    return max(balance.remaining - spent, 0)
