"""What many tests stand on: a real Redis-compatible server, and stores on it."""

from collections.abc import Iterator

import pytest
from redis import Redis

from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox.redis import RedisServer


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis"), append_only=False) as server:
        yield server


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator[Redis]:
    """The server with nothing in it."""
    with Redis.from_url(redis_server.url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def settings(redis: Redis, redis_server: RedisServer) -> JobsSettings:
    return JobsSettings(redis_url=redis_server.url)


@pytest.fixture
def store(settings: JobsSettings) -> JobStore:
    return JobStore.connect(settings)
