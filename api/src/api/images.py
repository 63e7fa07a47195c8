"""The routes of the contract (design §2): images in, jobs and links out."""

from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, request, url_for
from structlog.contextvars import bind_contextvars
from werkzeug.exceptions import RequestEntityTooLarge

from api.parsing import parse_number, parse_status, parse_urls
from api.presenting import present_images, present_job, present_links
from api.problems import Problem
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.errors import StoreUnavailable
from jobs.model import JobStatus
from jobs.store import JobStore

log = structlog.get_logger()

Answer = tuple[dict[str, Any], dict[str, str]]

#: Images or links in one answer, at most.
MAX_PAGE = 1000
#: Seconds after which it is worth looking at an unfinished job again.
POLL_AFTER = "1"


def images(settings: ApiSettings, store: JobStore, dispatcher: Dispatcher) -> Blueprint:
    """The routes, over this store."""
    routes = Blueprint("images", __name__, url_prefix="/v1/images")

    @routes.post("/upload")
    def submit() -> tuple[dict[str, str], int, dict[str, str]]:
        body = _read_json(settings.max_body)
        job_id = store.add(parse_urls(body, settings.max_urls_per_job, settings.max_url_length))
        bind_contextvars(job_id=job_id)
        try:
            dispatcher.dispatch()
        except StoreUnavailable as error:
            # The job is stored, so it will run: every worker dispatches once a second.
            log.warning("not dispatched", reason=str(error))
        location = url_for("images.job", job_id=job_id)
        return {"jobId": job_id}, 202, {"Location": location, "Retry-After": POLL_AFTER}

    @routes.get("/upload/<uuid:job_id>")
    def job(job_id: UUID) -> Answer:
        return _present(job_id, "complete")

    @routes.get("/uploaded/<uuid:job_id>")
    def job_in_older_dialect(job_id: UUID) -> Answer:
        return _present(job_id, "completed")

    def _present(job_id: UUID, complete: str) -> Answer:
        job = store.get(str(job_id))
        if job.status is JobStatus.COMPLETE:
            return present_job(job, complete), {}
        holdup = store.destination().holdup
        return present_job(job, complete, holdup), {"Retry-After": POLL_AFTER}

    @routes.get("/upload/<uuid:job_id>/images")
    def images_of_job(job_id: UUID) -> dict[str, Any]:
        status = parse_status(request.args)
        limit = parse_number(request.args, "limit", 1, MAX_PAGE) or 100
        cursor = parse_number(request.args, "cursor", 0) or 0
        return present_images(store.images(str(job_id), status, limit, cursor))

    @routes.get("")
    def links() -> dict[str, Any]:
        limit = parse_number(request.args, "limit", 1, MAX_PAGE) or MAX_PAGE
        cursor = parse_number(request.args, "cursor", 0)
        return present_links(store.links(limit, cursor))

    return routes


def _read_json(limit: int) -> bytes:
    """The body of the request, shorter than `limit`. It must say that it is JSON in UTF-8."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset != "utf-8":
        raise Problem(415, "Takes Content-Type: application/json, in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(415, "Takes no Content-Encoding.")
    body = request.get_data(cache=False)
    if len(body) >= limit:
        # Werkzeug 3.1 cuts a chunked body off at the limit instead of refusing it.
        raise RequestEntityTooLarge
    return body
