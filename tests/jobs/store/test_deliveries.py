"""Whoever wants to be told that a job is complete is told, once for each completion."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from jobs.errors import DeliveryNotFound, JobNotFound
from jobs.model import (
    Attempt,
    Delivery,
    DeliveryStatus,
    DueDelivery,
    Failed,
    JobOptions,
    JobStatus,
    Uploaded,
)
from jobs.store import JobStore
from tests.jobs.store.conftest import GONE, begin_all, make_past, record, uploaded, urls

PENDING, DELIVERED, FAILED = DeliveryStatus
HOOK = "https://example.com/hook?token=secret"
MINUTE = timedelta(minutes=1)


def add(store: JobStore, count: int = 1) -> str:
    return store.add(urls(count), JobOptions(webhook=HOOK, title="Cats", labels=["a"])).job_id


def complete(store: JobStore, result: Uploaded | Failed | None = None) -> None:
    record(store, begin_all(store), result or uploaded("cat"))


def only(store: JobStore, job_id: str) -> Delivery:
    (delivery,) = store.deliveries(job_id)
    return delivery


def lease(store: JobStore) -> DueDelivery:
    (due,) = store.deliver(10)
    return due


def is_about(moment: datetime | None, after: timedelta) -> bool:
    return moment is not None and abs(moment - datetime.now(UTC) - after) < MINUTE


def test_a_complete_job_is_told_of_as_it_then_was(store: JobStore) -> None:
    job_id = add(store, 2)
    cat, dog = begin_all(store)
    record(store, [cat], uploaded("cat"))
    assert not store.deliveries(job_id)
    assert not store.deliver(10)
    record(store, [dog], Failed(GONE))
    due = lease(store)
    assert (due.webhook, due.attempt) == (HOOK, 1)
    (listed,) = store.jobs(None, 1, None).items
    assert due.job == listed
    assert listed.status is JobStatus.COMPLETE
    assert HOOK not in repr(due)


def test_a_job_without_webhook_tells_nobody(store: JobStore) -> None:
    job_id = store.add(urls(1)).job_id
    complete(store)
    assert not store.deliveries(job_id)
    assert not store.deliver(10)


def test_a_cancelled_job_is_complete(store: JobStore) -> None:
    job_id = add(store, 3)
    store.cancel(job_id)
    assert lease(store).job.failed == 3


def test_each_completion_is_told_of_by_itself(store: JobStore) -> None:
    job_id = add(store)
    complete(store, Failed(GONE))
    store.retry(job_id)
    complete(store)
    first, second = store.deliver(10)
    assert (first.job.failed, second.job.failed) == (1, 0)
    assert [first.id, second.id] == [f"{job_id}-1", f"{job_id}-2"]
    assert [delivery.id for delivery in store.deliveries(job_id)] == [second.id, first.id]


def test_one_worker_has_it_until_its_lease_ends(store: JobStore, redis: Redis) -> None:
    add(store)
    complete(store)
    first = lease(store)
    assert store.deliver(10) == []
    make_past(redis, "imgferry:deliveries")
    again = lease(store)
    assert (again.id, again.attempt) == (first.id, 2)
    assert again.token != first.token


def test_no_more_are_leased_than_asked_for(store: JobStore) -> None:
    for _ in range(3):
        store.cancel(add(store))
    assert len(store.deliver(2)) == 2
    assert len(store.deliver(2)) == 1


def test_what_was_taken_is_delivered(store: JobStore, redis: Redis) -> None:
    job_id = add(store)
    complete(store)
    assert only(store, job_id).status is PENDING
    store.delivered([Attempt(lease(store), DELIVERED, answer=204)])
    told = only(store, job_id)
    assert (told.status, told.attempts, told.last_status) == (DELIVERED, 1, 204)
    assert (told.last_error, told.next_attempt) == (None, None)
    assert not redis.exists("imgferry:deliveries")


def test_what_was_not_is_tried_again_when_it_is_time(store: JobStore, redis: Redis) -> None:
    job_id = add(store)
    complete(store)
    store.delivered([Attempt(lease(store), PENDING, 300, 500, "The receiver failed.")])
    told = only(store, job_id)
    assert (told.status, told.attempts) == (PENDING, 1)
    assert (told.last_status, told.last_error) == (500, "The receiver failed.")
    assert is_about(told.next_attempt, 5 * MINUTE)
    assert store.deliver(10) == []
    make_past(redis, "imgferry:deliveries")
    assert lease(store).attempt == 2


def test_what_was_not_sent_is_no_attempt(store: JobStore) -> None:
    job_id = add(store)
    complete(store)
    store.delivered([Attempt(lease(store), PENDING, 0.001, sent=False)])
    assert only(store, job_id).attempts == 0


def test_what_is_given_up_is_not_tried_again(store: JobStore, redis: Redis) -> None:
    job_id = add(store)
    complete(store)
    store.delivered([Attempt(lease(store), FAILED, answer=410, error="Gone.")])
    told = only(store, job_id)
    assert (told.status, told.last_status, told.next_attempt) == (FAILED, 410, None)
    assert not redis.exists("imgferry:deliveries")


def test_who_lost_it_is_believed_only_that_it_arrived(store: JobStore, redis: Redis) -> None:
    job_id = add(store)
    complete(store)
    lost = lease(store)
    make_past(redis, "imgferry:deliveries")
    has_it = lease(store)
    store.delivered([Attempt(lost, FAILED, answer=410)])
    assert only(store, job_id).status is PENDING
    store.delivered([Attempt(lost, DELIVERED, answer=200)])
    store.delivered([Attempt(has_it, PENDING, 5, answer=500)])
    assert only(store, job_id).last_status == 200
    assert store.deliver(10) == []


@pytest.mark.parametrize("status", [PENDING, DELIVERED, FAILED])
def test_a_replay_begins_anew_whatever_became_of_it(
    store: JobStore, status: DeliveryStatus
) -> None:
    job_id = add(store)
    complete(store)
    store.delivered([Attempt(lease(store), status, 300, 500, "The receiver failed.")])
    store.replay(job_id, f"{job_id}-1")
    anew = only(store, job_id)
    assert (anew.status, anew.attempts, anew.last_status) == (PENDING, 0, None)
    assert lease(store).attempt == 1


def test_a_replay_does_not_wait_for_who_sends_it(store: JobStore) -> None:
    job_id = add(store)
    complete(store)
    under_way = lease(store)
    store.replay(job_id, under_way.id)
    store.delivered([Attempt(under_way, PENDING, 36_000, 500)])
    assert lease(store).attempt == 1


def test_only_a_delivery_of_the_job_is_replayed(store: JobStore) -> None:
    job_id, other = add(store), add(store)
    store.cancel(job_id)
    for wrong in (f"{job_id}-2", f"{job_id}-", f"{other}-1", job_id, "1", ""):
        with pytest.raises(DeliveryNotFound):
            store.replay(job_id, wrong)
    with pytest.raises(DeliveryNotFound):
        store.replay(other, f"{job_id}-1")
    with pytest.raises(JobNotFound):
        store.deliveries("no-such-job")


def test_of_many_completions_the_last_100_are_kept(store: JobStore, redis: Redis) -> None:
    job_id = add(store)
    for _ in range(103):
        store.cancel(job_id)
        store.retry(job_id)
    assert [delivery.id for delivery in store.deliveries(job_id)] == [
        f"{job_id}-{number}" for number in range(103, 3, -1)
    ]
    assert redis.zcard("imgferry:deliveries") == 100
    assert len(redis.keys("imgferry:job:*:delivery:*")) == 100
