"""Preparing: from the bytes that came to the bytes that are uploaded, and what they are."""

import asyncio
from collections.abc import Collection

from celery_queue.errors import TypeNotAccepted
from celery_queue.images.convert import Converter
from celery_queue.images.formats import ImageFacts, identify
from celery_queue.images.metadata import without_metadata
from celery_queue.memory import Portion

#: Bytes that are looked through on the event loop; more would hold up all other images.
_SMALL = 1_000_000


class Preparation:
    """What is done with every image. Types in `convert` are turned into one that Imgur takes.

    `max_bytes` is of a converted image.
    """

    def __init__(
        self,
        convert: Collection[str] = (),
        *,
        strip_metadata: bool = False,
        max_bytes: int = 20_000_000,
    ) -> None:
        self._convert = frozenset(convert)
        self._strip_metadata = strip_metadata
        self._max_bytes = max_bytes
        self._converter = Converter(max_bytes)

    async def prepare(
        self, content: bytes, portion: Portion | None = None
    ) -> tuple[bytes, ImageFacts]:
        """The image to upload, and what it is. Its portion is then as large. Raises SourceError."""
        if portion and self._strip_metadata:
            await portion.copy(len(content))
        try:
            prepared = await self._checked(content)
        except TypeNotAccepted as refused:
            if refused.kind.lower() not in self._convert:
                raise
            if portion:  # what is converted is stripped again
                await portion.copy(self._max_bytes * (1 + self._strip_metadata))
            prepared = await self._checked(await self._converted(content, refused.kind))
        if portion:
            portion.settle(len(prepared[0]))
        return prepared

    async def _checked(self, content: bytes) -> tuple[bytes, ImageFacts]:
        if len(content) <= _SMALL:
            return self._check(content)
        return await asyncio.to_thread(self._check, content)

    def _check(self, content: bytes) -> tuple[bytes, ImageFacts]:
        facts = identify(content)
        if self._strip_metadata:
            content = without_metadata(content, facts.type)
            facts = identify(content)  # other bytes are at its head now
        return content, facts

    async def _converted(self, content: bytes, kind: str) -> bytes:
        if self._strip_metadata and kind == "WebP":
            content = without_metadata(content, "image/webp")  # the decoder need not see it
        return await self._converter.convert(content, kind)
