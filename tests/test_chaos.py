"""Whatever dies, and whenever: the batch is finished, and each image recorded once.

The moments are random, counted in images that have arrived at the stand-in. A run that failed says
its CHAOS_SEED; set in the environment, it brings the same moments again.
"""

import hashlib
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Self

import pytest
import requests
from redis import Redis

from imgferry import Client, ServiceUnreachable
from sandbox.source.photos import photo
from sandbox.stack import Stack
from tests.service import uploads, wait

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

IMAGES = 1000
#: Bytes of each.
SIZE = 1000
JOBS = 20
#: Seconds within which the images of a worker that was lost go on elsewhere.
GO_ON_WITHIN = 30
#: Seconds for which a worker stands still.
FROZEN = 60


@pytest.fixture
def dice() -> random.Random:
    seed = os.environ.get("CHAOS_SEED") or str(random.SystemRandom().randrange(10**6))
    print(f"CHAOS_SEED={seed}")  # noqa: T201 - pytest shows it where the test fails
    return random.Random(seed)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, scale=3, environment={"WORKER_IMAGES_AT_ONCE": "10"}) as stack:
        # So that uploads are under way at every moment.
        requests.put(f"{stack.imgur.url}/_stand-in/delay", json={"seconds": 0.1}).raise_for_status()
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    with Client(stack.api.url) as client:
        yield client


def photos(stack: Stack, delay: float) -> list[str]:
    query = f"bytes={SIZE}&delay={delay}"
    return [f"{stack.source.url}/photo/{n}.png?{query}" for n in range(IMAGES)]


def wait_for_uploads(stack: Stack, how_many: int) -> None:
    wait(lambda: uploads(stack) >= how_many)


def moments(dice: random.Random, how_many: int) -> list[int]:
    """When so many images have arrived, in order; after the last, some are still to come."""
    return sorted(dice.sample(range(IMAGES - 50), how_many))


def assert_each_image_once(stack: Stack, client: Client, job_ids: Sequence[str]) -> int:
    """Return how many uploads were too many: all of images that own up to it."""
    for worker in stack.workers:
        worker.stop()  # nothing comes after this
    images = [image for job_id in job_ids for image in client.images(job_id)]
    assert Counter(image.status for image in images) == {"complete": IMAGES}
    links = list(client.links())
    assert len(set(links)) == len(links)
    assert Counter(links) == Counter(i.link for i in images if not i.deduplicated)
    arrived = requests.get(f"{stack.imgur.url}/_stand-in/images?limit={9 * IMAGES}").json()
    times = Counter(image["sha256"] for image in arrived)
    for number, image in enumerate(images):
        how_often = times.pop(hashlib.sha256(photo(number, "png", SIZE)).hexdigest())
        assert how_often == 1 or image.possibly_duplicated, f"photo {number} came {how_often} times"
    assert not times
    return len(arrived) - IMAGES


class Leases:
    """Watches the images that workers have: those of a lost worker must go on. A context manager.

    An image went on when it is under lease no more, or another beginning has it.
    """

    def __init__(self, url: str) -> None:
        self.longest = 0.0
        self._redis = Redis.from_url(url, decode_responses=True)
        self._lost: list[tuple[float, dict[str, str]]] = []
        self._over = Event()
        self._thread = Thread(target=self._watch)

    def lose(self) -> None:
        """A worker is lost now. Nobody knows which images it has, so look for all to go on."""
        self._lost.append((time.monotonic(), self._beginnings()))

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            beginnings = self._beginnings()
            for since, images in self._lost:
                for image in [i for i in images if images[i] != beginnings.get(i)]:
                    del images[image]
                    self.longest = max(self.longest, time.monotonic() - since)

    def _beginnings(self) -> dict[str, str]:
        """Each image under lease and the beginning that has it, '' where it is only admitted."""
        with self._redis.pipeline() as read:
            read.zrange("imgferry:leases", 0, -1)
            read.hgetall("imgferry:holders")
            leases, holders = read.execute()
        return {image: holders.get(image, "").partition("/")[0] for image in leases}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._redis.close()


def test_workers_are_killed_ten_times_and_one_stands_still(
    stack: Stack, client: Client, dice: random.Random
) -> None:
    sleeper, *others = dice.sample(stack.workers, 3)
    asleep_at = dice.randrange(IMAGES // 4)

    def sleep(leases: Leases) -> None:
        wait_for_uploads(stack, asleep_at)
        with sleeper.frozen():
            leases.lose()
            asleep_since = time.monotonic()
            wait(lambda: time.monotonic() > asleep_since + FROZEN)

    urls = photos(stack, delay=0.2)
    with Leases(stack.redis.url) as leases, ThreadPoolExecutor() as beside:
        job_id = client.upload(urls)
        nap = beside.submit(sleep, leases)
        for number, moment in enumerate(moments(dice, 10)):
            wait_for_uploads(stack, moment)
            victim = others[number % 2]
            victim.kill()
            leases.lose()
            victim.start()
            job = client.job(job_id)
            assert Counter(job.pending + job.complete) == Counter(urls)
        client.wait(job_id)
        nap.result()
    assert leases.longest < GO_ON_WITHIN
    assert_each_image_once(stack, client, [job_id])


def test_the_api_is_killed_five_times_and_redis_three(
    stack: Stack, client: Client, dice: random.Random
) -> None:
    urls = photos(stack, delay=0.1)
    size = IMAGES // JOBS

    def post(number: int) -> str:
        """Post the job until the answer comes; the key makes it one job."""
        wait_for_uploads(stack, (number - 3) * size)
        batch = urls[number * size :][:size]
        deadline = time.monotonic() + 60
        with Client(stack.api.url) as poster:
            while True:
                try:
                    return poster.upload(batch, idempotency_key=f"batch-{number}")
                except ServiceUnreachable:
                    assert time.monotonic() < deadline

    with ThreadPoolExecutor(1) as beside:
        posted = beside.map(post, range(JOBS))
        victims = dice.sample(["api"] * 5 + ["redis"] * 3, 8)
        for victim, moment in zip(victims, moments(dice, 8), strict=True):
            wait_for_uploads(stack, moment)
            if victim == "redis":
                stack.redis.kill()
                stack.redis.start()
            else:
                stack.api.kill()
                stack.api.start()
                stack.api.wait_until(stack.api.answers)
        job_ids = list(posted)
    for job_id in job_ids:
        client.wait(job_id)
    assert sorted(job.id for job in client.jobs()) == sorted(job_ids)
    assert_each_image_once(stack, client, job_ids)


def test_every_worker_is_told_to_stop_and_started_again(
    stack: Stack, client: Client, dice: random.Random
) -> None:
    """A rolling deploy costs nothing: no image is begun in vain."""
    job_id = client.upload(photos(stack, delay=0.1))
    for worker, moment in zip(stack.workers, moments(dice, 3), strict=True):
        wait_for_uploads(stack, moment)
        worker.stop(timeout=30)
        worker.start()
    client.wait(job_id)
    assert assert_each_image_once(stack, client, [job_id]) == 0
    images = client.images(job_id)
    assert {(image.attempts, image.possibly_duplicated) for image in images} == {(1, False)}
