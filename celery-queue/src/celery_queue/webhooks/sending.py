"""Sending: deliveries that are due, leased, signed, posted and recorded, beside the images."""

import asyncio
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import structlog

from celery_queue.batch import Batch
from celery_queue.defects import log_defect
from celery_queue.hosts import HostBusy
from celery_queue.webhooks.policy import after_answer, after_busy, after_no_answer, again
from celery_queue.webhooks.posting import AT_ONCE, NotPosted, Poster
from jobs.model import Attempt, DueDelivery
from jobs.store import JobStore
from jobs.webhooks import body_of, sign

log = structlog.get_logger(__name__)

_DEFECT = "Imgferry failed at this delivery; its operator finds why in the log."


class Sender:
    """The deliveries of this process; without keys to sign with it has none."""

    def __init__(self, store: JobStore, poster: Poster, keys: Sequence[bytes]) -> None:
        self._store = store
        self._poster = poster
        self._keys = keys
        self._recorded = Batch("delivered", self._record)
        self._under_way: set[asyncio.Task[None]] = set()
        self._leaving = False

    def lease(self) -> list[DueDelivery]:
        """What is due, as much as there is room for; for the heartbeat. Raises StoreUnavailable."""
        room = AT_ONCE - len(self._under_way)
        if not self._keys or self._leaving or room <= 0:
            return []
        return self._store.deliver(room)

    def send(self, deliveries: Sequence[DueDelivery]) -> None:
        """Begin to send what was leased; on the event loop."""
        for due in deliveries:
            sending = asyncio.create_task(self._send(due))
            self._under_way.add(sending)
            sending.add_done_callback(self._under_way.discard)

    async def leave(self) -> None:
        """Lease nothing more; return when what is under way is recorded."""
        self._leaving = True
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _send(self, due: DueDelivery) -> None:
        try:
            attempt = await self._attempt(due)
        except Exception as error:
            log_defect(error, delivery=due.id)
            attempt = again(due, _DEFECT)
        await self._recorded(attempt)

    async def _attempt(self, due: DueDelivery) -> Attempt:
        body, timestamp = body_of(due.job), int(time.time())
        headers = {
            "webhook-id": due.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self._keys, due.id, timestamp, body),
        }
        said = log.bind(delivery=due.id, attempt=due.attempt, host=urlsplit(due.webhook).hostname)
        try:
            answer = await self._poster.post(due.webhook, body, headers)
        except HostBusy as busy:
            return after_busy(due, busy.wait)
        except NotPosted as why:
            said.info("webhook not posted", why=str(why), cause=type(why.__cause__).__name__)
            return after_no_answer(due, why)
        said.info("webhook posted", status=answer.status)
        return after_answer(due, answer)

    def _record(self, attempts: Sequence[Attempt]) -> list[None]:
        self._store.delivered(attempts)
        return [None] * len(attempts)
