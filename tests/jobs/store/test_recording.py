"""What became of images: the first writer wins."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from jobs.model import Failed, ImageStatus, JobStatus, Outcome, Released, Result, Retry
from jobs.store import JobStore
from tests.jobs.store.conftest import (
    BUSY,
    GONE,
    WORKER,
    begin_all,
    end_leases,
    make_due,
    record,
    upload,
    uploaded,
    urls,
)


def test_a_job_is_complete_with_its_last_image(store: JobStore) -> None:
    job_id = store.add(urls(3)).job_id
    a, b, c = begin_all(store)
    assert store.get(job_id).status is JobStatus.IN_PROGRESS
    store.record([Outcome(c.image, uploaded("c")), Outcome(a.image, Failed(GONE))])
    job = store.get(job_id)
    assert (job.pending, job.complete, job.failed) == (urls(3)[1:2], urls(3)[2:], urls(3)[:1])
    assert job.finished is None
    upload(store, [b])
    job = store.get(job_id)
    assert job.status is JobStatus.COMPLETE
    assert job.finished is not None
    assert job.finished >= job.created


def test_a_job_of_which_all_failed_is_complete(store: JobStore) -> None:
    job_id = store.add(urls(2)).job_id
    record(store, begin_all(store), Failed(GONE))
    job = store.get(job_id)
    assert (job.status, job.failed) == (JobStatus.COMPLETE, urls(2))


def test_the_first_writer_wins(store: JobStore, redis: Redis) -> None:
    store.add(urls(1))
    slow = begin_all(store)
    end_leases(redis)
    quick = begin_all(store)
    assert record(store, quick, uploaded("quick")) == 1
    assert record(store, slow, uploaded("slow")) == 0
    assert record(store, quick, Failed(GONE)) == 0
    assert store.links(10, None).items == ["https://i.imgur.com/quick.jpg"]


@pytest.mark.parametrize("result", [Failed(GONE), Retry(BUSY, 0), Released()])
def test_who_lost_its_lease_may_report_an_upload_and_nothing_else(
    store: JobStore, redis: Redis, result: Result
) -> None:
    job_id = store.add(urls(2)).job_id
    a, b = begin_all(store)
    end_leases(redis)
    a_again, b_again = begin_all(store)
    assert record(store, [a], result) == 0
    assert upload(store, [b]) == 1
    assert upload(store, [b_again]) == 0
    assert record(store, [a_again], Failed(GONE)) == 1
    assert store.get(job_id).status is JobStatus.COMPLETE


def test_a_redis_of_an_older_state_repeats_work_and_no_result(
    store: JobStore, redis: Redis
) -> None:
    job_id = store.add(urls(4)).job_id
    store.heartbeat(WORKER, [])
    older = {key: redis.dump(key) for key in list(redis.keys())}
    first = begin_all(store)[:2]
    redis.flushall()
    for key, value in older.items():
        redis.restore(key, 0, value)  # type: ignore[arg-type]
    assert upload(store, first) == 2
    again = begin_all(store)
    assert [one.image.index for one in again] == [2, 3]
    assert store.destination().in_flight == 2
    upload(store, again)
    job = store.get(job_id)
    assert (job.status, job.complete) == (JobStatus.COMPLETE, urls(4))
    assert len(set(store.links(10, None).items)) == 4


def test_a_retry_waits_until_it_is_due(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(1)).job_id
    record(store, begin_all(store), Retry(BUSY, 60))
    (image,) = store.images(job_id, None, 10, None).items
    assert (image.status, image.error, image.attempts) == (ImageStatus.PENDING, BUSY, 1)
    assert image.retry_at is not None
    assert timedelta(seconds=50) < image.retry_at - datetime.now(UTC) <= timedelta(seconds=61)
    assert begin_all(store) == []
    make_due(redis)
    (begun,) = begin_all(store)
    assert begun.attempt == 2


def test_a_released_image_has_lost_no_attempt(store: JobStore) -> None:
    store.add(urls(1))
    for _ in range(3):
        (begun,) = begin_all(store)
        assert begun.attempt == 1
        record(store, [begun], Released())
