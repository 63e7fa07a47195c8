"""How outcomes, jobs and images are written in Redis, and read again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from jobs.model import (
    Destination,
    Failed,
    Failure,
    Image,
    ImageOptions,
    ImageStatus,
    JobStatus,
    Known,
    Outcome,
    Pause,
    Released,
    Retry,
    Summary,
    Told,
    Uploaded,
    Window,
)

#: Entries that are looked at for one page of what only some are, at most.
MOST_SEEN = 1000

#: The byte of an image that was uploaded and then deleted.
DELETED = "d"

#: The bytes of `job:<id>:states`, by what the outside calls them. The pending ones are waiting,
#: admitted and begun; the complete ones uploaded, known before, and deleted since.
STATES = {
    ImageStatus.PENDING: "wab",
    ImageStatus.COMPLETE: f"ck{DELETED}",
    ImageStatus.FAILED: "f",
}
#: The fields of a job's hash that a summary is made of.
FACTS = (
    *("created", "begun", "finished", "total", "pending", "failed"),
    *("owner", "title", "labels", "version"),
)
_STATUS = {state: status for status, states in STATES.items() for state in states}


def write_outcome(outcome: Outcome) -> list[str | int]:
    """The seven arguments that `record.lua` takes for an outcome."""
    arrived = False
    match outcome.result:
        case Uploaded() as done:
            what, value, detail = "complete", done.content or "", _write_upload(done)
        case Known(content):
            what, value, detail = "known", content, ""
        case Failed(failure, arrived):
            what, value, detail = "failed", "", write_failure(failure)
        case Retry(failure, after, arrived):
            what, value, detail = "retry", str(ms(after)), write_failure(failure)
        case Released(after):
            what, value, detail = "released", str(ms(after)) if after else "", ""
    image = outcome.image
    doubt = "1" if arrived else ""
    return [image.job_id, image.index, image.token, what, value, detail, doubt]


def write_told(told: Sequence[Told]) -> list[str | int]:
    """The arguments that `budget.lua` takes for what answers told of windows."""
    args: list[str | int] = [len(told)]
    for window in told:
        args += [window.name, ms(window.length)]
        args += ["" if part is None else part for part in (window.limit, window.remaining)]
        args += [ms(window.resets_in or 0), window.untold]
    return args


def write_failure(failure: Failure) -> str:
    """The detail of a failed image: an object."""
    return json.dumps(
        {"code": failure.code, "message": failure.message, "retryable": failure.retryable}
    )


def _write_upload(done: Uploaded) -> str:
    """The detail of a complete image: an array, half as long as the object would be."""
    detail = [done.link, done.id, done.deletehash, done.type, done.width, done.height, done.bytes]
    return json.dumps(detail, separators=(",", ":"))


def write_options(options: ImageOptions) -> str:
    """The options of one image: an object of those that are given."""
    return json.dumps({name: text for name, text in asdict(options).items() if text is not None})


def read_options(options: str) -> ImageOptions:
    """What write_options wrote; nothing stands for none."""
    return ImageOptions(**json.loads(options)) if options else ImageOptions()


def read_image(entry: list[Any]) -> Image:
    """An entry of `showing.lua` as an image; its deletehash stays behind."""
    index, url, state, attempts, doubts, detail, due = entry
    status = _STATUS[state]
    known = json.loads(detail) if detail else None
    upload: dict[str, Any] = {}
    if isinstance(known, list):
        upload["link"], upload["id"], _, upload["type"], *sizes = known
        upload["width"], upload["height"], upload["bytes"] = sizes
    if state == DELETED:
        upload["link"] = None
    return Image(
        index=index,
        url=url,
        status=status,
        attempts=attempts,
        deduplicated=state == "k",
        possibly_duplicated=doubts > 0,
        deleted=state == DELETED,
        error=Failure(**known) if isinstance(known, dict) else None,
        retry_at=read_time(due) if due and status is ImageStatus.PENDING else None,
        **upload,
    )


def read_summary(job_id: str, facts: Mapping[str, Any]) -> Summary:
    """The job with these facts, without its URLs."""
    total, pending, failed = (int(facts[name]) for name in ("total", "pending", "failed"))
    finished = facts["finished"]
    return Summary(
        id=job_id,
        created=read_time(facts["created"]),
        finished=read_time(finished) if finished else None,
        status=read_status(facts),
        pending=pending,
        complete=total - pending - failed,
        failed=failed,
        title=facts["title"],
        labels=read_labels(facts),
    )


def read_destination(state: list[Any]) -> Destination:
    """What `standing.lua` says of the destination."""
    in_flight, due, pending, jobs, pace, pause, *windows = state
    known = [
        Window(name, length / 1000, limit, remaining, read_time(resets) if resets else None)
        for name, length, limit, remaining, resets in sorted(windows)
    ]
    return Destination(
        windows=known,
        pause=read_pause(*pause) if pause else None,
        in_flight=in_flight,
        waiting=pending - in_flight - due,
        due=due,
        jobs=jobs,
        pace=float(pace) if pace else None,
    )


def read_pause(reason: str, until: str, told: str | None) -> Pause:
    """The pause with these facts."""
    return Pause(reason, read_time(until), is_told=told == "1")


def read_status(facts: Mapping[str, str | None]) -> JobStatus:
    """How far the job with these facts is."""
    if facts.get("finished"):
        return JobStatus.COMPLETE
    return JobStatus.IN_PROGRESS if facts.get("begun") else JobStatus.PENDING


def read_labels(facts: Mapping[str, str | None]) -> list[str]:
    """The labels of the job with these facts."""
    return list(json.loads(facts.get("labels") or "[]"))


def read_time(ms: str | float) -> datetime:
    """A time as Redis keeps it, in ms since the epoch."""
    return datetime.fromtimestamp(float(ms) / 1000, UTC)


def ms(seconds: float) -> int:
    """A span as Redis keeps it, in ms."""
    return int(seconds * 1000)


def digest(text: str) -> str:
    """What stands in a key for a text that is nobody's business: SHA-256, in hex."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()
