"""What the event loop says to the store: claims, outcomes, pauses."""

import asyncio
from collections.abc import Sequence

import structlog

from celery_queue.batch import Batch
from celery_queue.budget import merged
from celery_queue.policy import failure_of, patience_with
from imgur import ImgurError
from jobs.errors import StoreUnavailable
from jobs.model import Claim, Held, Outcome, Told
from jobs.store import JobStore

log = structlog.get_logger(__name__)


class Recorder:
    """The store from the event loop. What it does not take now is said again until it does."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._told: list[Told] = []
        self._claims = Batch("claim", store.claim)
        self._outcomes = Batch("record", self._write)

    async def claim(self, image: Held, content: str | None) -> Claim:
        """Ask whether the image, with this content, may be uploaded."""
        return await self._claims((image, content))

    def learn(self, told: Sequence[Told]) -> None:
        """Keep what the destination told of its windows for the next write."""
        self._told += told

    async def record(self, outcome: Outcome) -> bool:
        """Whether the store took the outcome; returns when it has answered."""
        return await self._outcomes(outcome)

    async def pause(self, error: ImgurError, cool_down: float) -> None:
        """Let the whole destination wait; tried once, for the next image will say it again."""
        log.warning("destination pauses", reason=error.code, seconds=error.retry_after)
        why, patience = failure_of(error), patience_with(error)
        try:
            await asyncio.to_thread(self._store.pause, why, error.retry_after, cool_down, patience)
        except StoreUnavailable as away:
            log.warning("not paused", cause=str(away))

    def _write(self, outcomes: list[Outcome]) -> list[bool]:
        told = self._told[:]
        taken = self._store.record(outcomes, merged(told))
        del self._told[: len(told)]  # more may have been told meanwhile
        return taken
