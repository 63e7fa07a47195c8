"""Server-sent events as bytes (HTML Living Standard §9.2). No I/O."""

import json
from dataclasses import dataclass

from api import shapes
from api.presenting import present_change
from jobs.model import Change, JobStatus

#: Milliseconds after which a client whose stream ended comes back.
RETRY = b"retry: 3000\n\n"
#: A comment: it shows that the stream lives, to the client and to proxies between.
HEARTBEAT = b":\n\n"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a job as it goes to everybody who watches; the last one ends the stream."""

    data: bytes
    is_last: bool


def snapshot_event(body: shapes.Job, version: str) -> Event:
    """The whole job, as `GET /v1/images/upload/<jobId>` shows it."""
    return _event("snapshot", version, body)


def change_event(change: Change) -> Event:
    """What changed in a job; its images are known."""
    return _event("change", change.version, present_change(change))


def _event(name: str, version: str, body: shapes.Job | shapes.Change) -> Event:
    lines = [f"event: {name}", f"data: {json.dumps(body, separators=(',', ':'))}"]
    if version:
        lines.append(f"id: {version}")
    data = "\n".join([*lines, "", ""]).encode()
    return Event(data, is_last=body["status"] == JobStatus.COMPLETE)
