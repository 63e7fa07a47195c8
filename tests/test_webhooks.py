"""Webhooks through the whole service: one POST when a job is complete, whoever is killed."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import requests
from redis import Redis
from standardwebhooks import Webhook

from sandbox.stack import Stack
from tests.jobs.store.conftest import make_past
from tests.receiver import Receiver
from tests.service import wait

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

_photos = count()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack"), scale=2) as stack:
        stack.workers[1].kill()
        yield stack


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def submit(stack: Stack, webhook: str | None = None) -> str:
    url = f"{stack.source.url}/photo/{next(_photos)}.png?bytes=3000"
    document = {"urls": [url], "title": "Cats"} | ({"webhook": webhook} if webhook else {})
    answer = requests.post(f"{stack.api.url}/v1/images/upload", json=document)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["jobId"])


def ask(stack: Stack, path: str = "") -> dict[str, Any]:
    return dict(requests.get(f"{stack.api.url}/v1/images/upload{path}").json())


def only(stack: Stack, job_id: str) -> dict[str, Any]:
    """The one delivery of a job; empty while the job is not complete."""
    deliveries = ask(stack, f"/{job_id}/deliveries")["deliveries"]
    assert len(deliveries) <= 1
    return deliveries[0] if deliveries else {}


def wait_until(stack: Stack, job_id: str, **members: object) -> dict[str, Any]:
    """The delivery as soon as it has these members."""
    wait(lambda: members.items() <= only(stack, job_id).items(), 40)
    return only(stack, job_id)


def try_now(stack: Stack) -> None:
    """The time of the next attempts has come, and all leases of deliveries have ended."""
    with Redis.from_url(stack.redis.url, decode_responses=True) as redis:
        make_past(redis, "imgferry:deliveries")


def test_a_complete_job_is_told_of_once_and_again_when_asked(
    stack: Stack, receiver: Receiver
) -> None:
    job_id = submit(stack, receiver.url)
    wait_until(stack, job_id, status="delivered", attempts=1, lastStatus=204)
    (heard,) = receiver.heard
    secret = (stack.directory / "webhook.secret").read_text()
    told = Webhook(secret).verify(heard.body, dict(heard.headers))
    listed = {job["id"]: job for job in ask(stack)["jobs"]}
    assert told["data"] == listed[job_id]
    assert (told["type"], told["data"]["title"]) == ("job.complete", "Cats")
    assert told["data"]["images"] == {"pending": 0, "complete": 1, "failed": 0}

    delivery_id = heard.headers["webhook-id"]
    replay = f"{stack.api.url}/v1/images/upload/{job_id}/deliveries/{delivery_id}/replay"
    assert requests.post(replay).status_code == 202
    wait(lambda: len(receiver.heard) == 2)
    assert receiver.heard[1].headers["webhook-id"] == delivery_id
    wait_until(stack, job_id, status="delivered")


def test_a_receiver_that_was_down_hears_of_it_later(stack: Stack, receiver: Receiver) -> None:
    receiver.go_down()
    job_id = submit(stack, receiver.url)
    wait_until(stack, job_id, lastError="The receiver cannot be reached.", status="pending")
    receiver.come_up()
    try_now(stack)
    wait_until(stack, job_id, status="delivered", attempts=2, lastError=None)
    assert len(receiver.heard) == 1


def test_an_address_that_is_not_open_is_not_told(stack: Stack, receiver: Receiver) -> None:
    job_id = submit(stack, f"http://127.0.0.2:{receiver.port}/hook")
    refused = wait_until(stack, job_id, status="failed")
    assert refused["lastError"] == "This service does not connect to the webhook's address."
    assert receiver.heard == []


def test_another_worker_tells_when_one_was_killed_and_images_do_not_wait(
    stack: Stack, receiver: Receiver
) -> None:
    receiver.may_answer.clear()
    job_id = submit(stack, receiver.url)
    wait(lambda: receiver.heard)
    other = submit(stack)
    wait(lambda: ask(stack, f"/{other}")["status"] == "complete")
    assert only(stack, job_id)["status"] == "pending"

    stack.workers[0].kill()
    receiver.may_answer.set()
    stack.workers[1].start()
    try_now(stack)
    wait_until(stack, job_id, status="delivered", attempts=2)
    first, second = receiver.heard
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
