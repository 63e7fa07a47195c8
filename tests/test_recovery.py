"""A job outlives all processes, also at once; while Redis is away, the API says so."""

from collections.abc import Iterator

import pytest
import requests

from imgferry import Client, ServiceUnreachable
from sandbox.stack import Stack
from tests.service import wait

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    environment = {"WORKER_IMAGES_AT_ONCE": "20"}
    with Stack(tmp_path_factory.mktemp("stack"), scale=2, environment=environment) as stack:
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    with Client(stack.api.url) as client:
        yield client


def photos(stack: Stack, numbers: range) -> list[str]:
    return [f"{stack.source.url}/photo/{n}.png?bytes=3000&delay=0.3" for n in numbers]


def test_a_job_outlives_every_process(stack: Stack, client: Client) -> None:
    job_id = client.upload(photos(stack, range(150)))
    wait(lambda: len(client.job(job_id).complete) >= 20)
    for part in (*stack.workers, stack.api):
        part.kill()
    stack.redis.stop()
    stack.redis.start()
    for part in (*stack.workers, stack.api):
        part.start()
    stack.api.wait_until(stack.api.answers)
    assert len(client.wait(job_id).complete) == 150


def test_redis_killed_and_back_loses_nothing(stack: Stack, client: Client) -> None:
    job_id = client.upload(photos(stack, range(1000, 1200)))
    wait(lambda: len(client.job(job_id).complete) >= 20)
    stack.redis.kill()
    with pytest.raises(ServiceUnreachable):
        client.upload(photos(stack, range(1)))
    answer = requests.post(
        f"{stack.api.url}/v1/images/upload", json={"urls": photos(stack, range(1))}, timeout=10
    )
    assert (answer.status_code, answer.json()["status"]) == (503, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert stack.api.get("/healthz")[0] == 200
    assert stack.api.get("/readyz")[0] == 503
    stack.redis.start()
    assert len(client.wait(job_id).complete) == 200
