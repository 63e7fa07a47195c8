"""How clients are told that their job is complete: deliveries to its webhook. No I/O."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from jobs.model.job import Summary


class DeliveryStatus(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    """It is tried, or tried again."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """It is given up, unless its client asks for a replay."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One completion of a job, on its way to the job's webhook.

    `attempts` are those since it was created or replayed. The last one's answer had `last_status`,
    unless none came; `last_error` says what went wrong.
    """

    id: str
    created: datetime
    status: DeliveryStatus
    attempts: int
    last_status: int | None = None
    last_error: str | None = None
    next_attempt: datetime | None = None


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery that is a worker's to send, for a time; no other leasing has its token.

    `job` is as it was when it completed; `attempt` counts from 1.
    """

    id: str
    token: str
    webhook: str = field(repr=False)
    attempt: int
    job: Summary


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of an attempt: the delivery's status from now on, and the receiver's answer.

    A pending one is tried again `after` seconds from now. One that was not even `sent` counts as
    no attempt.
    """

    of: DueDelivery
    status: DeliveryStatus
    after: float = 0
    answer: int | None = None
    """Its HTTP status; None where there was none."""
    error: str | None = None
    """What went wrong, for the client."""
    sent: bool = True
