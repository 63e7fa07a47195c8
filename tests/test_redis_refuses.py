"""Redis is full, read-only or slow: nothing is stored half, and what workers know is not lost."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from threading import Event, Thread

import pytest
import requests
from redis import Redis

from imgferry import Client
from sandbox.ports import free_port
from sandbox.stack import Stack
from tests.service import uploads, wait

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

_numbers = count()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    environment = {"WORKER_IMAGES_AT_ONCE": "10"}
    with Stack(tmp_path_factory.mktemp("stack"), scale=2, environment=environment) as stack:
        # So that uploads are under way when Redis begins to refuse.
        requests.put(f"{stack.imgur.url}/_stand-in/delay", json={"seconds": 0.1}).raise_for_status()
        yield stack
        stack.check()


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    with Client(stack.api.url) as client:
        yield client


@pytest.fixture
def redis(stack: Stack) -> Iterator[Redis]:
    with Redis.from_url(stack.redis.url) as redis:
        yield redis


def photos(stack: Stack, how_many: int) -> list[str]:
    """URLs of photos that no other job has; at every moment some are fetched, some uploaded."""
    numbers = [next(_numbers) for _ in range(how_many)]
    return [f"{stack.source.url}/photo/{n}.png?bytes=1000&delay={n % 7 / 10}" for n in numbers]


@contextmanager
def full(redis: Redis) -> Iterator[None]:
    """It may take a byte, and evicts nothing (`noeviction` is Redis's own default)."""
    redis.config_set("maxmemory", 1)
    try:
        yield
    finally:
        redis.config_set("maxmemory", 0)


@contextmanager
def read_only(redis: Redis) -> Iterator[None]:
    """It became the replica of a Redis that is not there."""
    redis.replicaof("127.0.0.1", str(free_port()))
    try:
        yield
    finally:
        redis.replicaof("NO", "ONE")


@contextmanager
def read_only_for_longer_than_a_lease(redis: Redis) -> Iterator[None]:
    with read_only(redis):
        yield
        wait(lambda: not redis.zcount("imgferry:leases", redis.time()[0] * 1000, "+inf"))


@contextmanager
def slow(redis: Redis) -> Iterator[None]:
    """Whatever it is asked, it answers up to two seconds later."""
    over = Event()

    def pause() -> None:
        while not over.is_set():
            redis.client_pause(2000)
            redis.ping()  # answered when the pause is over

    pausing = Thread(target=pause)
    pausing.start()
    try:
        yield
    finally:
        over.set()
        pausing.join()


def stored(redis: Redis) -> dict[bytes | str, bytes | None]:
    """All that is stored, but for who lives: a full Redis still takes heartbeats."""
    alive = {b"imgferry:leases", b"imgferry:workers"}
    return {key: redis.dump(key) for key in redis.scan_iter() if key not in alive}


def unrecorded(stack: Stack) -> int:
    """How often a worker wrote that it cannot record what it knows."""
    return sum(worker.log.read_text().count('"call": "record"') for worker in stack.workers)


@pytest.mark.parametrize("refusing", [full, read_only, read_only_for_longer_than_a_lease])
def test_a_redis_that_refuses(
    stack: Stack,
    client: Client,
    redis: Redis,
    refusing: Callable[[Redis], AbstractContextManager[None]],
) -> None:
    before = uploads(stack)
    earlier = unrecorded(stack)
    job_id = client.upload(photos(stack, 150))
    root = f"{stack.api.url}/v1/images"
    job = f"{root}/upload/{job_id}"
    wait(lambda: len(client.job(job_id).complete) > 40)
    with refusing(redis):
        wait(lambda: unrecorded(stack) > earlier)
        found = stored(redis)
        body = {"urls": photos(stack, 3)}
        for answer in (
            requests.post(f"{root}/upload", json=body),
            requests.post(f"{root}/upload", json=body, headers={"Idempotency-Key": '"once"'}),
            requests.post(f"{job}/retry"),
            requests.delete(job),
        ):
            assert answer.status_code == 503
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert int(answer.headers["Retry-After"]) > 0
        for url in (root, f"{root}/upload", job, f"{job}/images"):
            assert requests.get(url).status_code == 200
        assert stored(redis) == found

    assert len(client.wait(job_id).complete) == 150
    images = list(client.images(job_id))
    assert len({image.link for image in images}) == 150
    marked = sum(image.possibly_duplicated for image in images)
    assert 0 <= uploads(stack) - before - 150 <= marked
    stack.check()


def test_a_redis_that_is_slow(stack: Stack, client: Client, redis: Redis) -> None:
    before = uploads(stack)
    log = stack.api.log
    since = log.stat().st_size
    with slow(redis):
        job_id = client.upload(photos(stack, 50))
        assert len(client.wait(job_id).complete) == 50
    assert uploads(stack) == before + 50
    assert {image.attempts for image in client.images(job_id)} == {1}
    assert b'"status": 5' not in log.read_bytes()[since:]
