"""Imgur's limit is reached in the middle of a batch: the service waits, and nobody has to."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from imgferry import Client
from sandbox.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

#: 20 uploads an hour, and an hour of three seconds.
LIMITED = ("--user-limit", "200", "--client-limit", "0", "--clock-speed", "1200")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, stand_in_options=LIMITED) as stack:
        yield stack


def test_a_batch_over_the_limit_waits_and_finishes_without_a_failure(stack: Stack) -> None:
    urls = [f"{stack.source.url}/photo/{n}.png?bytes=3000" for n in range(50)]
    pauses = set()
    with Client(stack.api.url) as client:
        job_id = client.upload(urls)
        deadline = time.monotonic() + 90
        while client.job(job_id).status != "complete":
            assert time.monotonic() < deadline
            pause = requests.get(f"{stack.api.url}/readyz").json()["pause"]
            pauses.add(pause and pause["reason"])
            time.sleep(0.1)
        assert client.job(job_id).complete == urls
        assert {image.attempts for image in client.images(job_id)} == {1}
    assert "imgur-user-throttled" in pauses
    stats = requests.get(f"{stack.imgur.url}/_stand-in/stats").json()
    assert (stats["uploads"], stats["duplicates"]) == (50, 0)
    assert stats["refusals"] > 0


def test_a_wrong_client_id_pauses_and_costs_no_image(tmp_path: Path) -> None:
    only = ("--client-id", "another", "--user-limit", "0", "--client-limit", "0")
    with Stack(tmp_path, stand_in_options=only) as stack, Client(stack.api.url) as client:
        job_id = client.upload([f"{stack.source.url}/photo/1.png"])
        deadline = time.monotonic() + 30
        while not (pause := requests.get(f"{stack.api.url}/readyz").json()["pause"]):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert pause["reason"] == "imgur-unauthorized"
        while next(client.images(job_id)).attempts:  # until it was given back
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert next(client.images(job_id)).status == "pending"
