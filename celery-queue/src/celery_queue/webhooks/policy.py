"""What an answer, or none, means for a delivery: it is made, tried again, or given up."""

import random

from celery_queue.webhooks.posting import Answer, NotPosted
from jobs.model import Attempt, DeliveryStatus, DueDelivery

#: Seconds from each attempt to the next, as Standard Webhooks has them, until a day has passed.
SCHEDULE = (5, 300, 1800, 7200, 18_000, 36_000, 50_400)
#: Statuses that may say when to come again.
_NOT_NOW = {429, 502, 503, 504}
_GONE = 410


def after_answer(due: DueDelivery, answer: Answer) -> Attempt:
    """What becomes of a delivery whose receiver answered."""
    status = answer.status
    if 200 <= status < 300:
        return Attempt(due, DeliveryStatus.DELIVERED, answer=status)
    if status == _GONE:
        error = "The receiver is gone (HTTP status 410)."
        return Attempt(due, DeliveryStatus.FAILED, answer=status, error=error)
    error = f"The receiver answered with HTTP status {status}."
    if 300 <= status < 400:
        error += " Redirects are not followed."
    return again(due, error, status, (status in _NOT_NOW and answer.retry_after) or 0)


def after_no_answer(due: DueDelivery, why: NotPosted) -> Attempt:
    """What becomes of a delivery that had no answer."""
    if not why.retryable:
        return Attempt(due, DeliveryStatus.FAILED, error=str(why))
    return again(due, str(why))


def again(due: DueDelivery, error: str, status: int | None = None, at_least: float = 0) -> Attempt:
    """Try again when the schedule says, or later, and not all at once; at its end give up."""
    if due.attempt > len(SCHEDULE):
        return Attempt(due, DeliveryStatus.FAILED, answer=status, error=error)
    wait = max(SCHEDULE[due.attempt - 1], at_least) * random.uniform(1, 1.2)  # noqa: S311
    return Attempt(due, DeliveryStatus.PENDING, wait, status, error)


def after_busy(due: DueDelivery, wait: float) -> Attempt:
    """What becomes of a delivery whose host has no place for it, for `wait` seconds more."""
    wait = max(wait, 1) * random.uniform(1, 1.5)  # noqa: S311
    return Attempt(due, DeliveryStatus.PENDING, wait, sent=False)
