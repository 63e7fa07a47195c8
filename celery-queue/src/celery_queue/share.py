"""A worker's share of what is admitted: so many images it takes, and leaves the others to others.

Messages come as fast as they are taken, however slowly images go. Without a bound a worker with a
slow line would collect them all, and the rest of the fleet have nothing to do.
"""

import threading
import time
from collections.abc import Callable


class Share:
    """Counts the images of this process, from their message to their outcome. For many threads.

    A message that has not begun within `lease` seconds counts no longer: its images are others'.
    """

    def __init__(self, most: int, lease: float) -> None:
        self._most = most
        self._lease = lease
        self._lock = threading.Lock()
        self._coming: dict[str, tuple[float, int]] = {}
        self._begun = 0
        self._is_awaited = False
        self.on_room: Callable[[], object] = lambda: None
        """Called from any thread when there is room again for who was refused."""

    def has_room(self) -> bool:
        """Whether another message may be taken: if images are few enough, whatever it brings."""
        self._is_awaited = True  # first, lest what is done meanwhile be missed
        if self._is_full():
            return False
        self._is_awaited = False
        return True

    def take(self, message: str, images: int) -> None:
        """A message with this id has come, with so many images."""
        with self._lock:
            self._coming[message] = time.monotonic() + self._lease, images

    def begin(self, message: str, images: int) -> None:
        """So many of its images are ours now, and the others not."""
        with self._lock:
            self._coming.pop(message, None)
            self._begun += images
        self._tell()

    def done(self) -> None:
        """One of them has its outcome."""
        with self._lock:
            self._begun -= 1
        self._tell()

    def _is_full(self) -> bool:
        with self._lock:
            now = time.monotonic()
            self._coming = {of: one for of, one in self._coming.items() if one[0] > now}
            return self._begun + sum(n for _, n in self._coming.values()) >= self._most

    def _tell(self) -> None:
        if self._is_awaited and not self._is_full():
            self._is_awaited = False
            self.on_room()
