"""What is told of a job as JSON by more than the API: the members, their types, what they mean.

They are plain dicts at run time. `api.shapes` has all the others.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from jobs.model import JobStatus

Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""UTC in ISO 8601, to the millisecond: `2026-11-21T16:48:29.123Z`."""

JobId = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]

Count = Annotated[int, Field(ge=0)]


class Names(TypedDict, total=False):
    """What people gave a job to know it by."""

    title: str
    labels: Sequence[str]


class Counts(TypedDict):
    """How many images of a job are in each status."""

    pending: Count
    complete: Count
    failed: Count


class Summary(Names):
    """A job without its URLs."""

    id: JobId
    created: Time
    finished: Time | None
    status: JobStatus
    images: Counts


class JobComplete(TypedDict):
    """A webhook: a job is complete."""

    type: Literal["job.complete"]
    timestamp: Time
    """When that was."""
    data: Summary
