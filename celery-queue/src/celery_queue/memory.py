"""Memory for images: `WORKER_BYTES_AT_ONCE` for all that are under way, whatever arrives.

A part of it is for their bytes. Half of that belongs to the images in equal shares, for which
nobody waits: so ordinary images never wait for large ones. The other half is common. An image of
which more has arrived than its share claims all that it may still become, in its turn and at once.
Who has that waits for no more of it, so every turn comes.
"""

import asyncio
import ctypes
import math
from collections import deque
from contextlib import suppress
from typing import Self

#: Bytes of an image that its connection may have buffered: what uvloop reads in one go.
_BUFFERED = 256_000
#: The part of the memory that is for bytes of images. The rest goes to connections, and is lost
#: between blocks of different sizes.
_FOR_BYTES = 0.5
#: M_MMAP_THRESHOLD of malloc.h.
_MMAP_THRESHOLD = -3
#: How many images of the largest size are converted at once, or stripped.
_AT_ONCE = 2


def return_large_blocks() -> None:
    """Let the system have a block of 1 MB or more at once when it is free: mallopt(3), of glibc.

    By itself malloc keeps blocks as large as any that was ever free, in pieces that fit nothing.
    """
    with suppress(AttributeError):  # another libc
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 1_000_000)


class MemoryFull(Exception):
    """Others have the memory that an image needs, for about `wait` seconds more."""

    wait = 5.0


class Pool:
    """Bytes that are lent in the order in which they are claimed."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def claim(self, size: int) -> None:
        """Have so many bytes, of those that there are at all. Returns when it is their turn."""
        if not self._waiting and size <= self._free:
            self._free -= size
            return
        lent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, lent))
        try:
            await lent
        except asyncio.CancelledError:
            if lent.cancelled():
                self.give_back(0)  # it may have been the first
            else:
                self.give_back(size)  # lent in the moment of the cancellation
            raise

    def give_back(self, size: int) -> None:
        """Let others have so many bytes."""
        self._free += size
        while self._waiting and (self._waiting[0][1].done() or self._waiting[0][0] <= self._free):
            claimed, lent = self._waiting.popleft()
            if not lent.done():  # else nobody waits for it any more
                self._free -= claimed
                lent.set_result(None)


class Loan:
    """What one image has of a pool: nothing, at first."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.size = 0

    async def grow(self, more: int) -> None:
        """Have so many bytes more, when it is their turn."""
        await self._pool.claim(more)
        self.size += more

    def keep(self, most: int) -> None:
        """Give back what is beyond that."""
        if self.size > most:
            self._pool.give_back(self.size - most)
            self.size = most


class Memory:
    """The memory of a process for `images` at once, the largest of `largest` bytes.

    `copies` is how often an image may be there besides: while it is stripped, once converted.
    """

    def __init__(self, most: int, *, images: int, largest: int, copies: int) -> None:
        copied = copies * _AT_ONCE * largest
        half = (int(most * _FOR_BYTES) - copied) // 2
        self._share = half // images
        self._common = Pool(half)
        self._copied = Pool(copied)

    @staticmethod
    def least(*, largest: int, copies: int) -> int:
        """How many bytes a process needs at least, for the largest image to have its turn."""
        return math.ceil((copies * _AT_ONCE + 2) * largest / _FOR_BYTES)

    def portion(self) -> "Portion":
        """The portion of one image."""
        return Portion(self._share, self._common, self._copied)


class Portion:
    """What one image has of the memory. A context manager: in the end others have it."""

    def __init__(self, share: int, common: Pool, copied: Pool) -> None:
        self._share = share
        self._more = Loan(common)
        self._copy = Loan(copied)

    @property
    def size(self) -> int:
        """Bytes that the image may have."""
        return self._share + self._more.size

    def before_claim(self, most: int) -> int:
        """How many bytes of an image, perhaps of `most`, are read before it claims."""
        return most if most <= self.size else self.size - min(_BUFFERED, self.size // 2)

    async def grow(self, size: int, patience: float) -> None:
        """Claim what the image may become. Raises MemoryFull after `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._more.grow(size - self.size)
        except TimeoutError:
            raise MemoryFull from None

    async def copy(self, size: int) -> None:
        """Claim what the image may take once more, in another form, beside what it is now."""
        self._copy.keep(0)
        await self._copy.grow(size)

    def settle(self, size: int) -> None:
        """Keep what the image takes in the one form that is left of it."""
        fits = size <= self.size
        self._more.keep(max(size - self._share, 0) if fits else 0)
        self._copy.keep(0 if fits else size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.settle(0)
