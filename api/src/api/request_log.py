"""An id for every request and a line in the log for it, without path, query or body.

The id is the client's `X-Request-ID` where that is sane; the answer carries it in the same header.
"""

import re
from functools import lru_cache
from secrets import token_hex
from time import perf_counter
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from api.paths import is_health, split_job

log = structlog.get_logger(__name__)

_SANE = re.compile(r"[A-Za-z0-9._~+/=:-]{1,128}")


def log_requests(app: WSGIApplication, routes: Map) -> WSGIApplication:
    """Bind `request_id` and `job_id` to everything logged while a request is served."""
    urls = routes.bind("")

    @lru_cache  # few are asked for, and often; the others cost what they cost
    def match(path: str, method: str) -> str | None:
        try:
            rule, _ = urls.match(path, method, return_rule=True)
        except HTTPException:
            return None
        return rule.rule

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        began = perf_counter()
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        ids = {"request_id": sent if _SANE.fullmatch(sent) else token_hex(16)}
        # Of a path nothing else: any text may stand where a token or the id of a delivery belongs.
        job_id, nameless = split_job(path)
        if job_id:
            ids["job_id"] = job_id
        bind_contextvars(**ids)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            headers.append(("X-Request-ID", ids["request_id"]))
            # These come every few seconds from whoever waits, and say nothing.
            is_idle = is_health(path) or status.startswith("304")
            write = log.debug if is_idle else log.info
            write(
                "request",
                method=method,
                route=match(nameless, method),
                status=int(status[:3]),
                ms=round((perf_counter() - began) * 1000, 1),
            )
            return start_response(status, headers, *error)

        try:
            return app(environ, start)
        finally:
            clear_contextvars()  # what is logged on this thread next is not of this request

    return serve


def request_id() -> str | None:
    """The id of the request that is served here, if one is."""
    return structlog.contextvars.get_contextvars().get("request_id")
