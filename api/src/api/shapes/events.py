"""What the events of a job hold, beside the job itself."""

from typing_extensions import TypedDict

from api.shapes.images import Image
from jobs.model import JobStatus
from jobs.shapes import Counts, JobId, Time


class Change(TypedDict):
    """How far a job is, and what changed in it."""

    id: JobId
    status: JobStatus
    finished: Time | None
    images: Counts
    changed: list[Image]
    """The images that may not be as they were with the event before."""
