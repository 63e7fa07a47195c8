"""What happens to one job, in the order read here: rendered once, for all who watch it."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from api.watching.frames import Event

#: Events that are kept for those who take them slowly. Who is further behind gets a snapshot.
MOST_KEPT = 16


class Topic:
    """One job that somebody watches. Who does has a number: of the last event that was taken."""

    def __init__(self, version: str, read_snapshot: Callable[[], Event]) -> None:
        self.version = version
        """Up to which the store was read."""
        self.number = 0
        """The newest event's."""
        self.is_closed = False
        self.watchers = self.streams = 0
        """Who watches; and who of these takes the events."""
        self._events: deque[Event] = deque(maxlen=MOST_KEPT)
        self._moved = threading.Condition(threading.Lock())
        self._read_snapshot = read_snapshot
        self._snapshot: tuple[int, Event] | None = None
        self._reading = threading.Lock()

    def publish(self, version: str, event: Event | None) -> None:
        """Something happened; without an event, it takes a snapshot to see what."""
        with self._moved:
            self.version = version
            self.number += 1
            if event:
                self._events.append(event)
            else:
                self._events.clear()
            self._moved.notify_all()

    def close(self) -> None:
        """Nobody waits any more."""
        with self._moved:
            self.is_closed = True
            self._moved.notify_all()

    def wait(self, number: int, seconds: float) -> bool:
        """Wait until there is an event after this number; whether there is."""
        with self._moved:
            self._moved.wait_for(lambda: self.is_closed or self.number > number, seconds)
            return self.number > number

    def after(self, number: int) -> tuple[int, Sequence[Event]]:
        """The newest number, and what to take to be there: the events, or a snapshot.

        Raises JobNotFound and StoreUnavailable.
        """
        with self._moved:
            if self._are_kept_after(number):
                first = len(self._events) - (self.number - number)
                return self.number, list(islice(self._events, first, None))
        number, snapshot = self.snapshot()
        return number, [snapshot]

    def snapshot(self) -> tuple[int, Event]:
        """The whole job, and the number that whoever takes it is at.

        It is read again only where the events after it are gone. Raises JobNotFound and
        StoreUnavailable.
        """
        with self._reading:
            if not self._snapshot or not self._are_kept_after(self._snapshot[0]):
                number = self.number
                self._snapshot = number, self._read_snapshot()
            return self._snapshot

    def _are_kept_after(self, number: int) -> bool:
        return self.number - number <= len(self._events)
