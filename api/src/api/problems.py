"""Every answer that is an error, as `application/problem+json` (RFC 9457).

`type` is `/problems/<kind>` for the kinds listed here, and `about:blank` where the status says all.
It is a name to compare, not a page to open. No member ever shows what the client sent.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from jobs.errors import (
    DeletionNotFound,
    DeliveryNotFound,
    JobNotFound,
    KeyReused,
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
            "requestId": g.get("request_id"),
            **self.members,
        }
        response = jsonify(body)
        response.status_code = self.status
        response.content_type = "application/problem+json"
        response.headers.update(self.headers)
        return response


def answer_with_problems(app: Flask) -> None:
    """Make every error of every route a problem, Flask's own among them."""

    @app.errorhandler(Problem)
    def problem(problem: Problem) -> Response:
        return problem.response()

    @app.errorhandler(JobNotFound)
    def unknown_job(_: JobNotFound) -> Response:
        detail = "No job has this id, or it was finished so long ago that it is forgotten."
        return Problem(404, detail, kind="unknown-job").response()

    @app.errorhandler(DeletionNotFound)
    def unknown_deletion(_: DeletionNotFound) -> Response:
        detail = "This link deletes no image, or was made so long ago that its job is forgotten."
        return Problem(404, detail, kind="unknown-deletion").response()

    @app.errorhandler(DeliveryNotFound)
    def unknown_delivery(_: DeliveryNotFound) -> Response:
        detail = "The list of the job's deliveries has those that there are."
        return Problem(404, detail, kind="unknown-delivery").response()

    @app.errorhandler(KeyReused)
    def key_reused(_: KeyReused) -> Response:
        detail = (
            "Nothing was stored: an earlier request had this Idempotency-Key and another body. "
            "Another job takes another key."
        )
        return Problem(422, detail, kind="idempotency-key-reused").response()

    @app.errorhandler(StoreUnavailable)
    def store_unavailable(error: StoreUnavailable) -> Response:
        log.error("store unavailable", reason=str(error))
        detail = "The service cannot reach its store at the moment. Try again later."
        return Problem(
            503, detail, kind="store-unavailable", headers={"Retry-After": "5"}
        ).response()

    @app.errorhandler(StagingUnavailable)
    def staging_unavailable(error: StagingUnavailable) -> Response:
        log.error("staging unavailable", reason=str(error))
        detail = "Nothing was stored: the service cannot keep files now. Try again later."
        headers = {"Retry-After": "5"}
        return Problem(503, detail, kind="staging-unavailable", headers=headers).response()

    @app.errorhandler(StagingFull)
    def staging_full(_: StagingFull) -> Response:
        log.error("staging full")
        detail = "Nothing was stored: the service has no room for files now. Try again later."
        headers = {"Retry-After": "60"}
        return Problem(507, detail, kind="staging-full", headers=headers).response()

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        headers = {k: v for k, v in error.get_headers() if k.lower() != "content-type"}
        detail = DETAILS.get(status, error.description or HTTP_STATUS_CODES[status])
        return Problem(status, detail, headers=headers).response()

    @app.errorhandler(ParseException)
    def broken_body(_: ParseException) -> Response:
        return Problem(400, DETAILS[400]).response()  # gunicorn found it only when it was read

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.error("unexpected error", exc_info=error)
        return Problem(500, DETAILS[500]).response()
