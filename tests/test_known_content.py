"""Bytes that this service has uploaded before are not uploaded again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from imgferry import Client
from sandbox.stack import Stack
from tests.service import uploads

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    environment = {"WORKER_IMAGES_AT_ONCE": "10"}
    with Stack(tmp_path_factory.mktemp("stack"), scale=2, environment=environment) as stack:
        yield stack


def images(stack: Stack, job_id: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{stack.api.url}/v1/images/upload/{job_id}/images?limit=1000")
    return list(answer.json()["images"])


def the_same(stack: Stack, count: int, photo: int = 7) -> list[str]:
    """Many URLs of one photo."""
    return [f"{stack.source.url}/photo/{photo}.png?bytes=5000&copy={n}" for n in range(count)]


def test_many_copies_are_one_upload(stack: Stack) -> None:
    requests.put(f"{stack.imgur.url}/_stand-in/delay", json={"seconds": 0.5}).raise_for_status()
    with Client(stack.api.url) as client:
        # Both workers hold copies while the first is being uploaded.
        jobs = [client.upload(the_same(stack, 40)) for _ in range(2)]
        for job_id in jobs:
            assert len(client.wait(job_id).complete) == 40
        links = set(client.links())
    found = [image for job_id in jobs for image in images(stack, job_id)]
    assert uploads(stack) == 1
    assert {image["link"] for image in found} == links
    assert len(links) == 1
    assert sum(not image["deduplicated"] for image in found) == 1
    assert {image["attempts"] for image in found} == {1}
    assert {(image["width"], image["type"]) for image in found} == {
        (found[0]["width"], "image/png")
    }


def test_when_an_upload_fails_a_copy_is_uploaded_in_its_place(stack: Stack) -> None:
    faults = [{"name": "file-type-1003", "times": 1}]
    requests.put(f"{stack.imgur.url}/_stand-in/faults", json=faults).raise_for_status()
    before = uploads(stack)
    with Client(stack.api.url) as client:
        job = client.wait(client.upload(the_same(stack, 12, photo=8)))
    assert (len(job.complete), len(job.failed)) == (11, 1)
    assert uploads(stack) == before + 1


def test_the_setting_turns_it_off(tmp_path: Path) -> None:
    with (
        Stack(tmp_path, environment={"DEDUPLICATE": "0"}) as stack,
        Client(stack.api.url) as client,
    ):
        job_id = client.upload(the_same(stack, 5))
        client.wait(job_id)
        assert uploads(stack) == 5
        assert not any(image["deduplicated"] for image in images(stack, job_id))
        assert len(set(client.links())) == 5
