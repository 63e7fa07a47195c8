"""What a job and its images are to whoever submitted them. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from jobs.model.destination import Pause

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


class Priority(StrEnum):
    """How large a job's share is where jobs have to share: of four, of one, of a quarter."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """What is told to others with one image: Imgur its title and description, the source the page
    that the image is from. One that a client sent has no source: `staged` names its file."""

    title: str | None = None
    description: str | None = None
    referer: str | None = None
    staged: str | None = None


@dataclass(frozen=True, slots=True)
class JobOptions:
    """What may be asked for with a job. `images` has the options of images by their index.

    The images of a `deletable` job are its own: each is uploaded though its bytes be known, and
    given to no other job. So whoever deletes one takes it from nobody else.
    """

    priority: Priority = Priority.NORMAL
    title: str | None = None
    labels: Sequence[str] = ()
    webhook: str | None = None
    images: Mapping[int, ImageOptions] = field(default_factory=dict)
    deletable: bool = False


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a POST that is repeated the same POST: its `Idempotency-Key`, and its body."""

    key: str
    body: str


@dataclass(frozen=True, slots=True)
class Added:
    """A stored job; `replayed` when an earlier POST with the same key had stored it."""

    job_id: str
    replayed: bool = False


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
    title: str | None = None
    labels: Sequence[str] = ()
    version: str = ""
    """Another with every change; empty for a job that an older Imgferry stored."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A job without its URLs: how many are pending, complete and failed."""

    id: str
    created: datetime
    finished: datetime | None
    status: JobStatus
    pending: int
    complete: int
    failed: int
    title: str | None = None
    labels: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed: a stable code, a message for the user, and who should try again."""

    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Image:
    """One URL of a job and what became of it. `error` is the last attempt's.

    A `deduplicated` one was not uploaded: the same bytes were at the destination already. One that
    is `possibly_duplicated` may be there twice: nobody knows how an earlier upload of it ended.
    A `deleted` one was complete, and is at the destination no more: it has no link.
    """

    index: int
    """Its place in the submitted order, from 0."""
    url: str
    status: ImageStatus
    attempts: int = 0
    link: str | None = None
    id: str | None = None
    type: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    deduplicated: bool = False
    possibly_duplicated: bool = False
    deleted: bool = False
    error: Failure | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """How far a job is at this version, and the images that changed since an earlier one.

    `images` is None where that is not known, or would be very many.
    """

    version: str
    job: Summary
    images: Sequence[Image] | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Of which version a job is, and what its images wait for, if so."""

    version: str
    is_finished: bool
    holdup: Pause | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a longer list; `next` is the cursor of the page after it, None at the end."""

    items: Sequence[T]
    next: str | None
