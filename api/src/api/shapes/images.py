"""Images of jobs, and links of uploaded ones."""

from collections.abc import Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from jobs.model import DeletionStatus, ImageStatus
from jobs.shapes import Count, JobId, Time


class Failure(TypedDict):
    """Why the last attempt at an image failed."""

    code: str
    """Stable, for programs."""
    message: str
    retryable: bool
    """Whether trying again may help."""


class Image(TypedDict):
    """One URL of a job and what became of it."""

    index: Count
    """Its place in the order submitted, from 0."""
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


class UploadedImage(TypedDict):
    """An image that was uploaded while its client waited."""

    link: str
    """Where the image is at Imgur."""
    deletionUrl: str | None
    """A page that deletes the image again, and to DELETE. Whoever has it may; null: nobody can."""
    id: str
    """Imgur's name for it."""
    type: str
    """The media type of what is at Imgur."""
    width: Count
    """Pixels."""
    height: Count
    """Pixels."""
    bytes: Count
    jobId: JobId


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
