"""Any process may be killed at any line: every image is still finished by someone."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from imgferry import Client, ServiceUnreachable
from imgferry.model import Job
from sandbox.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, scale=2, environment={"WORKER_IMAGES_AT_ONCE": "20"}) as stack:
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    with Client(stack.api.url) as client:
        yield client


def photos(stack: Stack, count: int, query: str = "") -> list[str]:
    return [f"{stack.source.url}/photo/{n}.png?bytes=3000{query}" for n in range(count)]


def uploads(stack: Stack) -> int:
    return int(requests.get(f"{stack.imgur.url}/_stand-in/stats").json()["uploads"])


def when_some_are_complete(client: Client, job_id: str, at_least: int) -> Job:
    class Enough(Exception):
        pass

    def look(job: Job) -> None:
        if len(job.complete) >= at_least:
            raise Enough

    with pytest.raises(Enough):
        client.wait(job_id, look)
    return client.job(job_id)


def test_a_killed_workers_images_are_finished_by_another(stack: Stack, client: Client) -> None:
    urls = photos(stack, 300, "&delay=0.2")
    job_id = client.upload(urls)
    assert len(when_some_are_complete(client, job_id, 40).pending) > 0
    stack.workers[0].kill()
    job = client.wait(job_id)
    assert Counter(job.complete) == Counter(urls)
    links = [image.link for image in client.images(job_id)]
    assert len(set(links)) == 300
    # What the killed worker held (its own share at most) may stand at Imgur twice.
    assert 300 <= uploads(stack) <= 300 + 20


def test_a_job_outlives_every_process(stack: Stack, client: Client) -> None:
    job_id = client.upload(photos(stack, 150, "&delay=0.3"))
    when_some_are_complete(client, job_id, 20)
    for part in (*stack.workers, stack.api):
        part.kill()
    stack.redis.stop()
    stack.redis.start()
    for part in (*stack.workers, stack.api):
        part.start()
    stack.api.wait_until(stack.api.answers)
    assert len(client.wait(job_id).complete) == 150


def test_redis_killed_and_back_loses_nothing(stack: Stack, client: Client) -> None:
    job_id = client.upload(photos(stack, 200, "&delay=0.3"))
    when_some_are_complete(client, job_id, 20)
    stack.redis.kill()
    with pytest.raises(ServiceUnreachable):
        client.upload(photos(stack, 1))
    answer = requests.post(
        f"{stack.api.url}/v1/images/upload", json={"urls": photos(stack, 1)}, timeout=10
    )
    assert (answer.status_code, answer.json()["status"]) == (503, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert stack.api.get("/healthz")[0] == 200
    assert stack.api.get("/readyz")[0] == 503
    stack.redis.start()
    assert len(client.wait(job_id).complete) == 200


def test_workers_that_are_told_to_stop_give_back_what_they_have_not_begun(
    stack: Stack, client: Client
) -> None:
    job_id = client.upload(photos(stack, 300, "&delay=0.2"))
    for number, worker in enumerate(stack.workers):
        when_some_are_complete(client, job_id, 30 + 60 * number)
        worker.stop(timeout=30)
        worker.start()
    client.wait(job_id)
    assert uploads(stack) == 300
    images = list(client.images(job_id))
    assert {image.attempts for image in images} == {1}


def test_a_worker_that_slept_does_not_upload_what_others_have(stack: Stack, client: Client) -> None:
    job_id = client.upload(photos(stack, 120, "&delay=1"))
    when_some_are_complete(client, job_id, 1)
    sleeper = stack.workers[0]
    os.kill(sleeper.pid, signal.SIGSTOP)
    job = client.wait(job_id)
    assert len(job.complete) == 120
    os.kill(sleeper.pid, signal.SIGCONT)
    sleeper.wait_for_line(f"ferried.*{job_id}")
    # Only what it was just sending when it fell asleep can be at Imgur twice, not what it fetched.
    assert uploads(stack) <= 125
    assert client.job(job_id) == job
