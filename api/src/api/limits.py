"""How much one client may ask for: requests in a minute, URLs in an hour.

The answers say what is left, as draft-ietf-httpapi-ratelimit-headers-11 has it. While Redis is away
nothing is counted and all pass: what needs the store then answers 503 by itself.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import request

from api.access import Caller, caller, caller_of
from api.batch import Batch
from api.paths import is_health, is_page
from api.problems import problem_of
from api.settings import ApiSettings
from jobs.errors import QuotaExceeded, StoreUnavailable
from jobs.model import Balance, Quota
from jobs.store import JobStore

Amounts = Sequence[tuple[Quota, int]]

#: Where a request's URLs stand, as WSGI has it.
_URLS = "imgferry.urls"


def limit_clients(app: WSGIApplication, settings: ApiSettings, store: JobStore) -> WSGIApplication:
    """Count requests, and refuse those beyond the limit before their bodies are read.

    Checks of health come every few seconds, the files of a page many at once: none is counted.
    """
    if not (settings.limit_requests_per_minute or settings.limit_urls_per_hour):
        return app

    def spend_together(asked: Sequence[Amounts]) -> list[list[Balance]]:
        balances = iter(store.spend([amount for amounts in asked for amount in amounts]))
        return [[next(balances) for _ in amounts] for amounts in asked]

    spend: Batch[Amounts, list[Balance]] = Batch(spend_together)

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        path = environ["PATH_INFO"]
        if is_health(path) or is_page(path):
            return app(environ, start_response)
        asks = caller_of(environ)
        quotas = [(_requests_quota(settings, asks), 1), (_urls_quota(settings, asks), 0)]
        try:
            balances = spend([(quota, amount) for quota, amount in quotas if quota])
        except StoreUnavailable:
            return app(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            headers += _told(balances, environ.get(_URLS, 0))
            return start_response(status, headers, *error)

        for balance in balances:
            if balance.is_exceeded:
                return problem_of(QuotaExceeded(balance)).response()(environ, start)
        return app(environ, start)

    return serve


def urls_quota(settings: ApiSettings) -> Quota | None:
    """What the caller may have ferried, retries included; None: no limit."""
    return _urls_quota(settings, caller())


def note_urls(count: int) -> None:
    """Say that so many URLs were taken from the caller's quota for this request."""
    request.environ[_URLS] = count


def _requests_quota(settings: ApiSettings, caller: Caller) -> Quota | None:
    limit = settings.limit_requests_per_minute
    return Quota("requests", caller.client, limit, 60) if limit else None


def _urls_quota(settings: ApiSettings, caller: Caller) -> Quota | None:
    limit = settings.limit_urls_per_hour
    return Quota("urls", caller.client, limit, 3600) if limit else None


def _told(balances: Sequence[Balance], urls: int) -> list[tuple[str, str]]:
    """The headers for these; of the URLs' quota so many were taken after it was looked at."""
    policies = [f'"{b.quota.name}";q={b.quota.limit};w={b.quota.length}' for b in balances]
    left = [f'"{b.quota.name}";r={_left(b, urls)};t={ceil(b.resets_in)}' for b in balances]
    return [("RateLimit-Policy", ", ".join(policies)), ("RateLimit", ", ".join(left))]


def _left(balance: Balance, urls: int) -> int:
    return max(balance.remaining - (urls if balance.quota.name == "urls" else 0), 0)
