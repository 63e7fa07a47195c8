"""The name of an image's bytes, by which the store knows what was uploaded before."""

import asyncio
from base64 import urlsafe_b64encode

from blake3 import blake3

#: Bytes that are hashed on the event loop; more would hold up all other images.
_SMALL = 1_000_000


class Contents:
    """Names by BLAKE3. The destination is part of them: known there is not known here."""

    def __init__(self, destination: str, *, deduplicate: bool) -> None:
        self._seed = f"{destination}\n".encode()
        self._deduplicate = deduplicate

    async def name(self, content: bytes) -> str | None:
        """The name of these bytes; None where equal bytes do not matter."""
        if not self._deduplicate:
            return None
        if len(content) <= _SMALL:
            return self._digest(content)
        return await asyncio.to_thread(self._digest, content)

    def _digest(self, content: bytes) -> str:
        digest = blake3(self._seed)
        digest.update(content)
        return urlsafe_b64encode(digest.digest()).decode().rstrip("=")  # a third shorter than hex
