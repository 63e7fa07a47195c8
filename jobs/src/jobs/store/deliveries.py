"""Deliveries to the webhooks of complete jobs: what there are, which are due, what became of them.

They are made by the script that finishes a job, so there is one for each completion.
"""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from jobs.errors import DeliveryNotFound, JobNotFound
from jobs.model import Attempt, Delivery, DeliveryStatus, DueDelivery, JobStatus, Summary
from jobs.store.connection import Connected, answering
from jobs.store.records import ms, read_time

#: Seconds that a worker has for one attempt, before another one makes it too.
_ATTEMPT = 30.0


class Deliveries(Connected):
    """The part of JobStore that tells others of complete jobs."""

    def deliveries(self, job_id: str) -> list[Delivery]:
        """Of this job, the latest first: of its last 100 completions. Raises JobNotFound."""
        with answering():
            found = self._scripts.deliveries(args=[job_id])
        if found is None:
            raise JobNotFound(job_id)
        return [_read_delivery(*entry) for entry in found]

    def replay(self, job_id: str, delivery_id: str) -> None:
        """Make a delivery again, whatever became of it. Raises DeliveryNotFound."""
        with answering():
            found = self._scripts.replay(args=[job_id, delivery_id])
        if not found:
            raise DeliveryNotFound(delivery_id)

    def deliver(self, most: int) -> list[DueDelivery]:
        """Lease up to `most` deliveries that are due; each lease is for one attempt."""
        token = uuid.uuid4().hex
        with answering():
            found = self._scripts.deliver(args=[most, ms(_ATTEMPT), token])
        return [_read_due(token, *entry) for entry in found]

    def delivered(self, attempts: Sequence[Attempt]) -> None:
        """Record what became of attempts; those of deliveries that others have by now are not."""
        args = [part for attempt in attempts for part in _write_attempt(attempt)]
        with answering():
            self._scripts.delivered(args=args)


def _write_attempt(attempt: Attempt) -> list[str | int]:
    what = attempt.status if attempt.sent else "unsent"
    wait = ms(attempt.after)
    return [attempt.of.id, attempt.of.token, what, wait, attempt.answer or "", attempt.error or ""]


def _read_delivery(name: str, *known: Any) -> Delivery:
    created, status, attempts, answer, wrong, next_attempt = known
    return Delivery(
        id=name,
        created=read_time(created),
        status=DeliveryStatus(status),
        attempts=int(attempts),
        last_status=int(answer) if answer else None,
        last_error=wrong or None,
        next_attempt=read_time(next_attempt) if next_attempt else None,
    )


def _read_due(token: str, name: str, webhook: str, attempt: int, *facts: Any) -> DueDelivery:
    failed, finished, total, created, title, labels = facts
    job = Summary(
        id=name.rpartition("-")[0],
        created=read_time(created),
        finished=read_time(finished),
        status=JobStatus.COMPLETE,
        pending=0,
        complete=int(total) - int(failed),
        failed=int(failed),
        title=title,
        labels=json.loads(labels or "[]"),
    )
    return DueDelivery(name, token, webhook, attempt, job)
