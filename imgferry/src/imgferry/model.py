"""What the service says of a job and its images, read from its JSON. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

ImageStatus = Literal["pending", "complete", "failed"]
JobStatus = Literal["pending", "in-progress", "complete"]
Priority = Literal["high", "normal", "low"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why no image goes to the destination at the moment, as a code, and when that should end."""

    reason: str
    resumes_at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """A job. The three lists partition the submitted URLs, each in the order submitted.

    While it is not complete, `estimate` is when it should be, None where nobody knows; and
    `waiting` what its images wait for, None where they go.
    """

    id: str
    created: datetime
    finished: datetime | None
    status: JobStatus
    pending: list[str]
    complete: list[str]
    failed: list[str]
    estimate: datetime | None
    waiting: Waiting | None
    title: str | None
    labels: list[str]
    body: Mapping[str, Any] = field(repr=False)
    """The answer as it came."""

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From the body of `GET /v1/images/upload/<jobId>`."""
        uploaded, waiting = body["uploaded"], body.get("waiting")
        return cls(
            id=body["id"],
            created=datetime.fromisoformat(body["created"]),
            finished=_moment(body["finished"]),
            status=body["status"],
            pending=uploaded["pending"],
            complete=uploaded["complete"],
            failed=uploaded["failed"],
            estimate=_moment(body.get("estimate")),
            waiting=waiting
            and Waiting(waiting["reason"], datetime.fromisoformat(waiting["resumesAt"])),
            title=body.get("title"),
            labels=body.get("labels", []),
            body=body,
        )


@dataclass(frozen=True, slots=True)
class JobSummary:
    """A job without its URLs: how many of its images are pending, complete and failed."""

    id: str
    created: datetime
    finished: datetime | None
    status: JobStatus
    pending: int
    complete: int
    failed: int
    title: str | None
    labels: list[str]
    body: Mapping[str, Any] = field(repr=False)
    """The element as it came."""

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From an element of `GET /v1/images/upload`."""
        images = body["images"]
        return cls(
            id=body["id"],
            created=datetime.fromisoformat(body["created"]),
            finished=_moment(body["finished"]),
            status=body["status"],
            pending=images["pending"],
            complete=images["complete"],
            failed=images["failed"],
            title=body.get("title"),
            labels=body.get("labels", []),
            body=body,
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an image's last attempt failed. `code` is stable, `message` is for people."""

    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Image:
    """One URL of a job and what became of it. `width` and `height` in pixels.

    A `deduplicated` one was not uploaded: the same bytes were at the destination already. One that
    is `possibly_duplicated` may be there twice: nobody knows how an earlier upload of it ended.
    A `deleted` one is there no more, and has no link.
    """

    index: int
    """Its place in the submitted order, from 0."""
    url: str
    status: ImageStatus
    link: str | None
    id: str | None
    type: str | None
    width: int | None
    height: int | None
    bytes: int | None
    attempts: int
    deduplicated: bool
    possibly_duplicated: bool
    deleted: bool
    error: Failure | None
    retry_at: datetime | None
    body: Mapping[str, Any] = field(repr=False)
    """The element as it came."""

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From an element of `GET /v1/images/upload/<jobId>/images`."""
        error = body["error"]
        return cls(
            index=body["index"],
            url=body["url"],
            status=body["status"],
            link=body["link"],
            id=body["id"],
            type=body["type"],
            width=body["width"],
            height=body["height"],
            bytes=body["bytes"],
            attempts=body["attempts"],
            deduplicated=body["deduplicated"],
            possibly_duplicated=body["possiblyDuplicated"],
            deleted=body["deleted"],
            error=error and Failure(error["code"], error["message"], error["retryable"]),
            retry_at=_moment(body["retryAt"]),
            body=body,
        )


@dataclass(frozen=True, slots=True)
class Event:
    """How far a job was at a moment: how many of its images are pending, complete and failed.

    `changed` are the images that an event of the service was about. `job` is there where the whole
    job was read: at the beginning, and whenever more may have changed than can be told.
    """

    status: JobStatus
    pending: int
    complete: int
    failed: int
    changed: list[Image]
    job: Job | None

    @classmethod
    def of(cls, job: Job) -> Self:
        """The event that tells the whole job."""
        counts = len(job.pending), len(job.complete), len(job.failed)
        return cls(job.status, *counts, changed=[], job=job)

    @classmethod
    def read(cls, kind: str, body: Mapping[str, Any]) -> Self:
        """From the data of a `snapshot` or a `change` of `GET .../events`."""
        if kind == "snapshot":
            return cls.of(Job.read(body))
        images, changed = body["images"], map(Image.read, body["changed"])
        counts = images["pending"], images["complete"], images["failed"]
        return cls(body["status"], *counts, changed=[*changed], job=None)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
