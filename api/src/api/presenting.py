"""Jobs, images and pages as the JSON of the contract (design §2): the shapes of `api.shapes`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from api import shapes
from jobs.model import (
    Change,
    Delivery,
    Destination,
    Failure,
    Image,
    Job,
    JobStatus,
    Page,
    Pause,
    Summary,
)
from jobs.presenting import present_names, present_summary, present_time, time_or_null
from jobs.webhooks import JOB_COMPLETE

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
        **present_names(job),  # type: ignore[typeddict-item] # mypy misses the members set below
        "created": present_time(job.created),
        "finished": time_or_null(job.finished),
        "status": job.status,
        "uploaded": {"pending": job.pending, "complete": job.complete, "failed": job.failed},
    }
    if job.status is not JobStatus.COMPLETE:
        body["estimate"] = time_or_null(expected)
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
    return {"jobs": [present_summary(job) for job in page.items], "next": page.next}


def present_images(page: Page[Image]) -> shapes.Images:
    """Images of a job; `next` is null at the end."""
    return {"images": [_image(image) for image in page.items], "next": page.next}


def present_uploaded(image: Image, job_id: str, deletion_url: str | None) -> shapes.UploadedImage:
    """The one image of a job, which is complete: nothing of it is null."""
    names = ("link", "id", "type", "width", "height", "bytes")
    known = {name: getattr(image, name) for name in names}
    return cast(shapes.UploadedImage, {**known, "deletionUrl": deletion_url, "jobId": job_id})


def present_deliveries(deliveries: Sequence[Delivery]) -> shapes.Deliveries:
    """How a job's webhook was told of it, the latest first."""
    return {"deliveries": [_delivery(delivery) for delivery in deliveries]}


def present_change(change: Change) -> shapes.Change:
    """How far a job is, without its URLs, and its images that changed."""
    job = present_summary(change.job)
    return {
        "id": job["id"],
        "status": job["status"],
        "finished": job["finished"],
        "images": job["images"],
        "changed": [_image(image) for image in change.images or ()],
    }


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
                "resetsAt": time_or_null(window.resets),
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


def _delivery(delivery: Delivery) -> shapes.Delivery:
    return {
        "id": delivery.id,
        "type": JOB_COMPLETE,
        "created": present_time(delivery.created),
        "attempts": delivery.attempts,
        "status": delivery.status,
        "lastStatus": delivery.last_status,
        "lastError": delivery.last_error,
        "nextAttempt": time_or_null(delivery.next_attempt),
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
        "retryAt": time_or_null(image.retry_at),
    }


def present_failure(failure: Failure) -> shapes.Failure:
    """Why an attempt failed."""
    return {"code": failure.code, "message": failure.message, "retryable": failure.retryable}
