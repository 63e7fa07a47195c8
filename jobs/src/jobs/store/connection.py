"""The connection to Redis, and the one place where its errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from redis import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from jobs.errors import StoreUnavailable
from jobs.settings import JobsSettings
from jobs.store.scripts import Scripts

#: To one Redis, of one process. Each is there for less than a millisecond.
MOST_CONNECTIONS = 50


class Connected:
    """What every part of the store stands on: one Redis, and the scripts ready to be called."""

    def __init__(self, redis: Redis, settings: JobsSettings) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._settings = settings

    @classmethod
    def connect(cls, settings: JobsSettings) -> Self:
        """A store on the Redis of the settings; the first call connects."""
        return cls(open_redis(settings.redis_url), settings)


def open_redis(url: str) -> Redis:
    """A client for many threads; the first call connects. Every script may be sent twice.

    A thousand who ask at once wait for one of few connections.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=MOST_CONNECTIONS,
        timeout=5,
        socket_connect_timeout=2,
        socket_timeout=5,
        socket_keepalive=True,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),
        decode_responses=True,
    )
    return Redis.from_pool(pool)


@contextmanager
def answering() -> Iterator[None]:
    """Raise StoreUnavailable for whatever Redis, or the way to it, does not do."""
    try:
        yield
    except RedisError as error:
        raise StoreUnavailable(f"Redis: {error}") from error
