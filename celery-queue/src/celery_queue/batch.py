"""Many small calls to the store become few: those that come together go as one."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import structlog

from jobs.errors import StoreUnavailable

log = structlog.get_logger(__name__)

Item = TypeVar("Item")
Answer = TypeVar("Answer")

#: Seconds between two tries while Redis is away. What is known is kept until it is taken.
_TRY_AGAIN = 1.0

#: Seconds from an answer to the next call: fewer calls disturb the loop less often.
_REST = 0.005


class Batch(Generic[Item, Answer]):
    """Calls from the event loop, in a thread; `call` gives an answer for each item.

    The first item goes at once; those that come while it is under way, or right after, are the next
    call. So an idle worker waits for one round trip, and a busy one makes few.
    """

    def __init__(self, name: str, call: Callable[[list[Item]], Sequence[Answer]]) -> None:
        self._name = name
        self._call = call
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._next: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._calling: asyncio.Task[None] | None = None

    def __call__(self, item: Item) -> asyncio.Future[Answer]:
        """The answer for this item, as soon as the store gives one."""
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._next.append((item, answered))
        if self._calling is None:
            self._calling = asyncio.create_task(self._call_all())
        return answered

    async def _call_all(self) -> None:
        try:
            while self._next:
                now, self._next = self._next, []
                try:
                    answers = await self._insist([item for item, _ in now])
                except Exception as error:  # theirs, who wait for it
                    for _, answered in now:
                        if not answered.done():
                            answered.set_exception(error)
                else:
                    for (_, answered), answer in zip(now, answers, strict=True):
                        if not answered.done():  # cancelled: a deadline passed meanwhile
                            answered.set_result(answer)
                await asyncio.sleep(_REST)
        finally:
            self._calling = None

    async def _insist(self, items: list[Item]) -> Sequence[Answer]:
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(self._thread, self._call, items)
            except StoreUnavailable as error:
                log.warning("store away", call=self._name, images=len(items), cause=str(error))
                await asyncio.sleep(_TRY_AGAIN)
