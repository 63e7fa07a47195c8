"""An id for every request and one line in the log for it, without path, query or body.

The id is the client's `X-Request-ID` where that is sane; the answer carries it in the same header.
"""

import logging
import re
from secrets import token_hex
from time import perf_counter

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

log = structlog.get_logger(__name__)

_SANE = re.compile(r"[A-Za-z0-9._~+/=:-]{1,128}")


def log_requests(app: Flask) -> None:
    """Bind `request_id` and `job_id` to everything logged while a request is served."""

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()
        sent = request.headers.get("X-Request-ID", "")
        g.request_id = sent if _SANE.fullmatch(sent) else token_hex(16)
        clear_contextvars()
        bind_contextvars(request_id=g.request_id)
        # Of a path nothing else: any text may stand where a token or the id of a delivery belongs.
        if job_id := (request.view_args or {}).get("job_id"):
            bind_contextvars(job_id=str(job_id))

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.request_id
        # Health checks come every few seconds and say nothing.
        level = logging.DEBUG if request.blueprint == "health" else logging.INFO
        log.log(
            level,
            "request",
            method=request.method,
            route=request.url_rule and request.url_rule.rule,
            status=response.status_code,
            ms=round((perf_counter() - g.began) * 1000, 1),
        )
        return response

    @app.teardown_request
    def forget(_: BaseException | None) -> None:
        clear_contextvars()  # what gunicorn logs on this thread next is not of this request
