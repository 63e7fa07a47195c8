"""Jobs, images and pages as the JSON of the contract (design §2)."""

from datetime import UTC, datetime
from typing import Any

from jobs.model import Destination, Failure, Image, Job, JobStatus, Page, Pause, Summary


def present_job(
    job: Job,
    complete: str = "complete",
    expected: datetime | None = None,
    holdup: Pause | None = None,
) -> dict[str, Any]:
    """A job; while it is not complete, when it should be, and what its images wait for, if they do.

    The older dialect has another word for `complete`, as a status and as a key.
    """
    body: dict[str, Any] = {
        "id": job.id,
        "created": present_time(job.created),
        "finished": job.finished and present_time(job.finished),
        "status": complete if job.status is JobStatus.COMPLETE else job.status,
        "uploaded": {"pending": job.pending, complete: job.complete, "failed": job.failed},
    }
    if job.status is not JobStatus.COMPLETE:
        body["estimate"] = expected and present_time(expected)
    if holdup:
        body["waiting"] = present_pause(holdup, "resumesAt")
    return body


def present_jobs(page: Page[Summary]) -> dict[str, Any]:
    """Jobs without their URLs; `next` is null at the end."""
    return {"jobs": [_summary(job) for job in page.items], "next": page.next}


def present_images(page: Page[Image]) -> dict[str, Any]:
    """Images of a job; `next` is null at the end."""
    return {"images": [_image(image) for image in page.items], "next": page.next}


def present_links(page: Page[str]) -> dict[str, Any]:
    """Links of uploaded images; `next` is there only when there is more."""
    body: dict[str, Any] = {"uploaded": page.items}
    if page.next is not None:
        body["next"] = page.next
    return body


def present_destination(destination: Destination) -> dict[str, Any]:
    """What the destination allows, in uploads, how many images wait for it, and its pace."""
    return {
        "windows": [
            {
                "name": window.name,
                "limit": window.limit,
                "remaining": window.remaining,
                "resetsAt": window.resets and present_time(window.resets),
            }
            for window in destination.windows
        ],
        "pause": destination.pause and present_pause(destination.pause),
        "inFlight": destination.in_flight,
        "waiting": destination.waiting,
        "due": destination.due,
        "imagesPerSecond": destination.pace,
    }


def present_pause(pause: Pause, until: str = "until") -> dict[str, str]:
    """Why the whole destination waits, and until when."""
    return {"reason": pause.reason, until: present_time(pause.until)}


def present_time(moment: datetime) -> str:
    """UTC in ISO 8601 to the millisecond: `2026-11-21T16:48:29.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _summary(job: Summary) -> dict[str, Any]:
    return {
        "id": job.id,
        "created": present_time(job.created),
        "finished": job.finished and present_time(job.finished),
        "status": job.status,
        "images": {"pending": job.pending, "complete": job.complete, "failed": job.failed},
    }


def _image(image: Image) -> dict[str, Any]:
    return {
        "url": image.url,
        "status": image.status,
        "link": image.link,
        "id": image.id,
        "type": image.type,
        "width": image.width,
        "height": image.height,
        "bytes": image.bytes,
        "attempts": image.attempts,
        "deduplicated": image.deduplicated,
        "possiblyDuplicated": image.possibly_duplicated,
        "error": image.error and _failure(image.error),
        "retryAt": image.retry_at and present_time(image.retry_at),
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {"code": failure.code, "message": failure.message, "retryable": failure.retryable}
