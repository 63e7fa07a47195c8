"""Nobody aims the fleet at one host: few connections at once, and none where none are wanted."""

import time
from collections.abc import Iterator

import pytest
import requests

from imgferry import Client
from imgferry.model import Image
from sandbox.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FETCH_CONNECTIONS_PER_HOST", "4")
        with Stack(tmp_path_factory.mktemp("stack"), scale=2) as stack:
            yield stack


def photos(stack: Stack, numbers: range, query: str = "") -> list[str]:
    return [f"{stack.source.url}/photo/{n}.png?bytes=3000{query}" for n in numbers]


def asked(stack: Stack) -> dict[str, int]:
    return dict(requests.get(f"{stack.source.url}/_source/stats").json()["paths"])


def test_two_workers_make_four_connections_at_once_and_finish(stack: Stack) -> None:
    with Client(stack.api.url) as client:
        job_id = client.upload(photos(stack, range(120), "&delay=0.1"))
        job = client.wait(job_id)
        assert len(job.complete) == 120
        assert {image.attempts for image in client.images(job_id)} == {1}
    stats = requests.get(f"{stack.source.url}/_source/stats").json()
    assert stats["mostAtOnce"] == 4
    assert stats["requests"] <= 120 + 10  # who waited for a place had asked nothing


def test_a_host_that_says_later_is_left_alone_until_then(stack: Stack) -> None:
    with Client(stack.api.url) as client:
        first = client.upload(photos(stack, range(1001, 1002), "&status=429&retry-after=4"))
        refused = when_it_waits(client, first)
        second = client.upload(photos(stack, range(1002, 1012)))
        waiting = when_it_waits(client, second)
        assert refused.retry_at
        assert waiting.retry_at
        assert (waiting.attempts, waiting.error) == (0, None)
        assert not any(f"/photo/{n}.png" in asked(stack) for n in range(1002, 1012))
        assert len(client.wait(second).complete) == 10


def when_it_waits(client: Client, job_id: str) -> Image:
    """The job's first image as soon as it is to be tried later."""
    deadline = time.monotonic() + 20
    while not (image := next(client.images(job_id))).retry_at:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return image
