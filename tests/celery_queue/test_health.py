from socket import gethostname

import pytest

from celery_queue import health
from jobs.model import Worker
from jobs.store import JobStore
from sandbox.ports import free_port
from sandbox.redis import RedisServer


@pytest.fixture
def store(store: JobStore, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> JobStore:
    """The store that the check asks."""
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    return store


def test_a_worker_that_was_heard_of_lives(store: JobStore) -> None:
    store.heartbeat(Worker(f"celery@{gethostname()}", 10), ())
    health.main()


def test_a_worker_that_left_does_not_live(store: JobStore) -> None:
    worker = Worker(f"celery@{gethostname()}", 10)
    store.heartbeat(worker, ())
    store.leave(worker)
    with pytest.raises(SystemExit, match="not been heard of"):
        health.main()


def test_the_worker_of_another_host_is_not_ours(store: JobStore) -> None:
    store.heartbeat(Worker(f"celery@{gethostname()}-2", 10), ())
    with pytest.raises(SystemExit, match="not been heard of"):
        health.main()


def test_without_redis_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(SystemExit, match="Redis"):
        health.main()
