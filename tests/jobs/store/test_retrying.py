"""Running again what failed, under the same job."""

from collections.abc import Sequence

import pytest
from redis import Redis

from jobs.errors import JobNotFound, UnknownURLs
from jobs.model import Failed, JobStatus, Outcome, Retry
from jobs.store import JobStore
from jobs.store.clients import Which
from tests.jobs.store.conftest import (
    BUSY,
    GONE,
    add_finished,
    begin_all,
    end_leases,
    make_past,
    record,
    upload,
    uploaded,
    urls,
)


@pytest.fixture
def job_id(store: JobStore) -> str:
    """A finished job: image 0 is complete, 1 and 3 are gone for good, 2 and 4 may be retried."""
    job_id = store.add(urls(5)).job_id
    first, *rest = begin_all(store)
    upload(store, [first])
    store.record(
        [Outcome(b.image, Failed(GONE if b.image.index % 2 else BUSY, True)) for b in rest]
    )
    return job_id


@pytest.mark.parametrize(
    ("which", "again"),
    [
        ("all", [1, 2, 3, 4]),
        ("retryable", [2, 4]),
        (urls(5)[3:1:-1], [2, 3]),
        (urls(2), [1]),  # that it is complete already is no error
        (urls(1), []),
        ([], []),
        ([urls(5)[4]] * 3, [4]),
    ],
)
def test_what_was_asked_for_runs_again(
    store: JobStore, job_id: str, which: Which | Sequence[str], again: list[int]
) -> None:
    assert store.retry(job_id, which) == len(again)
    job = store.get(job_id)
    assert job.pending == [urls(5)[index] for index in again]
    assert job.complete == urls(1)
    assert store.destination().waiting == len(again)
    begun = begin_all(store)
    assert sorted(one.image.index for one in begun) == again
    assert {one.attempt for one in begun} <= {1}
    upload(store, begun)
    job = store.get(job_id)
    assert len(job.complete) == 1 + len(again)
    assert len(job.failed) == 4 - len(again)
    assert job.status is JobStatus.COMPLETE


def test_the_job_is_in_progress_again_and_finishes_again(store: JobStore, job_id: str) -> None:
    before = store.get(job_id)
    store.retry(job_id)
    job = store.get(job_id)
    assert (job.status, job.finished) == (JobStatus.IN_PROGRESS, None)
    (summary,) = store.jobs(JobStatus.IN_PROGRESS, 10, None).items
    assert (summary.pending, summary.complete, summary.failed) == (4, 1, 0)
    record(store, begin_all(store), Failed(GONE))
    job = store.get(job_id)
    assert job.failed == before.failed
    assert job.finished is not None
    assert before.finished is not None
    assert job.finished >= before.finished
    assert store.destination().waiting == 0


def test_asked_twice_it_runs_once(store: JobStore, job_id: str) -> None:
    assert store.retry(job_id) == 4
    assert store.retry(job_id) == 0
    assert len(begin_all(store)) == 4


def test_unknown_urls_are_named_and_nothing_runs(store: JobStore, job_id: str) -> None:
    known = urls(5)
    with pytest.raises(UnknownURLs) as error:
        store.retry(job_id, ["https://e.org/", known[1], "", known[0], known[2] + "?"])
    assert list(error.value.positions) == [0, 2, 4]
    assert "e.org" not in str(error.value)
    assert store.get(job_id).finished is not None
    assert begin_all(store) == []


def test_a_long_list_of_urls(store: JobStore) -> None:
    job_id = store.add(urls(10_000)).job_id
    store.cancel(job_id)
    assert store.retry(job_id, urls(10_000)[::2]) == 5000
    assert store.get(job_id).pending == urls(10_000)[::2]


def test_an_unknown_job_is_not_found(store: JobStore, redis: Redis) -> None:
    every: list[Which | Sequence[str]] = ["all", "retryable", urls(1)]
    for which in every:
        with pytest.raises(JobNotFound):
            store.retry("no-such-job", which)
    assert redis.keys() == []


def test_a_cancelled_job_goes_on(store: JobStore) -> None:
    job_id = store.add(urls(30)).job_id
    a, *_ = begin_all(store)
    store.cancel(job_id)
    assert store.retry(job_id, "retryable") == 0  # all 30 are begun
    record(store, [a], Retry(BUSY, 0))
    assert store.get(job_id).failed == urls(1)
    assert store.retry(job_id, "retryable") == 1
    (again,) = begin_all(store)
    assert (again.image.index, again.attempt) == (0, 1)
    record(store, [again], Retry(BUSY, 60))  # cancelled no more
    assert store.get(job_id).failed == []


def test_a_job_cancelled_before_it_began_runs_as_a_new_one(store: JobStore) -> None:
    job_id = store.add(urls(60)).job_id
    store.cancel(job_id)
    assert store.retry(job_id) == 60
    assert store.get(job_id).status is JobStatus.PENDING
    assert [one.image.index for one in begin_all(store)] == list(range(60))


def test_a_job_that_runs_again_is_not_forgotten(store: JobStore, redis: Redis, job_id: str) -> None:
    make_past(redis, "imgferry:finished")
    store.retry(job_id)
    store.forget()
    assert len(store.get(job_id).pending) == 4
    upload(store, begin_all(store))
    store.forget()
    assert store.get(job_id).status is JobStatus.COMPLETE


def test_losses_count_from_the_beginning(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(1)).job_id
    for _ in range(2):
        for _ in range(10):
            assert len(begin_all(store)) == 1
            end_leases(redis)
        assert begin_all(store) == []
        assert store.retry(job_id, "retryable") == 1


def test_what_its_first_worker_still_says_is_heard_only_of_an_upload(
    store: JobStore, redis: Redis
) -> None:
    job_id = store.add(urls(2)).job_id
    slow = begin_all(store)
    end_leases(redis)
    record(store, begin_all(store), Failed(BUSY))
    store.retry(job_id)
    assert record(store, slow[:1], Failed(GONE)) == 0
    assert record(store, slow[1:], uploaded("late")) == 1
    assert [one.image.index for one in begin_all(store)] == [0]


def test_a_complete_job_has_nothing_to_retry(store: JobStore) -> None:
    job_id = add_finished(store, 3)
    job = store.get(job_id)
    assert store.retry(job_id) == 0
    assert store.get(job_id) == job
