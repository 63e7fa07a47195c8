"""A job and a time as JSON, where more than the API tells of them: the shapes of `jobs.shapes`."""

from datetime import UTC, datetime

from jobs import shapes
from jobs.model import Job, Summary


def present_summary(job: Summary) -> shapes.Summary:
    """A job without its URLs: in the list of jobs, and in webhooks."""
    return {
        "id": job.id,
        **present_names(job),
        "created": present_time(job.created),
        "finished": time_or_null(job.finished),
        "status": job.status,
        "images": {"pending": job.pending, "complete": job.complete, "failed": job.failed},
    }


def present_names(job: Job | Summary) -> shapes.Names:
    """Title and labels, where the job has them."""
    names: shapes.Names = {}
    if job.title:
        names["title"] = job.title
    if job.labels:
        names["labels"] = job.labels
    return names


def present_time(moment: datetime) -> str:
    """UTC in ISO 8601 to the millisecond: `2026-11-21T16:48:29.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def time_or_null(moment: datetime | None) -> str | None:
    """The same of what may not have come yet."""
    return present_time(moment) if moment else None
