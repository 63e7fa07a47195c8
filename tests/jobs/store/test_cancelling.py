"""Cancelling a job: nothing more of it begins, and what is begun is still recorded."""

import pytest
from redis import Redis

from jobs.errors import JobNotFound
from jobs.model import Failed, ImageStatus, JobStatus, Released, Result, Retry
from jobs.store import MESSAGE_SIZE, JobStore
from tests.jobs.store.conftest import (
    BUSY,
    GONE,
    WORKER,
    add_finished,
    begin_all,
    end_leases,
    make_due,
    record,
    upload,
    urls,
)


def codes(store: JobStore, job_id: str) -> list[str | None]:
    """Why each image failed, None for one that has not."""
    images = store.images(job_id, None, 1000, None).items
    failed = [image.status is ImageStatus.FAILED for image in images]
    return [
        image.error.code if has_failed and image.error else None
        for image, has_failed in zip(images, failed, strict=True)
    ]


def test_all_that_waits_fails_and_the_job_is_complete(store: JobStore) -> None:
    job_id = store.add(urls(2500)).job_id
    store.cancel(job_id)
    job = store.get(job_id)
    assert (job.status, job.pending, job.failed) == (JobStatus.COMPLETE, [], urls(2500))
    assert job.finished is not None
    assert set(codes(store, job_id)) == {"cancelled"}
    assert begin_all(store) == []
    destination = store.destination()
    assert (destination.waiting, destination.jobs) == (0, 0)


def test_what_is_admitted_begins_no_more(store: JobStore) -> None:
    job_id = store.add(urls(3)).job_id
    store.heartbeat(WORKER, [])
    (message,) = store.admit(10)
    store.cancel(job_id)
    assert store.begin(message) == []
    assert store.get(job_id).failed == urls(3)
    assert store.destination().in_flight == 0


def test_what_is_due_does_not_come_back(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(1)).job_id
    record(store, begin_all(store), Retry(BUSY, 60))
    store.cancel(job_id)
    assert codes(store, job_id) == ["cancelled"]
    assert store.destination().due == 0
    make_due(redis)
    assert begin_all(store) == []


def test_what_is_begun_is_recorded_as_it_ends(store: JobStore) -> None:
    job_id = store.add(urls(MESSAGE_SIZE + 5)).job_id
    store.heartbeat(WORKER, [])
    a, b, *_ = begun = store.begin(store.admit(1)[0])
    record(store, begun[2:], Failed(GONE))
    store.cancel(job_id)
    job = store.get(job_id)
    assert (job.status, job.pending) == (JobStatus.IN_PROGRESS, urls(2))
    upload(store, [a])
    record(store, [b], Failed(GONE))
    job = store.get(job_id)
    assert (job.status, job.complete) == (JobStatus.COMPLETE, urls(1))
    assert (
        codes(store, job_id)
        == [None] + ["source-not-found"] * (MESSAGE_SIZE - 1) + ["cancelled"] * 5
    )


@pytest.mark.parametrize("result", [Released(), Retry(BUSY, 60)])
def test_what_is_begun_and_would_come_back_fails(store: JobStore, result: Result) -> None:
    job_id = store.add(urls(1)).job_id
    begun = begin_all(store)
    store.cancel(job_id)
    assert record(store, begun, result) == 1
    assert codes(store, job_id) == ["cancelled"]
    assert store.get(job_id).status is JobStatus.COMPLETE
    assert store.destination().due == 0


def test_what_is_begun_by_a_worker_that_is_lost_fails(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(1)).job_id
    begin_all(store)
    store.cancel(job_id)
    end_leases(redis)
    assert begin_all(store) == []
    assert codes(store, job_id) == ["cancelled"]


def test_what_came_back_before_fails_too(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(2)).job_id
    record(store, begin_all(store), Released())
    store.cancel(job_id)
    assert codes(store, job_id) == ["cancelled"] * 2
    assert not redis.exists(f"imgferry:job:{job_id}:returned")


def test_a_job_of_which_some_are_begun_leaves_the_round(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(3)).job_id
    begun = begin_all(store)
    record(store, begun[1:], Released())
    store.cancel(job_id)
    assert store.destination().jobs == 0
    assert not redis.exists(f"imgferry:job:{job_id}:returned")
    upload(store, begun[:1])
    assert store.get(job_id).complete == urls(1)


def test_again_it_changes_nothing(store: JobStore) -> None:
    job_id = store.add(urls(2)).job_id
    store.cancel(job_id)
    job = store.get(job_id)
    store.cancel(job_id)
    assert store.get(job_id) == job


def test_a_finished_job_stays_as_it_is(store: JobStore) -> None:
    job_id = add_finished(store)
    job = store.get(job_id)
    store.cancel(job_id)
    assert store.get(job_id) == job


def test_an_unknown_job_is_not_found(store: JobStore, redis: Redis) -> None:
    with pytest.raises(JobNotFound):
        store.cancel("no-such-job")
    assert redis.keys("imgferry:job:*") == []


def test_other_jobs_go_on(store: JobStore) -> None:
    cancelled, other = store.add(urls(30)).job_id, store.add(urls(30)).job_id
    store.cancel(cancelled)
    assert {begun.image.job_id for begun in begin_all(store)} == {other}
