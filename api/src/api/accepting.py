"""What follows where there is something new to run: it is sent, and the client told where it is."""

from typing import Any

import structlog
from flask import url_for
from structlog.contextvars import bind_contextvars

from jobs.dispatch import Dispatcher
from jobs.errors import StoreUnavailable

log = structlog.get_logger()

Accepted = tuple[dict[str, Any], int, dict[str, str]]

#: Seconds after which it is worth looking at an unfinished job again.
POLL_AFTER = "1"


def accept(dispatcher: Dispatcher, job_id: str, **members: Any) -> Accepted:
    """Dispatch, and the answer: 202 with the job's id, where it is, and these members."""
    bind_contextvars(job_id=job_id)
    try:
        dispatcher.dispatch()
    except StoreUnavailable as error:
        # The job is stored, so it will run: every worker dispatches once a second.
        log.warning("not dispatched", reason=str(error))
    headers = {"Location": url_for("jobs.job", job_id=job_id), "Retry-After": POLL_AFTER}
    return {"jobId": job_id, **members}, 202, headers
