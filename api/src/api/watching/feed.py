"""The feed: what happens to the jobs that are watched in this process, read once for all.

However many watch, one thread reads, over one connection. After telling many it rests, so that they
cost a part of a core and the events of the meantime become one.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from api.watching.frames import Event, change_event, snapshot_event
from api.watching.states import States
from api.watching.topic import Topic
from jobs.errors import JobNotFound, StoreUnavailable
from jobs.model import Pause
from jobs.store import JobStore

log = structlog.get_logger(__name__)

#: Seconds that a read waits for events. A job that is watched from now on is in the next one.
READ = 0.1
#: Seconds of rest for each stream that was told something.
REST = 2e-4
#: Seconds after which it is seen whether images wait for something else, or Redis is back.
LOOK_AGAIN = 1.0


class TooManyWatchers(Exception):
    """This process has as many as it can hold."""


class Feed:
    """The jobs that are watched in this process, and what happens to them."""

    def __init__(self, store: JobStore, states: States, most: int) -> None:
        self._store = store
        self._states = states
        self._most = most
        self._lock = threading.Lock()
        self._topics: dict[str, Topic] = {}
        self._is_reading = self._is_closed = False
        self._holdup: Pause | None = None
        self._looked = 0.0

    def wait(self, job_id: str, version: str, seconds: float) -> bool:
        """Wait until something happens to a job that is at this version; whether it has.

        Raises TooManyWatchers.
        """
        with self.watch(job_id, version) as topic:
            if _order(topic.version) > _order(version):
                return True
            return topic.wait(topic.number, seconds)

    @contextmanager
    def watch(self, job_id: str, version: str, *, streams: bool = False) -> Iterator[Topic]:
        """Watch a job that is at this version or a later one; `streams` takes its events too.

        Raises TooManyWatchers.
        """
        topic = self._enter(job_id, version, streams)
        try:
            yield topic
        finally:
            with self._lock:
                topic.watchers -= 1
                topic.streams -= streams
                if not topic.watchers:
                    del self._topics[job_id]

    def close(self) -> None:
        """End the waiting of all, now and from now on: this process stops."""
        with self._lock:
            self._is_closed = True
            for topic in self._topics.values():
                topic.close()

    def _enter(self, job_id: str, version: str, streams: bool) -> Topic:
        with self._lock:
            if sum(topic.watchers for topic in self._topics.values()) >= self._most:
                raise TooManyWatchers
            topic = self._topics.get(job_id)
            if topic is None:
                topic = Topic(version, lambda: self._snapshot(job_id))
                self._topics[job_id] = topic
            if self._is_closed:
                topic.close()
            topic.watchers += 1
            topic.streams += streams
            begin, self._is_reading = not self._is_reading, True
        if begin:  # not under the lock: the thread takes it at once
            threading.Thread(target=self._read, name="feed", daemon=True).start()
        return topic

    def _snapshot(self, job_id: str) -> Event:
        body, state = self._states.show(job_id)
        return snapshot_event(body, state.version)

    # The one reader

    def _read(self) -> None:
        while topics := self._watched():
            told = 0
            try:
                versions = {job_id: topic.version for job_id, topic in topics.items()}
                newer = self._store.wait_for_changes(versions, READ)
                for job_id, version in newer.items():
                    told += self._tell(job_id, topics[job_id], version)
                told += self._tell_of_holdup()
            except StoreUnavailable as error:
                log.warning("jobs are not watched", reason=str(error))
                time.sleep(LOOK_AGAIN)
            time.sleep(told * REST)

    def _watched(self) -> dict[str, Topic]:
        with self._lock:
            self._is_reading = bool(self._topics) and not self._is_closed
            return dict(self._topics) if self._is_reading else {}

    def _tell(self, job_id: str, topic: Topic, version: str) -> int:
        """Tell of what changed in a job; how many are told."""
        event = None
        if topic.streams:
            try:
                change = self._store.changes(job_id, topic.version)
                version = change.version
                event = None if change.images is None else change_event(change)
            except JobNotFound:
                return 0
            except StoreUnavailable:
                raise
            except Exception:
                # What cannot be read of one job, written by a newer Imgferry say, mutes no other.
                log.exception("defect in the feed", job_id=job_id)
        topic.publish(version, event)
        return topic.streams

    def _tell_of_holdup(self) -> int:
        """Tell all when images begin to wait for something else, or go on."""
        if time.monotonic() - self._looked < LOOK_AGAIN:
            return 0
        self._looked, before = time.monotonic(), self._holdup
        self._holdup = self._store.destination().holdup
        if self._holdup == before:
            return 0
        with (
            self._lock
        ):  # only now: who came since this turn began may have seen it as it was before
            topics = list(self._topics.values())
        for topic in topics:
            topic.publish(topic.version, None)
        return sum(topic.streams for topic in topics)


def _order(version: str) -> tuple[int, ...]:
    """Versions as they come one after another: ids of a Redis stream."""
    return tuple(map(int, version.split("-"))) if version else ()
