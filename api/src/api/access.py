"""Who may ask: who has an API key or, where there are none, this machine alone, or everybody."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any, cast
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from flask import Blueprint, request
from structlog.contextvars import bind_contextvars
from werkzeug.datastructures import Authorization
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wsgi import get_host

from api.keys import Key, find_key
from api.paths import is_deletion, is_health, is_page
from api.problems import Problem
from api.settings import ApiSettings
from jobs.errors import JobNotFound
from jobs.store import JobStore

log = structlog.get_logger(__name__)

#: What a proxy may add to a request, as WSGI names it. Where none is expected, one that has it may
#: be anybody's.
_FORWARDED = frozenset(
    f"HTTP_{name}"
    for name in ("FORWARDED", "VIA", "X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_REAL_IP")
)

#: Where a request's caller stands, as WSGI has it.
_CALLER = "imgferry.caller"

#: Methods that change nothing. What they answer, a page of another site cannot read.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    client: str
    """As whom it is counted: by its key, else by its address."""
    owner: str = ""
    """Whose are the jobs that it adds: its key's name; nobody's without keys."""
    sees: str | None = None
    """Whose jobs it sees; None: all."""


def caller() -> Caller:
    """Who sent the request that Flask is serving."""
    return caller_of(request.environ)


def caller_of(environ: WSGIEnvironment) -> Caller:
    """Who sent this request, which was admitted."""
    return cast(Caller, environ[_CALLER])


def admit_callers(app: WSGIApplication, settings: ApiSettings) -> WSGIApplication:
    """Refuse who may not ask, but for health, before anything is read or done."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        if not is_health(environ["PATH_INFO"]):
            try:
                environ[_CALLER] = _admitted(environ, settings)
            except Problem as refused:
                return refused.response()(environ, start_response)
        return app(environ, start_response)

    if settings.proxies:
        n = settings.proxies
        return ProxyFix(serve, x_for=n, x_proto=n, x_host=n)
    return serve


def show_own_jobs_alone(routes: Blueprint, store: JobStore) -> None:
    """On these routes a job of another key is to the caller as if it were not."""

    @routes.before_request
    def check() -> None:
        if job_id := (request.view_args or {}).get("job_id"):
            check_owner(store, caller(), str(job_id))


def check_owner(store: JobStore, caller: Caller, job_id: str) -> None:
    """Raise JobNotFound where the job is not the caller's to see."""
    if caller.sees is not None and store.owner_of(job_id) != caller.sees:
        raise JobNotFound


def log_access(settings: ApiSettings) -> None:
    """Say at start who may ask."""
    if settings.api_keys:
        log.info("whoever has an API key may ask", keys=sorted({k.name for k in settings.api_keys}))
    elif settings.allow_anonymous:
        log.warning("everybody may ask, and sees all jobs: ALLOW_ANONYMOUS is set")
    else:
        log.info("this machine alone may ask: neither API_KEYS nor ALLOW_ANONYMOUS is set")


def _admitted(environ: WSGIEnvironment, settings: ApiSettings) -> Caller:
    path = environ["PATH_INFO"]
    takes_key = not is_page(path) and not is_deletion(path)
    if settings.api_keys and takes_key:
        key = _key_sent(environ, settings.api_keys)
        bind_contextvars(key=key.name)
        return Caller(f"key:{key.name}", key.name, None if key.is_admin else key.name)
    if not (settings.api_keys or settings.allow_anonymous or _is_local(environ, settings.proxies)):
        raise Problem(
            403,
            "Without API keys this service answers its own machine only: at localhost or "
            "127.0.0.1, through no proxy. API_KEYS sets keys (`imgferry key` makes one); "
            "ALLOW_ANONYMOUS=1 lets in everybody.",
            kind="local-only",
        )
    if takes_key and _is_driven_by_another_site(environ):
        raise Problem(
            403,
            "Nothing was done. Without API keys this service takes no requests that the "
            "page of another site makes a browser send.",
            kind="cross-site",
        )
    return _anybody(environ.get("REMOTE_ADDR", ""))


def _key_sent(environ: WSGIEnvironment, keys: tuple[Key, ...]) -> Key:
    sent = Authorization.from_header(environ.get("HTTP_AUTHORIZATION"))
    key = find_key(keys, sent.token) if sent and sent.type == "bearer" and sent.token else None
    if key is None:
        detail = "Takes the header `Authorization: Bearer <key>` with a key of this service."
        headers = {"WWW-Authenticate": "Bearer"}
        raise Problem(401, detail, kind="key-needed", headers=headers)
    return key


def _is_local(environ: WSGIEnvironment, proxies: int) -> bool:
    """Whether the request was made on this machine, as far as can be told.

    A proxy here makes strangers look local, and so does a name that leads here: a page in a
    browser of this machine could ask under the name of its own site.
    """
    if proxies:
        addresses = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        as_expected = len([address for address in addresses if address.strip()]) >= proxies
    else:
        as_expected = _FORWARDED.isdisjoint(environ)
    address = environ.get("REMOTE_ADDR", "")
    return as_expected and _is_loopback(address) and _leads_here(get_host(environ))


def _is_driven_by_another_site(environ: WSGIEnvironment) -> bool:
    """Whether a page of another origin makes its reader's browser change something here.

    Browsers let it post forms and plain text to anybody without asking. They say so: in
    `Sec-Fetch-Site` (Fetch Metadata §2.3), and where that is missing in `Origin` (Fetch §3.2).
    """
    if environ["REQUEST_METHOD"] in _SAFE:
        return False
    site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if site is not None:
        return site not in {"same-origin", "none"}
    return origin is not None and origin.partition("://")[2] != get_host(environ)


# The same few come with every request; cached are those that came last, of whoever asks.


@lru_cache
def _leads_here(host: str) -> bool:
    try:
        return _is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False


@lru_cache
def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


@lru_cache
def _anybody(address: str) -> Caller:
    """Who has no key: counted by what one client has of addresses, one of IPv4, a /64 of IPv6."""
    return Caller(f"address:{_network(address)}")


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"  # of a Unix socket
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
