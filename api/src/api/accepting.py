"""What follows where there is something new to run: it is sent, and the client told where it is."""

from collections.abc import Callable

from flask import Response, after_this_request, request, url_for
from structlog.contextvars import bind_contextvars

from api.access import caller
from api.limits import note_urls, urls_quota
from api.parameters import parse_idempotency_key
from api.settings import ApiSettings
from api.submissions import Submission
from api.watching.states import POLL_AFTER
from jobs.model import Once
from jobs.staging import JobFiles
from jobs.store import JobStore


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


def run_after_the_answer(call: Callable[[], object]) -> None:
    """Call this once the client has the answer to its request."""

    @after_this_request
    def later(response: Response) -> Response:
        response.call_on_close(call)
        return response
