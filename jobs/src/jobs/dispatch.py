"""Dispatch: what may run now becomes Celery messages."""

from collections.abc import Sequence
from typing import Self

from celery import Celery
from celery.exceptions import CeleryError
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

from jobs.errors import StoreUnavailable
from jobs.queue import DELETE_IMAGE, UPLOAD_IMAGES, make_celery
from jobs.settings import JobsSettings
from jobs.store import JobStore

#: Messages sent by one call; whoever calls next sends the others.
MOST_MESSAGES = 64


class Dispatcher:
    """Sends the images that the store admits.

    Called after a POST, when images are done, and once a second by every worker: any one of them is
    enough, and two at once admit no image twice. What is admitted but never sent, because the
    process died in between, is admitted again when its lease ends.
    """

    def __init__(self, store: JobStore, celery: Celery) -> None:
        self._store = store
        self._celery = celery
        self._producers = celery.producer_pool  # loads now what the first message would wait for

    @classmethod
    def connect(cls, settings: JobsSettings, store: JobStore) -> Self:
        """A dispatcher that sends to the broker of the settings."""
        return cls(store, make_celery(settings))

    def dispatch(self) -> int:
        """Send what may run now; return the number of messages. Raises StoreUnavailable."""
        messages = self._store.admit(MOST_MESSAGES)
        return self._send(UPLOAD_IMAGES, [(one.job_id, one.indexes) for one in messages])

    def dispatch_all(self) -> None:
        """Send all that may run now, for who keeps nobody waiting. Raises StoreUnavailable."""
        while self.dispatch() == MOST_MESSAGES:
            pass

    def dispatch_deletions(self) -> int:
        """The same for images that are to be deleted: after a DELETE, and once a second."""
        return self._send(DELETE_IMAGE, self._store.admit_deletions(MOST_MESSAGES))

    def _send(self, task: str, messages: Sequence[tuple[object, ...]]) -> int:
        if not messages:
            return 0
        try:
            # One write for all of them.
            with self._producers.acquire(block=True) as producer, producer.batch():
                for arguments in messages:
                    self._celery.send_task(
                        task,
                        arguments,
                        producer=producer,
                        argsrepr=repr(arguments),  # Celery's own takes half of the whole time
                        ignore_result=True,  # else Celery subscribes to a result nobody reads
                    )
        except (OperationalError, KombuError, CeleryError, RedisError, OSError) as error:
            raise StoreUnavailable(f"Broker: {error}") from error
        return len(messages)
