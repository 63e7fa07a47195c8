"""Places at source hosts: the whole fleet has a few connections to one host at once.

So nobody can aim our workers at a victim, and a host that asks to be left alone is.
"""

import asyncio
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

from celery_queue.batch import Batch
from jobs.model import Visit
from jobs.store import JobStore

#: Seconds that an image waits for a place; then it makes room for images of other hosts.
_PATIENCE = 1.0


class HostBusy(Exception):
    """No place at the host, or it wants to be left alone, for about `wait` seconds more."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"for {wait:.1f} seconds")
        self.wait = wait


class Hosts:
    """The places that this process has, of the `most` that the fleet has at one host."""

    def __init__(self, store: JobStore, most: int) -> None:
        self._store = store
        self._most = most
        self._visits: Batch[Visit, float] = Batch("visit", lambda visits: store.visit(visits, most))
        self._tokens = map(f"{secrets.token_hex(8)}:{{}}".format, count())
        self._held: set[Visit] = set()
        self._waiting: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)
        self.coming: Counter[str] = Counter()
        """How many images of ours are on their way to a host and not connected yet."""

    @contextmanager
    def place(self) -> Iterator["Place"]:
        """The place of one image, at no host yet; left in the end, wherever it is."""
        place = Place(self)
        try:
            yield place
        finally:
            place.leave()

    async def enter(self, host: str) -> Visit:
        """Take a place. Raises HostBusy."""
        visit = Visit("enter", host, next(self._tokens))
        patient_until = time.monotonic() + _PATIENCE
        try:
            while wait := await self._visits(visit):
                if time.monotonic() + wait > patient_until:
                    raise HostBusy(wait)
                await self._place_left(host, wait)
        except asyncio.CancelledError:
            self.leave(visit)  # it may have been granted meanwhile
            raise
        self._held.add(visit)
        return visit

    def leave(self, visit: Visit) -> None:
        """Give a place back, perhaps to the image of ours that waits longest."""
        self._held.discard(visit)
        self._visits(Visit("leave", visit.host, visit.token))  # nobody waits for it
        for waiting in self._waiting.get(visit.host, ()):
            if not waiting.done():
                waiting.set_result(None)
                break

    async def avoid(self, host: str, seconds: float) -> None:
        """Let the whole fleet leave a host alone for so long."""
        await self._visits(Visit("avoid", host, seconds=seconds))

    def renew(self) -> None:
        """Keep the places that are held; for the heartbeat. Raises StoreUnavailable."""
        if held := [Visit("renew", visit.host, visit.token) for visit in list(self._held)]:
            self._store.visit(held, self._most)

    async def _place_left(self, host: str, wait: float) -> None:
        """Wait until one of ours leaves the host, `wait` seconds at most."""
        left: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[host].append(left)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(left, wait)
        finally:
            self._waiting[host].remove(left)
            if not self._waiting[host]:
                del self._waiting[host]


class Place:
    """The place of one image: at one host at a time, or at none."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._visit: Visit | None = None
        self._coming: str | None = None

    async def reserve(self, host: str) -> None:
        """Have a place at this host and at no other. Raises HostBusy."""
        if self._visit and self._visit.host == host:
            return
        self.leave()
        self._coming = host
        self._hosts.coming[host] += 1
        self._visit = await self._hosts.enter(host)

    async def connect(self, host: str) -> bool:
        """Go to the host; say whether another image will, that could take the same connection."""
        await self.reserve(host)
        self._arrive()
        return self._hosts.coming[host] > 0

    async def avoid(self, seconds: float) -> None:
        """Let the whole fleet leave this host alone for so long."""
        if self._visit:
            await self._hosts.avoid(self._visit.host, seconds)

    def leave(self) -> None:
        """Give the place back."""
        self._arrive()
        if self._visit:
            self._hosts.leave(self._visit)
            self._visit = None

    def _arrive(self) -> None:
        if self._coming is not None:
            self._hosts.coming[self._coming] -= 1
            if not self._hosts.coming[self._coming]:
                del self._hosts.coming[self._coming]
            self._coming = None
