"""Jobs, images and pages as the JSON of the contract (design §2): the shapes of `api.shapes`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

from api import shapes
from api.shapes.jobs import Names
from jobs.model import Destination, Failure, Image, Job, JobStatus, Page, Pause, Summary

_OLDER_STATUS: Mapping[JobStatus, shapes.OlderStatus] = {
    JobStatus.PENDING: "pending",
    JobStatus.IN_PROGRESS: "in-progress",
    JobStatus.COMPLETE: "completed",
}


def present_job(
    job: Job, expected: datetime | None = None, holdup: Pause | None = None
) -> shapes.Job:
    """A job; while it is not complete, when it should be, and what its images wait for, if so."""
    body: shapes.Job = {
        "id": job.id,
        **_names(job),  # type: ignore[typeddict-item] # mypy misses the members set below
        "created": present_time(job.created),
        "finished": _time_or_null(job.finished),
        "status": job.status,
        "uploaded": {"pending": job.pending, "complete": job.complete, "failed": job.failed},
    }
    if job.status is not JobStatus.COMPLETE:
        body["estimate"] = _time_or_null(expected)
    if holdup:
        body["waiting"] = {"reason": holdup.reason, "resumesAt": present_time(holdup.until)}
    return body


def present_in_older_dialect(job: shapes.Job) -> shapes.OlderJob:
    """The same job with another word for `complete`, as a status and as a key."""
    urls = job["uploaded"]
    return {
        **job,
        "status": _OLDER_STATUS[job["status"]],
        "uploaded": {
            "pending": urls["pending"],
            "completed": urls["complete"],
            "failed": urls["failed"],
        },
    }


def present_jobs(page: Page[Summary]) -> shapes.Jobs:
    """Jobs without their URLs; `next` is null at the end."""
    return {"jobs": [_summary(job) for job in page.items], "next": page.next}


def present_images(page: Page[Image]) -> shapes.Images:
    """Images of a job; `next` is null at the end."""
    return {"images": [_image(image) for image in page.items], "next": page.next}


def present_uploaded(image: Image, job_id: str, deletion_url: str | None) -> shapes.UploadedImage:
    """The one image of a job, which is complete: nothing of it is null."""
    names = ("link", "id", "type", "width", "height", "bytes")
    known = {name: getattr(image, name) for name in names}
    return cast(shapes.UploadedImage, {**known, "deletionUrl": deletion_url, "jobId": job_id})


def present_links(page: Page[str]) -> shapes.Links:
    """Links of uploaded images; `next` is there only when there is more."""
    body: shapes.Links = {"uploaded": page.items}
    if page.next is not None:
        body["next"] = page.next
    return body


def present_destination(destination: Destination) -> shapes.Destination:
    """What the destination allows, in uploads, how many images wait for it, and its pace."""
    return {
        "windows": [
            {
                "name": window.name,
                "limit": window.limit,
                "remaining": window.remaining,
                "resetsAt": _time_or_null(window.resets),
            }
            for window in destination.windows
        ],
        "pause": present_pause(destination.pause),
        "inFlight": destination.in_flight,
        "waiting": destination.waiting,
        "due": destination.due,
        "imagesPerSecond": destination.pace,
    }


def present_pause(pause: Pause | None) -> shapes.Pause | None:
    """Why the whole destination waits, and until when; null when it does not."""
    return {"reason": pause.reason, "until": present_time(pause.until)} if pause else None


def present_time(moment: datetime) -> str:
    """UTC in ISO 8601 to the millisecond: `2026-11-21T16:48:29.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _names(job: Job | Summary) -> Names:
    names: Names = {}
    if job.title:
        names["title"] = job.title
    if job.labels:
        names["labels"] = job.labels
    return names


def _summary(job: Summary) -> shapes.Summary:
    return {
        "id": job.id,
        **_names(job),
        "created": present_time(job.created),
        "finished": _time_or_null(job.finished),
        "status": job.status,
        "images": {"pending": job.pending, "complete": job.complete, "failed": job.failed},
    }


def _image(image: Image) -> shapes.Image:
    return {
        "index": image.index,
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
        "deleted": image.deleted,
        "error": present_failure(image.error) if image.error else None,
        "retryAt": _time_or_null(image.retry_at),
    }


def present_failure(failure: Failure) -> shapes.Failure:
    """Why an attempt failed."""
    return {"code": failure.code, "message": failure.message, "retryable": failure.retryable}


def _time_or_null(moment: datetime | None) -> str | None:
    return present_time(moment) if moment else None
