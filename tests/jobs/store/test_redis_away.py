"""Redis is away, is full, or its answer is lost on the way: nothing half, nothing twice."""

import select
import socket
from collections.abc import Callable, Iterator
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from redis import Redis

from jobs.errors import StoreUnavailable
from jobs.model import Failed, JobStatus, Once, Retry, Told
from jobs.settings import JobsSettings
from jobs.store import JobStore
from tests.jobs.store.conftest import (
    BLOCKED,
    BUSY,
    HOUR,
    WORKER,
    add_finished,
    begin_all,
    end_leases,
    record,
    upload,
    urls,
)


class Way(ThreadingTCPServer):
    """The way to Redis; with `loses_next`, the next answer is lost, and the connection with it."""

    daemon_threads = True

    def __init__(self, url: str) -> None:
        self.loses_next = False
        self.redis = (urlsplit(url).hostname, urlsplit(url).port)
        super().__init__(("127.0.0.1", 0), _Relay)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.server_address[1]}/0"


class _Relay(BaseRequestHandler):
    server: Way

    def handle(self) -> None:
        with socket.create_connection(self.server.redis) as redis:
            while True:
                for side in select.select([self.request, redis], [], [])[0]:
                    data = side.recv(65_536)
                    if not data:
                        return
                    if side is redis and self.server.loses_next:
                        self.server.loses_next = False
                        return
                    (redis if side is self.request else self.request).sendall(data)


@pytest.fixture
def way(settings: JobsSettings) -> Iterator[Way]:
    with Way(settings.redis_url) as way:
        serving = Thread(target=way.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        yield way
        way.shutdown()
        serving.join()


@pytest.fixture
def far(way: Way) -> JobStore:
    """The store over that way; Redis has all scripts already."""
    store = JobStore.connect(JobsSettings(redis_url=way.url))
    store.retry(add_finished(store))
    store.cancel(add_finished(store))
    store.pause(BUSY, 0, 1)
    store.resume(BUSY.code)
    return store


class TestAnAnswerIsLost:
    """The store asks again by itself."""

    @pytest.mark.parametrize("once", [None, Once("key", "body")])
    def test_a_job_is_added_once(
        self, store: JobStore, far: JobStore, way: Way, once: Once | None
    ) -> None:
        before = len(store.jobs(None, 100, None).items)
        way.loses_next = True
        added = far.add(urls(3), once=once)
        assert not way.loses_next
        assert not added.replayed
        assert store.get(added.job_id).pending == urls(3)
        assert len(store.jobs(None, 100, None).items) == before + 1
        assert store.destination().waiting == 3

    @pytest.mark.parametrize("result", [Retry(BUSY, 0), Failed(BUSY, arrived=True)])
    def test_an_outcome_is_recorded_once(
        self, store: JobStore, far: JobStore, way: Way, result: Retry | Failed
    ) -> None:
        job_id = store.add(urls(2)).job_id
        a, b = begin_all(store)
        way.loses_next = True
        record(far, [a], result)
        assert not way.loses_next
        way.loses_next = True
        upload(far, [b])
        first, second = store.images(job_id, None, 10, None).items
        assert (first.attempts, second.attempts) == (1, 1)
        assert store.links(10, None).items[0].endswith("/1.jpg")
        assert len(store.links(10, None).items) == 3  # with those of the two jobs before

    def test_a_job_is_cancelled_and_retried_once(
        self, store: JobStore, far: JobStore, way: Way
    ) -> None:
        job_id = store.add(urls(3)).job_id
        for call in (far.cancel, far.retry):
            way.loses_next = True
            call(job_id)
            assert not way.loses_next
        assert store.get(job_id).pending == urls(3)
        assert len(begin_all(store)) == 3
        assert store.destination().waiting == 0

    def test_a_pause_grows_once(
        self, store: JobStore, far: JobStore, way: Way, redis: Redis
    ) -> None:
        way.loses_next = True
        far.pause(BLOCKED, None, 60)
        assert not way.loses_next
        left = store.heartbeat(WORKER, []).paused_for
        assert 59 < left <= 72
        assert redis.hget("imgferry:pause", "streak") == "1"

    def test_what_was_admitted_or_begun_comes_back_with_its_lease(
        self, store: JobStore, far: JobStore, way: Way, redis: Redis
    ) -> None:
        job_id = store.add(urls(30)).job_id
        store.heartbeat(WORKER, [])
        (begun,) = store.admit(1)
        for call in (lambda: far.begin(begun), lambda: far.admit(1)):
            way.loses_next = True
            assert call() == []
            assert not way.loses_next
        assert store.destination().in_flight == 30
        end_leases(redis)
        upload(store, begin_all(store))
        assert store.get(job_id).status is JobStatus.COMPLETE


def test_every_call_says_that_redis_is_away() -> None:
    store = JobStore.connect(JobsSettings(redis_url="redis://127.0.0.1:1/0"))
    calls: list[Callable[[], object]] = [
        store.workers,
        store.destination,
        store.forget,
        lambda: store.add(["https://e.org"]),
        lambda: store.admit(1),
        lambda: store.get("a"),
        lambda: store.jobs(None, 1, None),
        lambda: store.images("a", None, 1, None),
        lambda: store.links(1, None),
        lambda: store.cancel("a"),
        lambda: store.retry("a"),
        lambda: store.claim([]),
        lambda: store.record([], [Told("user", HOUR, 1, 1)]),
        lambda: store.pause(BLOCKED, None, 60),
        lambda: store.resume("a"),
    ]
    for call in calls:
        with pytest.raises(StoreUnavailable):
            call()


def test_full_means_nothing_half(store: JobStore, redis: Redis) -> None:
    failed = store.add(urls(2)).job_id
    store.cancel(failed)
    job_id = store.add(urls(2)).job_id
    begun = begin_all(store)
    state = {key: redis.dump(key) for key in sorted(redis.keys())}
    redis.config_set("maxmemory", 1)
    try:
        for call in (
            lambda: store.add(urls(5), once=Once("key", "body")),
            lambda: upload(store, begun),
            lambda: store.claim([(one.image, "cat") for one in begun]),
            lambda: store.cancel(job_id),
            lambda: store.retry(failed),
            lambda: store.pause(BLOCKED, None, 60),
        ):
            with pytest.raises(StoreUnavailable):
                call()
        assert store.get(job_id).status is JobStatus.IN_PROGRESS
        assert len(store.images(job_id, None, 10, None).items) == 2
        assert store.destination().in_flight == 2
    finally:
        redis.config_set("maxmemory", 0)
    assert {key: redis.dump(key) for key in sorted(redis.keys())} == state
    assert upload(store, begun) == 2
