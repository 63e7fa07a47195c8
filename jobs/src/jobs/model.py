"""What a job and its images are, and what a worker may say of an image. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class ImageStatus(StrEnum):
    """What became of one image. An image that waits for a retry or for quota is pending."""

    PENDING = "pending"
    COMPLETE = "complete"
    FAILED = "failed"


class JobStatus(StrEnum):
    """How far a job is."""

    PENDING = "pending"
    """No worker has begun an image."""
    IN_PROGRESS = "in-progress"
    COMPLETE = "complete"
    """No image is pending; some, or all, may have failed."""


@dataclass(frozen=True, slots=True)
class Job:
    """One POST. The three sequences partition the submitted URLs, each in the order submitted."""

    id: str
    created: datetime
    finished: datetime | None
    status: JobStatus
    pending: Sequence[str]
    complete: Sequence[str]
    failed: Sequence[str]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed: a stable code, a message for the user, and who should try again."""

    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Image:
    """One URL of a job and what became of it. `error` is the last attempt's."""

    url: str
    status: ImageStatus
    attempts: int = 0
    link: str | None = None
    id: str | None = None
    type: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    error: Failure | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a longer list; `next` is the cursor of the page after it, None at the end."""

    items: Sequence[T]
    next: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """An image that a worker has begun and not yet recorded; no other beginning has its token."""

    job_id: str
    index: int
    token: str


@dataclass(frozen=True, slots=True)
class Begun:
    """An image that is now this worker's, its URL, and which attempt this is, from 1."""

    image: Held
    url: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a worker hears: images it holds no longer, and for how many seconds nothing may go."""

    lost: set[Held]
    paused_for: float


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Outcome: the image is at the destination. `deletehash` can delete it there: a secret."""

    link: str
    id: str
    deletehash: str = field(repr=False)
    type: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Failed:
    """Outcome: the image is given up."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Retry:
    """Outcome: the attempt failed; the image is due again `after` seconds from now."""

    failure: Failure
    after: float


@dataclass(frozen=True, slots=True)
class Released:
    """Outcome: nobody's failure (a pause, a shutdown); pending again, no attempt lost."""


Result = Uploaded | Failed | Retry | Released


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a worker has to record of an image that it holds."""

    image: Held
    result: Result


@dataclass(frozen=True, slots=True)
class Message:
    """Images of one job that may run now: the content of one Celery message."""

    job_id: str
    indexes: Sequence[int]


@dataclass(frozen=True, slots=True)
class Pause:
    """The whole destination waits, because of `reason` (a code), until `until`."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer of the destination told of one window, in uploads; seconds to its end."""

    name: str
    limit: int
    remaining: int
    resets_in: float | None


@dataclass(frozen=True, slots=True)
class Window:
    """One limit of the destination as it is known now, in uploads."""

    name: str
    limit: int
    remaining: int
    resets: datetime | None


@dataclass(frozen=True, slots=True)
class Destination:
    """What the destination allows, and how many images are on their way, wait, or are due again."""

    windows: Sequence[Window]
    pause: Pause | None
    in_flight: int
    waiting: int
    due: int

    @property
    def holdup(self) -> Pause | None:
        """What images wait for at the moment: the pause, or a window that is spent."""
        if self.pause:
            return self.pause
        spent = [(w.resets, w.name) for w in self.windows if w.resets and w.remaining < 1]
        if not spent:
            return None
        resets, name = max(spent)
        return Pause(f"imgur-{name}-limit", resets)


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that lives: its name in Celery and how many images it holds at once."""

    name: str
    images_at_once: int
