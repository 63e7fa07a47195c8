"""Jobs, and the answers to what is asked of them."""

from collections.abc import Sequence
from typing import Literal, NotRequired

from typing_extensions import TypedDict

from jobs.model import JobStatus
from jobs.shapes import Count, JobId, Names, Summary, Time

OlderStatus = Literal["pending", "in-progress", "completed"]


class Submitted(TypedDict):
    """A job that was stored."""

    jobId: JobId


class Retried(TypedDict):
    """A job of which failed images wait again."""

    jobId: JobId
    retried: Count
    """How many images wait again."""


class Holdup(TypedDict):
    """What the images of a job wait for at the moment."""

    reason: str
    """A code: why nothing can be uploaded."""
    resumesAt: Time


class UploadedURLs(TypedDict):
    """The submitted URLs, each in one of the three arrays, in the order submitted."""

    pending: Sequence[str]
    complete: Sequence[str]
    failed: Sequence[str]


class Job(Names):
    """One POST, and what became of its URLs."""

    id: JobId
    created: Time
    finished: Time | None
    """When the last image was complete or had failed; null until then."""
    status: JobStatus
    """pending until a worker has begun an image, complete when no image is pending."""
    uploaded: UploadedURLs
    estimate: NotRequired[Time | None]
    """When the job should be complete; null when nothing is known. Not in a complete job."""
    waiting: NotRequired[Holdup]
    """Only while nothing can be uploaded."""


class OlderUploadedURLs(TypedDict):
    """The submitted URLs, each in one of the three arrays, in the order submitted."""

    pending: Sequence[str]
    completed: Sequence[str]
    failed: Sequence[str]


class OlderJob(Names):
    """A job in the older dialect: `completed` for `complete`, as a status and as a key."""

    id: JobId
    created: Time
    finished: Time | None
    status: OlderStatus
    uploaded: OlderUploadedURLs
    estimate: NotRequired[Time | None]
    waiting: NotRequired[Holdup]


class Jobs(TypedDict):
    """A page of jobs, newest first."""

    jobs: list[Summary]
    next: str | None
    """The `cursor` of the next page; null at the end."""
