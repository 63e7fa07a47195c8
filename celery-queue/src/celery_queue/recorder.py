"""Recording outcomes: at once, and those that come together in one write."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import structlog

from jobs.errors import StoreUnavailable
from jobs.model import Outcome
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

    async def record(self, outcome: Outcome) -> None:
        """Return when the store has the outcome."""
        recorded = asyncio.get_running_loop().create_future()
        self._next.append((outcome, recorded))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await recorded

    async def _write(self) -> None:
        while self._next:
            now, self._next = self._next, []
            await self._insist([outcome for outcome, _ in now])
            for _, recorded in now:
                if not recorded.done():
                    recorded.set_result(None)
        self._writing = None

    async def _insist(self, outcomes: list[Outcome]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.run_in_executor(self._thread, self._store.record, outcomes)
            except StoreUnavailable:
                log.warning("not recorded yet", outcomes=len(outcomes), exc_info=True)
                await asyncio.sleep(_TRY_AGAIN)
            else:
                return
