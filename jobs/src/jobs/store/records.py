"""How outcomes and images are written in Redis, and read again."""

import json
from datetime import UTC, datetime
from typing import Any

from jobs.model import Failed, Failure, Image, ImageStatus, Outcome, Released, Retry, Uploaded

#: The bytes of `job:<id>:states`, by what the outside calls them. The pending ones are waiting,
#: admitted and begun.
STATES = {
    ImageStatus.PENDING: "wab",
    ImageStatus.COMPLETE: "c",
    ImageStatus.FAILED: "f",
}
_STATUS = {state: status for status, states in STATES.items() for state in states}


def write_outcome(outcome: Outcome) -> list[str | int]:
    """The six arguments that `record.lua` takes for an outcome."""
    match outcome.result:
        case Uploaded() as done:
            what, value, detail = "complete", done.link, _uploaded(done)
        case Failed(failure):
            what, value, detail = "failed", "", write_failure(failure)
        case Retry(failure, after):
            what, value, detail = "retry", str(int(after * 1000)), write_failure(failure)
        case Released():
            what, value, detail = "released", "", ""
    image = outcome.image
    return [image.job_id, image.index, image.token, what, value, detail]


def write_failure(failure: Failure) -> str:
    """The detail of a failed image."""
    return json.dumps(
        {"code": failure.code, "message": failure.message, "retryable": failure.retryable}
    )


def _uploaded(done: Uploaded) -> str:
    names = ("link", "id", "deletehash", "type", "width", "height", "bytes")
    return json.dumps({name: getattr(done, name) for name in names})


def read_image(entry: list[Any]) -> Image:
    """An entry of `images.lua` as an image; its deletehash stays behind."""
    url, state, attempts, detail, due = entry
    status = _STATUS[state]
    known = json.loads(detail) if detail else {}
    return Image(
        url=url,
        status=status,
        attempts=attempts,
        error=Failure(**known) if "code" in known else None,
        retry_at=read_time(due) if due and status is ImageStatus.PENDING else None,
        **{name: known.get(name) for name in ("link", "id", "type", "width", "height", "bytes")},
    )


def read_time(ms: str | float) -> datetime:
    """A time as Redis keeps it, in ms since the epoch."""
    return datetime.fromtimestamp(float(ms) / 1000, UTC)
