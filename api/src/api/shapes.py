"""What answers hold, as JSON: the members of each, their types, and what they mean.

`api.presenting` makes them, mypy holds it to them, and `api.openapi` describes them as they stand
here, descriptions included. They are plain dicts at run time.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, NotRequired

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from jobs.model import DeletionStatus, ImageStatus, JobStatus

Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""UTC in ISO 8601, to the millisecond: `2026-11-21T16:48:29.123Z`."""

JobId = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]

OlderStatus = Literal["pending", "in-progress", "completed"]

Count = Annotated[int, Field(ge=0)]


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


class Names(TypedDict, total=False):
    """What people gave a job to know it by."""

    title: str
    labels: Sequence[str]


class Job(TypedDict):
    """One POST, and what became of its URLs."""

    id: JobId
    title: NotRequired[str]
    labels: NotRequired[Sequence[str]]
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


class OlderJob(TypedDict):
    """A job in the older dialect: `completed` for `complete`, as a status and as a key."""

    id: JobId
    title: NotRequired[str]
    labels: NotRequired[Sequence[str]]
    created: Time
    finished: Time | None
    status: OlderStatus
    uploaded: OlderUploadedURLs
    estimate: NotRequired[Time | None]
    waiting: NotRequired[Holdup]


class Counts(TypedDict):
    """How many images of a job are in each status."""

    pending: Count
    complete: Count
    failed: Count


class Summary(TypedDict):
    """A job without its URLs."""

    id: JobId
    title: NotRequired[str]
    labels: NotRequired[Sequence[str]]
    created: Time
    finished: Time | None
    status: JobStatus
    images: Counts


class Jobs(TypedDict):
    """A page of jobs, newest first."""

    jobs: list[Summary]
    next: str | None
    """The `cursor` of the next page; null at the end."""


class Failure(TypedDict):
    """Why the last attempt at an image failed."""

    code: str
    """Stable, for programs."""
    message: str
    retryable: bool
    """Whether trying again may help."""


class Image(TypedDict):
    """One URL of a job and what became of it."""

    url: str
    """As it was submitted."""
    status: ImageStatus
    """An image that waits for another attempt or for Imgur's budget is pending."""
    link: str | None
    """Where the image is at Imgur; null until it is there, and when it is deleted."""
    id: str | None
    """Imgur's name for it."""
    type: str | None
    """The media type of what is at Imgur."""
    width: Count | None
    """Pixels."""
    height: Count | None
    """Pixels."""
    bytes: Count | None
    attempts: Count
    deduplicated: bool
    """The same bytes were at Imgur already, so they were not uploaded again."""
    possiblyDuplicated: bool
    """Imgur may have the image twice: nobody knows how an earlier upload of it ended."""
    deleted: bool
    """The image was uploaded, and is deleted at Imgur since."""
    error: Failure | None
    retryAt: Time | None
    """When the next attempt is due."""


class Deletion(TypedDict):
    """How far the deletion of an image is that was asked for."""

    status: DeletionStatus
    """pending until it is deleted at Imgur."""
    link: str
    """Where the image is, or was."""


class Images(TypedDict):
    """A page of the images of a job, in the order submitted."""

    images: list[Image]
    next: str | None
    """The `cursor` of the next page; null at the end."""


class Links(TypedDict):
    """A page of links of uploaded images, newest first."""

    uploaded: Sequence[str]
    next: NotRequired[str]
    """The `cursor` of the next page; absent at the end."""


class Pause(TypedDict):
    """Why the whole destination waits, and until when."""

    reason: str
    """A code, for programs."""
    until: Time


class Window(TypedDict):
    """One of Imgur's limits."""

    name: str
    limit: Count
    """Uploads that a window takes."""
    remaining: Count
    """Uploads that are left in this one."""
    resetsAt: Time | None


class Destination(TypedDict):
    """What Imgur still allows, in uploads, and how many images wait for it."""

    windows: list[Window]
    pause: Pause | None
    inFlight: Count
    """Images on their way to Imgur."""
    waiting: Count
    """Images that no worker has."""
    due: Count
    """Images that wait for another attempt."""
    imagesPerSecond: float | None
    """The pace of the last minutes; null when nothing is known."""


class Health(TypedDict):
    """This process answers."""

    status: Literal["ok"]


class Readiness(TypedDict):
    """Whether jobs that are sent now are worked on."""

    ready: bool
    redis: bool
    workers: NotRequired[Count]
    """How many live; absent while Redis does not answer."""
    pause: NotRequired[Pause | None]
