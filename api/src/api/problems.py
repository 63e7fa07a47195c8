"""Every answer that is an error, as `application/problem+json` (RFC 9457).

`type` is `/problems/<kind>` for the kinds listed here, and `about:blank` where the status says all.
It is a name to compare, not a page to open. No member ever shows what the client sent.
"""

import json
from collections.abc import Mapping
from math import ceil
from typing import Any

import structlog
from flask import Flask, Response
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from api.request_log import request_id
from jobs.errors import (
    DeletionNotFound,
    DeliveryNotFound,
    JobNotFound,
    KeyReused,
    QuotaExceeded,
    StagingFull,
    StagingUnavailable,
    StoreUnavailable,
)

log = structlog.get_logger(__name__)

TITLES = {
    "malformed-body": "The body cannot be read",
    "invalid-body": "The body is not what is taken here",
    "invalid-parameter": "A query parameter is wrong",
    "invalid-header": "A header is wrong",
    "idempotency-key-reused": "The Idempotency-Key is that of another job",
    "key-needed": "An API key is needed",
    "local-only": "This service answers its own machine only",
    "cross-site": "The page of another site asked",
    "quota-exceeded": "The client has asked for too much",
    "image-failed": "The image could not be uploaded",
    "unknown-job": "No job has this id",
    "unknown-deletion": "This link deletes no image",
    "unknown-delivery": "The job has no delivery with this id",
    "store-unavailable": "The store is unavailable",
    "too-many-watchers": "Too many watch jobs",
    "staging-unavailable": "Files cannot be taken at the moment",
    "staging-full": "There is no room for files",
    "not-ready": "The service is not ready",
}

DETAILS = {
    400: "The request is malformed, or breaks off.",
    404: "Nothing is at this path.",
    405: "This path does not take this method; the header Allow says which it takes.",
    408: "The body did not come in time.",
    413: "The body is longer than this service takes. Send fewer URLs or files in one job.",
    500: "The service failed at this request. The log has the reason under this requestId.",
}


class Problem(Exception):
    """An answer that is an error. `members` are the extension members (RFC 9457 §3.2)."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.headers = headers or {}
        self.members = members

    def response(self) -> Response:
        """As it goes over the wire, with the id of the request it answers."""
        body = {
            "type": f"/problems/{self.kind}" if self.kind else "about:blank",
            "title": TITLES[self.kind] if self.kind else HTTP_STATUS_CODES[self.status],
            "status": self.status,
            "detail": self.detail,
            "requestId": request_id(),
            **self.members,
        }
        text = json.dumps(body, separators=(",", ":"))
        return Response(f"{text}\n", self.status, self.headers, None, "application/problem+json")


def answer_with_problems(app: Flask) -> None:
    """Make every error of every route a problem, Flask's own among them."""
    app.register_error_handler(Exception, lambda error: problem_of(error).response())


def problem_of(error: Exception) -> Problem:
    """The answer to what was raised; the log has what the client is not told."""
    match error:
        case Problem():
            return error
        case QuotaExceeded():
            return _quota_exceeded(error)
        case HTTPException():
            return _of_http(error)
        case ParseException():  # gunicorn found it only when the body was read
            return Problem(400, DETAILS[400])
    for kind, (status, name, detail, headers) in _OF_SERVICE.items():
        if isinstance(error, kind):
            if status >= 500:
                log.error(name.replace("-", " "), reason=str(error))
            return Problem(status, detail, kind=name, headers=headers)
    log.error("unexpected error", exc_info=error)
    return Problem(500, DETAILS[500])


#: Of the errors of the store and of staging: status, kind, detail, headers.
_OF_SERVICE: dict[type[Exception], tuple[int, str, str, dict[str, str]]] = {
    JobNotFound: (
        404,
        "unknown-job",
        "No job has this id, or it was finished so long ago that it is forgotten.",
        {},
    ),
    DeletionNotFound: (
        404,
        "unknown-deletion",
        "This link deletes no image, or was made so long ago that its job is forgotten.",
        {},
    ),
    DeliveryNotFound: (
        404,
        "unknown-delivery",
        "The list of the job's deliveries has those that there are.",
        {},
    ),
    KeyReused: (
        422,
        "idempotency-key-reused",
        "Nothing was stored: an earlier request had this Idempotency-Key and another body. "
        "Another job takes another key.",
        {},
    ),
    StoreUnavailable: (
        503,
        "store-unavailable",
        "The service cannot reach its store at the moment. Try again later.",
        {"Retry-After": "5"},
    ),
    StagingUnavailable: (
        503,
        "staging-unavailable",
        "Nothing was stored: the service cannot keep files now. Try again later.",
        {"Retry-After": "5"},
    ),
    StagingFull: (
        507,
        "staging-full",
        "Nothing was stored: the service has no room for files now. Try again later.",
        {"Retry-After": "60"},
    ),
}


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    headers = {k: v for k, v in error.get_headers() if k.lower() != "content-type"}
    return Problem(
        status, DETAILS.get(status, error.description or HTTP_STATUS_CODES[status]), headers=headers
    )


def _quota_exceeded(error: QuotaExceeded) -> Problem:
    balance, quota = error.balance, error.balance.quota
    wait = max(ceil(balance.resets_in), 1)
    detail = (
        f"Nothing was done. A client may send {quota.limit} {quota.name} in {quota.length} "
        f"seconds: {balance.remaining} are left, and all of them again in {wait} seconds."
    )
    members = {"violated-policies": [quota.name]}
    return Problem(
        429, detail, kind="quota-exceeded", headers={"Retry-After": str(wait)}, **members
    )
