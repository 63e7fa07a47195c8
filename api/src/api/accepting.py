"""What follows where there is something new to run: it is sent, and the client told where it is."""

from collections.abc import Callable

import structlog
from flask import url_for
from structlog.contextvars import bind_contextvars

from jobs.dispatch import Dispatcher
from jobs.errors import StoreUnavailable

log = structlog.get_logger()

#: Seconds after which it is worth looking at an unfinished job again.
POLL_AFTER = "1"


def accept(dispatcher: Dispatcher, job_id: str) -> dict[str, str]:
    """Dispatch, and the headers of the answer 202: where the job is, and when to look at it."""
    bind_contextvars(job_id=job_id)
    dispatch_now(dispatcher.dispatch)
    return {"Location": url_for("jobs.job", job_id=job_id), "Retry-After": POLL_AFTER}


def dispatch_now(dispatch: Callable[[], object]) -> None:
    """Dispatch what was just stored. Where that fails it runs too: workers do it every second."""
    try:
        dispatch()
    except StoreUnavailable as error:
        log.warning("not dispatched", reason=str(error))
