"""The state of a job at one moment: what a client compares, and what it is shown."""

from dataclasses import dataclass
from datetime import UTC, datetime

from werkzeug.http import quote_etag

from api import shapes
from api.batch import Batch
from api.presenting import present_job
from jobs.errors import JobNotFound
from jobs.estimate import estimate
from jobs.model import Destination, JobStatus, Moment, Pause
from jobs.store import JobStore

#: Seconds after which it is worth looking at an unfinished job again.
POLL_AFTER = "1"


@dataclass(frozen=True, slots=True)
class State:
    """Which moment of a job it is. The estimate is no part of it: it is never twice the same."""

    version: str
    is_complete: bool
    etag: str
    """Weak, as of RFC 9110 §8.8.3, without W/ and quotes; empty where the version is not known."""

    def headers(self) -> dict[str, str]:
        """What an answer that shows it says of it: its ETag, and when to look again."""
        tag = {"ETag": quote_etag(self.etag, weak=True)} if self.etag else {}
        return tag if self.is_complete else {**tag, "Retry-After": POLL_AFTER}


class States:
    """The states of the jobs in a store, read together for requests that come together."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._moments: Batch[str, Moment | None] = Batch(store.moments)
        self._destination: Batch[None, Destination] = Batch(
            lambda asked: [store.destination()] * len(asked)
        )

    def look(self, job_id: str) -> State:
        """The state of the job, without reading its URLs. Raises JobNotFound."""
        now = self._moments(job_id)
        if now is None:
            raise JobNotFound(job_id)
        return _state(now.version, now.is_finished, now.holdup)

    def show(self, job_id: str) -> tuple[shapes.Job, State]:
        """The job as its clients read it, and the state that this is. Raises JobNotFound."""
        job = self._store.get(job_id)
        if job.status is JobStatus.COMPLETE:
            return present_job(job), _state(job.version, True, None)
        destination = self._destination(None)
        expected = estimate(len(job.pending), destination, datetime.now(UTC))
        body = present_job(job, expected, destination.holdup)
        return body, _state(job.version, False, destination.holdup)


def _state(version: str, is_complete: bool, holdup: Pause | None) -> State:
    waiting = f".{holdup.reason}.{holdup.until.timestamp():.3f}" if holdup else ""
    return State(version, is_complete, f"{version}{waiting}" if version else "")
