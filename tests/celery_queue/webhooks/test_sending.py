"""Deliveries of a real store to a real receiver, as the worker's loop and heartbeat send them."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest
from redis import Redis
from standardwebhooks import Webhook

from celery_queue.addresses import Guard
from celery_queue.hosts import Hosts
from celery_queue.webhooks.posting import AT_ONCE, Poster
from celery_queue.webhooks.sending import Sender
from jobs.model import Delivery, DeliveryStatus, DueDelivery, JobOptions
from jobs.store import JobStore
from jobs.webhooks import make_secret, read_secret
from tests.jobs.store.conftest import make_past, urls
from tests.receiver import Receiver

PENDING, DELIVERED, FAILED = DeliveryStatus
SECRETS = [make_secret(), make_secret()]

Finish = Callable[[str], str]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def finish(store: JobStore) -> Finish:
    """A job that is complete and wants this webhook told."""

    def finish(webhook: str) -> str:
        job_id = store.add(urls(2), JobOptions(webhook=webhook, title="Cats")).job_id
        store.cancel(job_id)
        return job_id

    return finish


def beat(
    store: JobStore,
    *,
    allow: Sequence[str] = ("127.0.0.1",),
    deadline: float = 10,
    secrets: Sequence[str] = SECRETS,
    places: int = 100,
) -> list[DueDelivery]:
    """One heartbeat of a worker; what it leased is sent, and recorded."""

    async def main() -> list[DueDelivery]:
        async with Poster(Guard(allow), Hosts(store, places), deadline) as poster:
            sender = Sender(store, poster, [read_secret(secret) for secret in secrets])
            leased = sender.lease()
            sender.send(leased)
            await sender.leave()
            return leased

    return asyncio.run(main())


def only(store: JobStore, job_id: str) -> Delivery:
    (delivery,) = store.deliveries(job_id)
    return delivery


def test_it_is_signed_by_both_secrets_and_sent_once(
    store: JobStore, receiver: Receiver, finish: Finish
) -> None:
    job_id = finish(receiver.url)
    beat(store)
    beat(store)
    (heard,) = receiver.heard
    for secret in SECRETS:
        body = Webhook(secret).verify(heard.body, dict(heard.headers))
    assert body == json.loads(heard.body)
    assert body["type"] == "job.complete"
    assert body["data"]["id"] == job_id
    assert body["data"]["images"] == {"pending": 0, "complete": 0, "failed": 2}
    assert heard.headers["webhook-id"] == only(store, job_id).id
    assert heard.headers["Content-Type"] == "application/json"
    assert only(store, job_id).status is DELIVERED


def test_a_repeat_has_the_same_id_and_body_and_its_own_time(
    store: JobStore, redis: Redis, receiver: Receiver, finish: Finish
) -> None:
    job_id = finish(receiver.url)
    receiver.answers = [(500, {})]
    beat(store)
    failed = only(store, job_id)
    assert (failed.status, failed.last_status) == (PENDING, 500)
    make_past(redis, "imgferry:deliveries")
    beat(store)
    first, second = receiver.heard
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    for heard in receiver.heard:
        Webhook(SECRETS[0]).verify(heard.body, dict(heard.headers))
    assert only(store, job_id).status is DELIVERED


def test_a_receiver_that_is_gone_hears_no_more(
    store: JobStore, receiver: Receiver, finish: Finish
) -> None:
    job_id = finish(receiver.url)
    receiver.answers = [(410, {})]
    beat(store)
    assert only(store, job_id).status is FAILED


def test_retry_after_is_read(store: JobStore, receiver: Receiver, finish: Finish) -> None:
    job_id = finish(receiver.url)
    receiver.answers = [(503, {"Retry-After": "600"})]
    beat(store)
    again = only(store, job_id).next_attempt
    assert again is not None
    assert 590 < (again - datetime.now(UTC)).total_seconds() < 730


def test_no_redirect_is_followed(store: JobStore, receiver: Receiver, finish: Finish) -> None:
    job_id = finish(receiver.url)
    receiver.answers = [(307, {"Location": "/elsewhere"})]
    beat(store)
    assert [heard.path for heard in receiver.heard] == ["/hook"]
    failed = only(store, job_id)
    assert (failed.status, failed.last_status) == (PENDING, 307)
    assert "Redirects are not followed" in (failed.last_error or "")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_an_inward_address_is_refused_for_good(
    store: JobStore, receiver: Receiver, finish: Finish, host: str
) -> None:
    job_id = finish(f"http://{host}:{receiver.port}/hook")
    beat(store, allow=())
    assert receiver.heard == []
    refused = only(store, job_id)
    assert (refused.status, refused.last_status) == (FAILED, None)
    assert refused.last_error == "This service does not connect to the webhook's address."


def test_a_url_that_is_none_is_refused_for_good(store: JobStore, finish: Finish) -> None:
    job_id = finish("ftp://example.com/")
    beat(store)
    assert only(store, job_id).status is FAILED


def test_a_receiver_that_is_down_is_tried_again(
    store: JobStore, redis: Redis, receiver: Receiver, finish: Finish
) -> None:
    job_id = finish(receiver.url)
    receiver.go_down()
    beat(store)
    receiver.come_up()
    failed = only(store, job_id)
    assert (failed.status, failed.attempts) == (PENDING, 1)
    assert failed.last_error == "The receiver cannot be reached."
    make_past(redis, "imgferry:deliveries")
    beat(store)
    assert only(store, job_id).status is DELIVERED


def test_a_receiver_that_does_not_answer_is_not_waited_for(
    store: JobStore, receiver: Receiver, finish: Finish
) -> None:
    job_id = finish(receiver.url)
    receiver.may_answer.clear()
    beat(store, deadline=0.2)
    assert len(receiver.heard) == 1
    assert only(store, job_id).last_error == "The receiver did not answer within 0.2 seconds."


def test_the_body_of_an_answer_is_not_waited_for(
    store: JobStore, receiver: Receiver, finish: Finish
) -> None:
    job_id = finish(receiver.url)
    receiver.answers = [(200, {"Content-Length": "1000000000"})]
    beat(store, deadline=2)
    assert only(store, job_id).status is DELIVERED


def test_a_host_without_a_place_costs_no_attempt(
    store: JobStore, receiver: Receiver, finish: Finish
) -> None:
    job_id = finish(receiver.url)
    beat(store, places=0)
    assert receiver.heard == []
    waiting = only(store, job_id)
    assert (waiting.status, waiting.attempts) == (PENDING, 0)


def test_a_worker_has_no_more_under_way_than_it_has_room_for(
    store: JobStore, receiver: Receiver, finish: Finish
) -> None:
    for _ in range(AT_ONCE + 1):
        finish(receiver.url)
    assert [len(beat(store)), len(beat(store))] == [AT_ONCE, 1]
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == AT_ONCE + 1


def test_without_a_secret_nothing_is_leased(store: JobStore, finish: Finish) -> None:
    finish("http://127.0.0.1:1/")
    assert beat(store, secrets=()) == []
