"""What is told of a job when it changes. That it is all, tests/jobs/test_store_model.py shows."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from jobs.errors import JobNotFound
from jobs.model import Failed, JobStatus, Moment, Released, Retry
from jobs.store import JobStore
from jobs.store.connection import MOST_CONNECTIONS
from tests.jobs.store.conftest import (
    BUSY,
    GONE,
    add_finished,
    begin_all,
    make_due,
    record,
    upload,
    urls,
)

HOUR_MS = 3_600_000


def version(store: JobStore, job_id: str) -> str:
    return store.version(job_id)[0]


def changed(store: JobStore, job_id: str, after: str) -> list[int] | None:
    images = store.changes(job_id, after).images
    return None if images is None else [image.index for image in images]


def events(redis: Redis, job_id: str) -> int:
    return redis.xlen(f"imgferry:job:{job_id}:events")


def test_every_step_that_shows_is_another_version(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(3)).job_id
    added = version(store, job_id)
    begun = begin_all(store)
    began = version(store, job_id)
    assert store.changes(job_id, added).job.status is JobStatus.IN_PROGRESS
    assert changed(store, job_id, added) == []
    record(store, begun[2:], Retry(BUSY, 60))
    upload(store, begun[:1])
    assert changed(store, job_id, began) == [0, 2]
    retried = version(store, job_id)
    make_due(redis)
    assert len(begin_all(store)) == 1
    assert changed(store, job_id, retried) == [2]
    assert store.get(job_id).version == version(store, job_id) != retried
    change = store.changes(job_id, added)
    assert (change.job.pending, change.job.complete, change.job.failed) == (2, 1, 0)
    assert change.version == version(store, job_id)


def test_what_does_not_show_is_not_told(store: JobStore) -> None:
    job_id = store.add(urls(2)).job_id
    begun = begin_all(store)
    before = version(store, job_id)
    record(store, begun, Released())
    begin_all(store)
    assert version(store, job_id) == before


def test_one_call_is_one_event_of_each_job(store: JobStore, redis: Redis) -> None:
    jobs = [store.add(urls(20, host)).job_id for host in ("one.org", "two.org")]
    begun = begin_all(store)
    before = [events(redis, job_id) for job_id in jobs]
    assert upload(store, begun) == 40
    assert [events(redis, job_id) for job_id in jobs] == [count + 1 for count in before]


def test_a_change_of_very_many_images_names_none(store: JobStore) -> None:
    job_id = store.add(urls(501)).job_id
    before = version(store, job_id)
    store.cancel(job_id)
    assert changed(store, job_id, before) is None
    cancelled = version(store, job_id)
    assert store.retry(job_id, urls(500)) == 500
    assert changed(store, job_id, cancelled) == list(range(500))


@pytest.mark.parametrize("after", ["", "1-0"])
def test_after_an_event_that_nobody_knows_any_image_may_have_changed(
    store: JobStore, after: str
) -> None:
    job_id = store.add(urls(2)).job_id
    assert changed(store, job_id, after) is None


def test_the_oldest_events_are_let_go(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(1)).job_id
    first = version(store, job_id)
    for _ in range(1200):
        store.cancel(job_id)
        store.retry(job_id)
    assert 1000 <= events(redis, job_id) < 1200
    assert changed(store, job_id, first) is None


def test_events_go_an_hour_after_the_end(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(1)).job_id
    key = f"imgferry:job:{job_id}:events"
    record(store, begin_all(store), Failed(GONE))
    assert HOUR_MS - 60_000 < redis.pttl(key) <= HOUR_MS
    store.retry(job_id)
    assert redis.pttl(key) == -1
    upload(store, begin_all(store))
    redis.delete(key)
    last = version(store, job_id)
    assert changed(store, job_id, last) is None
    assert store.version(job_id) == (last, True)


def test_a_job_of_an_older_version_has_one_with_its_next_change(
    store: JobStore, redis: Redis
) -> None:
    job_id = store.add(urls(2)).job_id
    redis.hdel(f"imgferry:job:{job_id}", "version")
    redis.delete(f"imgferry:job:{job_id}:events")
    assert store.version(job_id) == ("", False)
    assert store.get(job_id).version == ""
    assert store.changes(job_id, "").images is None
    assert store.wait_for_changes({job_id: ""}, 0.01) == {}
    begin_all(store)
    assert store.wait_for_changes({job_id: ""}, 4) == {job_id: version(store, job_id)}


def test_only_jobs_that_changed_are_named(store: JobStore) -> None:
    quiet, busy = (store.add(urls(2, host)).job_id for host in ("one.org", "two.org"))
    versions = {job_id: version(store, job_id) for job_id in (quiet, busy)}
    assert store.wait_for_changes(versions, 0.01) == {}
    store.cancel(busy)
    assert store.wait_for_changes(versions, 4) == {busy: version(store, busy)}


def test_an_unknown_job(store: JobStore) -> None:
    with pytest.raises(JobNotFound):
        store.version("nothing")
    with pytest.raises(JobNotFound):
        store.changes("nothing", "")


def test_more_who_ask_at_once_than_there_are_connections_wait_for_one(store: JobStore) -> None:
    job_id = store.add(urls(1)).job_id
    versions = {job_id: version(store, job_id)}
    with ThreadPoolExecutor(3 * MOST_CONNECTIONS) as askers:
        asked = [askers.submit(store.wait_for_changes, versions, 0.3) for _ in range(150)]
    assert [one.result() for one in asked] == [{}] * 150


def test_moments_are_of_all_jobs_asked_about(store: JobStore) -> None:
    done = add_finished(store)
    waiting = store.add(urls(1)).job_id
    store.pause(BUSY, 60, 60)
    known_of_done, unknown, known = store.moments([done, "nothing", waiting])
    assert unknown is None
    assert known_of_done == Moment(version(store, done), is_finished=True)
    assert known == Moment(version(store, waiting), is_finished=False, holdup=store.paused())
    assert known.holdup


def test_moments_of_no_job(store: JobStore) -> None:
    assert store.moments([]) == []
