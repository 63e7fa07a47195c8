"""Recording outcomes: at once, and those that come together in one write."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from celery_queue.budget import merged
from jobs.errors import StoreUnavailable
from jobs.model import Outcome, Told
from jobs.store import JobStore

log = structlog.get_logger()

#: Seconds between two tries while Redis is away. What is known is kept until it is taken.
_TRY_AGAIN = 1.0


class Recorder:
    """Writes outcomes to the store from the event loop.

    The first outcome is written at once; those that come while it is under way are the next write.
    So an idle worker records within one round trip, and a busy one in few.
    """

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="record")
        self._next: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._told: list[Told] = []

    def learn(self, told: Sequence[Told]) -> None:
        """Keep what the destination told of its windows for the next write."""
        self._told += told

    async def record(self, outcome: Outcome) -> None:
        """Return when the store has the outcome."""
        recorded = asyncio.get_running_loop().create_future()
        self._next.append((outcome, recorded))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await recorded

    async def _write(self) -> None:
        try:
            while self._next:
                now, self._next = self._next, []
                told, self._told = merged(self._told), []
                try:
                    await self._insist([outcome for outcome, _ in now], told)
                except Exception as error:  # theirs, who wait for it
                    for _, recorded in now:
                        recorded.set_exception(error)
                else:
                    for _, recorded in now:
                        recorded.set_result(None)
        finally:
            self._writing = None

    async def _insist(self, outcomes: list[Outcome], told: list[Told]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.run_in_executor(self._thread, self._store.record, outcomes, told)
            except StoreUnavailable as error:
                log.warning("not recorded yet", outcomes=len(outcomes), cause=str(error))
                await asyncio.sleep(_TRY_AGAIN)
            else:
                return
