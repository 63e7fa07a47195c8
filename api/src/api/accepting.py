"""What follows where there is something new to run: it is sent, and the client told where it is."""

from collections.abc import Callable

import structlog
from flask import Response, after_this_request, request, url_for
from structlog.contextvars import bind_contextvars

from api.access import caller
from api.limits import note_urls, urls_quota
from api.parameters import parse_idempotency_key
from api.settings import ApiSettings
from api.submissions import Submission
from api.watching.states import POLL_AFTER
from jobs.errors import StoreUnavailable
from jobs.model import Once
from jobs.staging import JobFiles
from jobs.store import JobStore

log = structlog.get_logger(__name__)


def add_job(
    settings: ApiSettings, store: JobStore, job: Submission, files: JobFiles
) -> tuple[str, dict[str, str]]:
    """Store the caller's job, once by its Idempotency-Key; its id, and headers of the answer."""
    key = parse_idempotency_key(request.headers.get("Idempotency-Key"))
    once = None if key is None else Once(key, job.meaning())
    quota = urls_quota(settings)
    added = store.add(job.urls, job.options, once, caller().owner, quota, files.job_id)
    if not added.replayed:
        files.keep()
        note_urls(len(job.urls))
    headers = accepted(added.job_id)
    if added.replayed:
        headers["Idempotent-Replayed"] = "true"
    return added.job_id, headers


def accepted(job_id: str) -> dict[str, str]:
    """The headers of the answer 202: where the job is, and when to look at it."""
    bind_contextvars(job_id=job_id)
    return {"Location": url_for("jobs.job", job_id=job_id), "Retry-After": POLL_AFTER}


def dispatch_after_the_answer(dispatch: Callable[[], object]) -> None:
    """Dispatch what was just stored once the client has its answer, which says nothing of it."""

    def dispatch_late() -> None:
        try:
            dispatch_now(dispatch)
        except Exception:  # gunicorn would send a second answer
            log.exception("defect in dispatch")

    @after_this_request
    def later(response: Response) -> Response:
        response.call_on_close(dispatch_late)
        return response


def dispatch_now(dispatch: Callable[[], object]) -> None:
    """Dispatch what was just stored. Where that fails it runs too: workers do it every second."""
    try:
        dispatch()
    except StoreUnavailable as error:
        log.warning("not dispatched", reason=str(error))
