"""Where images come from: their URLs, or staging, where the API put what clients sent."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import structlog

from celery_queue import errors
from celery_queue.fetch import Fetched, Fetcher
from celery_queue.hosts import Hosts, Place
from celery_queue.images.prepare import Preparation
from celery_queue.memory import Memory, Portion
from jobs.errors import FileGone, FileTooLarge, StagingUnavailable
from jobs.model import Begun
from jobs.staging import Staging

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: Seconds until a file is asked for again that cannot be read now.
_ASK_AGAIN = 10.0


class Sources:
    """Gets images by either way, with the same checks. `timeout` is seconds to read a file."""

    def __init__(
        self,
        hosts: Hosts,
        fetcher: Fetcher,
        staging: Staging,
        preparation: Preparation,
        memory: Memory,
        *,
        timeout: float,
    ) -> None:
        self._hosts = hosts
        self._fetcher = fetcher
        self._staging = staging
        self._preparation = preparation
        self._memory = memory
        self._timeout = timeout

    def place(self) -> AbstractContextManager[Place]:
        """The place of an image at its source's host, at none yet."""
        return self._hosts.place()

    def portion(self) -> Portion:
        """What an image may have of the memory, from its first byte until it is uploaded."""
        return self._memory.portion()

    async def get(self, begun: Begun, place: Place, portion: Portion) -> Fetched:
        """The image. Raises SourceError, and HostBusy and MemoryFull as Fetcher.fetch does."""
        if begun.options.staged is None:
            return await self._fetcher.fetch(begun.url, place, portion, begun.options.referer)
        content = await self._read(begun.options.staged, portion)
        return Fetched(*await self._preparation.prepare(content, portion))

    async def let_go(self, begun: Begun) -> None:
        """The image is at Imgur: nobody needs its file any more."""
        if begun.options.staged is not None:
            try:
                await asyncio.to_thread(self._staging.remove, begun.options.staged)
            except StagingUnavailable as error:
                # It goes when its job is forgotten.
                log.warning("file not removed", cause=str(error), job_id=begun.image.job_id)

    async def _read(self, name: str, portion: Portion) -> bytes:
        size = await self._ask(self._staging.size, name)
        if size > portion.size:
            await portion.grow(size, self._timeout)
        return await self._ask(self._staging.read, name)

    async def _ask(self, method: Callable[[str], T], name: str) -> T:
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.to_thread(method, name)
        except FileTooLarge as error:
            raise errors.ImageTooLarge(error.max_bytes) from error
        except FileGone as error:
            raise errors.FileGone from error
        except (StagingUnavailable, TimeoutError) as error:
            raise errors.FileUnavailable(retry_after=_ASK_AGAIN) from error
