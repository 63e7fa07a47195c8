"""The connection to Redis, and the one place where its errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from jobs.errors import StoreUnavailable


def open_redis(url: str) -> Redis:
    """A client for many threads; the first call connects. Every script may be sent twice."""
    return Redis.from_url(
        url,
        socket_connect_timeout=2,
        socket_timeout=5,
        socket_keepalive=True,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),
        decode_responses=True,
    )


@contextmanager
def answering() -> Iterator[None]:
    """Raise StoreUnavailable for whatever Redis, or the way to it, does not do."""
    try:
        yield
    except RedisError as error:
        raise StoreUnavailable(f"Redis: {error}") from error
