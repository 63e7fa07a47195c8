"""What the service says of a job and its images, read from its JSON. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

ImageStatus = Literal["pending", "complete", "failed"]
JobStatus = Literal["pending", "in-progress", "complete"]


@dataclass(frozen=True, slots=True)
class Job:
    """A job. The three lists partition the submitted URLs, each in the order submitted."""

    id: str
    created: datetime
    finished: datetime | None
    status: JobStatus
    pending: list[str]
    complete: list[str]
    failed: list[str]
    body: Mapping[str, Any] = field(repr=False)
    """The answer as it came."""

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From the body of `GET /v1/images/upload/<jobId>`."""
        uploaded = body["uploaded"]
        return cls(
            id=body["id"],
            created=datetime.fromisoformat(body["created"]),
            finished=_moment(body["finished"]),
            status=body["status"],
            pending=uploaded["pending"],
            complete=uploaded["complete"],
            failed=uploaded["failed"],
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
    """One URL of a job and what became of it. `width` and `height` in pixels."""

    url: str
    status: ImageStatus
    link: str | None
    id: str | None
    type: str | None
    width: int | None
    height: int | None
    bytes: int | None
    attempts: int
    error: Failure | None
    retry_at: datetime | None

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From an element of `GET /v1/images/upload/<jobId>/images`."""
        error = body["error"]
        return cls(
            url=body["url"],
            status=body["status"],
            link=body["link"],
            id=body["id"],
            type=body["type"],
            width=body["width"],
            height=body["height"],
            bytes=body["bytes"],
            attempts=body["attempts"],
            error=error and Failure(error["code"], error["message"], error["retryable"]),
            retry_at=_moment(body["retryAt"]),
        )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
