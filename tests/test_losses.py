"""What is lost, doubled or strange between the store and the queue does no harm."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from uuid import uuid4

import pytest
from celery import Celery
from redis import Redis

from imgferry import Client
from jobs.queue import QUEUE, UPLOAD_IMAGES, make_celery
from jobs.settings import JobsSettings
from sandbox.stack import Stack
from tests.service import fetches, uploads, wait

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

Sent = tuple[str, tuple[object, ...], dict[str, object]]
"""A message: the task's name, its arguments, and named ones."""

_numbers = count()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    environment = {"WORKER_IMAGES_AT_ONCE": "10"}
    with Stack(tmp_path_factory.mktemp("stack"), scale=2, environment=environment) as stack:
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    """After each test all workers live, and nothing was fetched or uploaded in vain."""
    with Client(stack.api.url) as client:
        yield client
        stack.check()
        assert fetches(stack) == uploads(stack) == len(list(client.links()))


@pytest.fixture
def broker(stack: Stack) -> Iterator[Redis]:
    with Redis.from_url(stack.redis.url, decode_responses=True) as redis:
        yield redis


@pytest.fixture
def celery(stack: Stack) -> Iterator[Celery]:
    """A sender of any message."""
    with make_celery(JobsSettings(redis_url=stack.redis.url)) as celery:
        yield celery


def photos(stack: Stack, how_many: int, delay: float = 0) -> list[str]:
    """URLs of photos that no other job has."""
    query = f"bytes=1000&delay={delay}"
    return [f"{stack.source.url}/photo/{next(_numbers)}.png?{query}" for _ in range(how_many)]


def assert_all_complete(client: Client, job_ids: list[str]) -> None:
    for job_id in job_ids:
        client.wait(job_id)
        images = list(client.images(job_id))
        assert {(image.status, image.attempts) for image in images} == {("complete", 1)}


@contextmanager
def nobody_takes_a_message(stack: Stack) -> Iterator[None]:
    """Only one for each worker, which had asked for it before, leaves the queue meanwhile."""
    with ExitStack() as frozen:
        for worker in stack.workers:
            frozen.enter_context(worker.frozen())
        yield


DIES = """
import os, sys
from jobs.settings import JobsSettings
from jobs.store import JobStore

store = JobStore.connect(JobsSettings(redis_url=sys.argv[1]))
print(store.add(sys.argv[2:]).job_id, flush=True)
"""


@pytest.mark.parametrize("when", ["os._exit(9)", "store.admit(64); os._exit(9)"])
def test_who_added_a_job_dies_before_its_messages_are_sent(
    stack: Stack, client: Client, when: str
) -> None:
    urls = photos(stack, 30)
    command = [sys.executable, "-c", DIES + when, stack.redis.url, *urls]
    died = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert died.returncode == 9
    assert_all_complete(client, [died.stdout.strip()])


def test_the_queue_is_deleted_in_the_middle(stack: Stack, client: Client, broker: Redis) -> None:
    running = client.upload(photos(stack, 10, delay=1))
    wait(lambda: client.job(running).status != "pending")
    with nobody_takes_a_message(stack):
        waiting = [client.upload(photos(stack, 5)) for _ in range(4)]
        assert broker.delete(QUEUE) == 1
    assert_all_complete(client, [running, *waiting])


def test_messages_come_three_times(stack: Stack, client: Client, broker: Redis) -> None:
    with nobody_takes_a_message(stack):
        job_ids = [client.upload(photos(stack, 5, delay=0.5)) for _ in range(4)]
        messages = broker.lrange(QUEUE, 0, -1)
        assert messages
        broker.lpush(QUEUE, *messages, *messages)
    assert_all_complete(client, job_ids)


def test_messages_of_another_version_are_dropped(
    stack: Stack, client: Client, celery: Celery
) -> None:
    job_id = client.upload(photos(stack, 10, delay=1))
    strange: list[Sent] = [
        ("imgferry.fetch_images", (job_id, [0]), {}),
        (UPLOAD_IMAGES, (), {}),
        (UPLOAD_IMAGES, (job_id,), {}),
        (UPLOAD_IMAGES, (job_id, [0], "high"), {}),
        (UPLOAD_IMAGES, (job_id, [0]), {"priority": "high"}),
        (UPLOAD_IMAGES, (job_id, ["0", "1"]), {}),
        (UPLOAD_IMAGES, (job_id, "01"), {}),
        (UPLOAD_IMAGES, (job_id, [-1]), {}),
        (UPLOAD_IMAGES, (7, [0]), {}),
    ]
    of_no_image: list[Sent] = [
        (UPLOAD_IMAGES, (job_id, [10, 9999]), {}),
        (UPLOAD_IMAGES, (str(uuid4()), [0]), {}),
        (UPLOAD_IMAGES, ("", [0]), {}),
        (UPLOAD_IMAGES, (job_id, []), {}),
    ]
    for name, arguments, named in strange + of_no_image:
        celery.send_task(name, arguments, named)
    assert_all_complete(client, [job_id, client.upload(photos(stack, 10))])
    logs = "".join(worker.log.read_text() for worker in stack.workers)
    dropped = re.findall(r'(?m)^.*"event": "(?:message not understood|Received unregi).*$', logs)
    assert len(dropped) == len(strange)
    assert not re.search(r'"event": "(store away|defect|Task )', logs)
