"""Jobs share the service in turns, and slow images keep no others from it.

A job under way can be stopped and taken up again.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from redis import Redis

from imgferry import Client, Job
from jobs.model import Worker
from jobs.queue import QUEUE
from jobs.settings import JobsSettings
from jobs.store import DEPTH, JobStore
from sandbox.stack import NO_LIMITS, Stack
from tests.service import fetches, until, uploads

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

#: Ten uploads an hour; an hour takes two seconds.
SCARCE = ("--user-limit=100", "--client-limit=0", "--post-limit=0", "--clock-speed=1800")

Start = Callable[..., tuple[Stack, Client]]
"""Starts a service whose one worker has so many images at once, beside a stand-in's limits."""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as started:

        def start(at_once: int, limits: Sequence[str] = NO_LIMITS) -> tuple[Stack, Client]:
            environment = {"WORKER_IMAGES_AT_ONCE": str(at_once)}
            stack = Stack(tmp_path, environment=environment, stand_in_options=limits)
            started.enter_context(stack)
            return stack, started.enter_context(Client(stack.api.url))

        yield start


def photos(stack: Stack, numbers: range, delay: float = 0) -> list[str]:
    return [f"{stack.source.url}/photo/{n}.png?bytes=1000&delay={delay}" for n in numbers]


def sequence(client: Client, jobs: Mapping[str, str]) -> list[str]:
    """The names of the jobs, for each image that was recorded, in the order of recording."""
    names = {image.link: name for name, job in jobs.items() for image in client.images(job)}
    return [names[link] for link in list(client.links())[::-1] if link in names]


def test_slow_images_hold_up_no_others(start: Start) -> None:
    stack, client = start(20)
    fast = photos(stack, range(800))
    slow = photos(stack, range(800, 810), delay=25)
    # All along: if the others waited for the messages of these, some would go on once a second.
    mixed = [url for n in range(10) for url in (slow[n], *fast[80 * n : 80 * (n + 1)])]
    job = client.upload(mixed)
    left = until(client, job, lambda job: set(fast) <= set(job.complete))
    assert set(left.pending) == set(slow)
    stack.workers[0].kill()  # stopped, it would wait for the slow ones


def test_jobs_of_one_image_have_a_whole_worker_at_once(start: Start) -> None:
    stack, client = start(24)
    jobs = [client.upload([url]) for url in photos(stack, range(24), delay=4)]
    for job in jobs:
        client.wait(job)
    stats = requests.get(f"{stack.source.url}/_source/stats", timeout=10).json()
    assert stats["mostAtOnce"] == 24


def test_a_slow_worker_leaves_the_others_their_share(start: Start) -> None:
    at_once = 10
    stack, client = start(at_once)
    slow = photos(stack, range(20 * at_once), delay=2)
    idle = Worker("celery@idle", 9 * at_once)
    store = JobStore.connect(JobsSettings(redis_url=stack.redis.url))
    store.heartbeat(idle, [])
    job = client.upload(slow)

    def some_are_done(job: Job) -> bool:
        store.heartbeat(idle, [])
        return len(job.complete) >= 2 * at_once

    done = until(client, job, some_are_done).complete
    with Redis.from_url(stack.redis.url) as redis:
        waiting = redis.llen(QUEUE) * at_once
    # It had the last message when one image was missing to its share.
    assert waiting > len(slow) - len(done) - (DEPTH + 1) * at_once
    stack.workers[0].kill()


def test_three_images_do_not_wait_for_ten_thousand(start: Start) -> None:
    at_once = 20
    stack, client = start(at_once)
    large = client.upload(photos(stack, range(10_000), delay=0.1))
    until(client, large, lambda job: len(job.complete) > 100)
    ahead = len(list(client.links()))
    small = client.upload(photos(stack, range(10_000, 10_003), delay=0.1))
    client.wait(small)
    client.cancel(large)

    recorded = sequence(client, {"large": large, "small": small})
    last = len(recorded) - recorded[::-1].index("small")
    # What was admitted before it goes first; of what comes after, no more than two messages.
    assert last - ahead <= (DEPTH + 2) * at_once


def test_the_slots_of_a_spent_budget_are_shared_in_turn(start: Start) -> None:
    stack, client = start(100, SCARCE)
    # So many that it waits for the end of an hour, whenever that hour began.
    spender = client.upload(photos(stack, range(25)))
    until(client, spender, lambda job: job.waiting is not None)
    jobs = {
        "one": client.upload(photos(stack, range(100, 120))),
        "other": client.upload(photos(stack, range(200, 220))),
    }
    for job_id in jobs.values():
        client.wait(job_id)

    shares = Counter[str]()
    for name in sequence(client, jobs):
        shares[name] += 1
        assert abs(shares["one"] - shares["other"]) <= 10, "more than the slots of an hour"


def test_a_priority_is_a_share(start: Start) -> None:
    stack, client = start(5)
    # It keeps the worker busy until all three wait.
    client.upload(photos(stack, range(10), delay=1))
    jobs = {
        "high": client.upload(photos(stack, range(1000, 1320)), priority="high"),
        "normal": client.upload(photos(stack, range(2000, 2320)), priority="normal"),
        "low": client.upload(photos(stack, range(3000, 3320)), priority="low"),
    }
    client.wait(jobs["high"])
    for job_id in jobs.values():
        client.cancel(job_id)

    recorded = sequence(client, jobs)
    last = len(recorded) - recorded[::-1].index("high")
    shares = Counter(recorded[:last])
    # 16 to 4 to 1, give or take what is under way.
    assert shares["high"] == 320
    assert shares["normal"] == pytest.approx(80, abs=DEPTH * 5)
    assert shares["low"] == pytest.approx(20, abs=DEPTH * 5)


def test_a_job_is_cancelled_under_load_and_retried(start: Start) -> None:
    at_once = 20
    stack, client = start(at_once)
    urls = photos(stack, range(600), delay=0.1)
    job_id = client.upload(urls)
    until(client, job_id, lambda job: len(job.complete) > 100)

    cancelled = client.cancel(job_id)
    job = client.wait(job_id)
    assert len(job.complete) - len(cancelled.complete) <= DEPTH * at_once
    assert Counter(job.complete + job.failed) == Counter(urls)
    assert {image.error and image.error.code for image in client.images(job_id, "failed")} == {
        "cancelled"
    }
    # Nothing was begun but what was recorded.
    assert fetches(stack) == uploads(stack) == len(job.complete)
    assert client.cancel(job_id) == job

    assert client.retry(job_id) == len(job.failed)
    again = client.job(job_id)
    assert again.finished is None
    assert again.failed == []
    assert client.wait(job_id).complete == urls
    assert fetches(stack) == uploads(stack) == 600
