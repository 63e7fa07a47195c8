"""How a job's webhook was told that the job is complete."""

from typing import Literal

from typing_extensions import TypedDict

from jobs.model import DeliveryStatus
from jobs.shapes import Count, Time


class Delivery(TypedDict):
    """One completion of a job, on its way to the job's webhook."""

    id: str
    """The header `webhook-id` of every attempt."""
    type: Literal["job.complete"]
    created: Time
    attempts: Count
    """Since it was created or replayed."""
    status: DeliveryStatus
    """pending until the receiver took it, or it is given up."""
    lastStatus: int | None
    """The HTTP status of the last answer; null when there was none."""
    lastError: str | None
    """What went wrong at the last attempt."""
    nextAttempt: Time | None
    """While an attempt is under way: the time of the next, should nobody hear of this one."""


class Deliveries(TypedDict):
    """The deliveries of a job, latest first, at most 100."""

    deliveries: list[Delivery]
