"""The destination pauses, and goes on."""

import pytest
from redis import Redis

from jobs.model import Failed, Failure, JobStatus, Released, Uploaded
from jobs.store import JobStore
from tests.jobs.store.conftest import (
    BLOCKED,
    DAY,
    GONE,
    WORKER,
    begin_all,
    end_pause,
    record,
    upload,
    uploaded,
    urls,
)

THROTTLED = Failure("imgur-user-throttled", "Imgur takes no more for now.", True)


def refuse_for_a_day(store: JobStore, redis: Redis) -> None:
    """Nothing but this reason, now as a day before."""
    store.pause(BLOCKED, None, 600, DAY)
    redis.hincrby("imgferry:pause", "since", -DAY * 1000)
    end_pause(redis)
    store.pause(BLOCKED, None, 600, DAY)


def test_nothing_is_admitted_or_begun(store: JobStore) -> None:
    job_id = store.add(urls(3)).job_id
    store.heartbeat(WORKER, [])
    (message,) = store.admit(10)
    store.pause(THROTTLED, 60, 60)
    assert store.begin(message) == []
    assert store.admit(10) == []
    assert 50 < store.heartbeat(WORKER, []).paused_for <= 60
    pause = store.paused()
    assert pause is not None
    assert (pause.reason, pause.is_told) == ("imgur-user-throttled", True)
    assert store.get(job_id).pending == urls(3)


def test_after_it_one_image_goes_first_and_then_all(store: JobStore, redis: Redis) -> None:
    store.add(urls(30))
    store.pause(THROTTLED, 60, 60)
    end_pause(redis)
    assert store.paused() is None
    probe = begin_all(store)
    assert len(probe) == 1
    assert begin_all(store) == []
    upload(store, probe)
    assert [begun.attempt for begun in begin_all(store)] == [1] * 29


def test_what_fails_before_its_upload_does_not_let_all_go(store: JobStore, redis: Redis) -> None:
    store.add(urls(30))
    store.pause(THROTTLED, 60, 60)
    end_pause(redis)
    record(store, begin_all(store), Failed(GONE))
    assert len(begin_all(store)) == 1


def test_a_shorter_pause_does_not_end_a_longer_one(store: JobStore) -> None:
    store.pause(THROTTLED, 600, 60)
    store.pause(BLOCKED, 1, 60)
    pause = store.paused()
    assert pause is not None
    assert pause.reason == THROTTLED.code


def test_a_pause_without_a_time_grows_until_an_upload(store: JobStore, redis: Redis) -> None:
    def cool_down() -> float:
        for _ in range(3):  # those under way when it begins do not count
            store.pause(BLOCKED, None, 60)
        pause = store.paused()
        assert pause is not None
        assert not pause.is_told
        left = store.heartbeat(WORKER, []).paused_for
        end_pause(redis)
        return left

    waits = [cool_down() for _ in range(8)]
    for wait, least in zip(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600], strict=True):
        assert least - 1 < wait <= least * 1.2
    store.add(urls(1))
    upload(store, begin_all(store))
    assert cool_down() <= 72


def test_what_was_under_way_is_recorded_and_ends_no_pause(store: JobStore) -> None:
    job_id = store.add(urls(3)).job_id
    a, b, _ = begin_all(store)
    store.pause(THROTTLED, 60, 60)
    upload(store, [a])
    record(store, [b], Released())
    assert store.get(job_id).complete == urls(1)
    assert store.paused() is not None


class TestPatience:
    def test_all_that_waits_fails_after_a_day_of_one_reason(
        self, store: JobStore, redis: Redis
    ) -> None:
        jobs = [store.add(urls(30)).job_id for _ in range(12)]
        begun = begin_all(store)
        record(store, begun[1:], Released())
        refuse_for_a_day(store, redis)
        for _ in jobs:  # one each time
            assert store.admit(64) == []
        failed = [job for job in jobs if store.get(job).status is JobStatus.COMPLETE]
        assert len(failed) == 11
        (open_job,) = set(jobs) - set(failed)
        assert store.get(open_job).pending == [begun[0].url]
        (image,) = store.images(failed[0], None, 1, None).items
        assert image.error == BLOCKED
        record(store, begun[:1], Released())
        store.admit(64)
        assert store.get(open_job).pending == []

    def test_a_new_job_fails_too(self, store: JobStore, redis: Redis) -> None:
        refuse_for_a_day(store, redis)
        job_id = store.add(urls(3)).job_id
        store.admit(64)
        assert store.get(job_id).failed == urls(3)

    def test_after_an_upload_all_goes_on(self, store: JobStore, redis: Redis) -> None:
        refuse_for_a_day(store, redis)
        end_pause(redis)
        job_id = store.add(urls(30)).job_id
        probe = begin_all(store)
        assert len(probe) == 1
        upload(store, probe)
        upload(store, begin_all(store))
        assert store.get(job_id).complete == urls(30)
        store.add(urls(1))
        store.pause(BLOCKED, None, 600, DAY)
        store.admit(64)
        assert store.destination().waiting == 1

    @pytest.mark.parametrize("patience", [None, DAY + 100])
    def test_none_fails_before_or_without_it(
        self, store: JobStore, redis: Redis, patience: float | None
    ) -> None:
        job_id = store.add(urls(3)).job_id
        store.pause(BLOCKED, None, 600, patience)
        redis.hincrby("imgferry:pause", "since", -DAY * 1000)
        end_pause(redis)
        store.pause(BLOCKED, None, 600, patience)
        store.admit(64)
        assert store.get(job_id).pending == urls(3)

    def test_days_without_an_image_are_no_day_of_refusals(
        self, store: JobStore, redis: Redis
    ) -> None:
        store.pause(BLOCKED, None, 600, DAY)
        for time in ("since", "until"):
            redis.hincrby("imgferry:pause", time, -3 * DAY * 1000)
        job_id = store.add(urls(3)).job_id
        store.pause(BLOCKED, None, 600, DAY)
        store.admit(64)
        assert store.get(job_id).pending == urls(3)

    def test_another_reason_begins_the_day_anew(self, store: JobStore, redis: Redis) -> None:
        refuse_for_a_day(store, redis)
        end_pause(redis)
        store.pause(THROTTLED, 60, 60)
        end_pause(redis)
        store.pause(BLOCKED, None, 600, DAY)
        job_id = store.add(urls(3)).job_id
        store.admit(64)
        assert store.get(job_id).pending == urls(3)


class TestResume:
    def test_it_ends_the_pause_of_its_reason_and_all_go_on(self, store: JobStore) -> None:
        store.add(urls(30))
        store.pause(BLOCKED, None, 600)
        store.resume(BLOCKED.code)
        assert store.paused() is None
        assert len(begin_all(store)) == 30

    def test_it_ends_no_other(self, store: JobStore) -> None:
        store.resume(BLOCKED.code)
        store.pause(THROTTLED, 60, 60)
        store.resume(BLOCKED.code)
        assert store.paused() is not None


def test_uploads_are_counted_once_for_the_pace(store: JobStore, redis: Redis) -> None:
    """Images a second over spans of ten seconds; a minute without one ends a span."""
    store.add(urls(100))
    begun = begin_all(store)
    upload(store, begun[:20])
    assert store.destination().pace is None
    redis.hincrby("imgferry:pace", "since", -10_000)
    record(store, begun[:20], Uploaded("", "", "", "", 0, 0, 0))
    assert store.destination().pace is None  # none of these was taken
    record(store, begun[20:25], Failed(GONE))
    assert store.destination().pace is None
    upload(store, begun[25:45])
    pace = store.destination().pace
    assert pace is not None
    assert 3 < pace <= 4
    redis.hincrby("imgferry:pace", "latest", -60_001)
    assert store.destination().pace is None
    record(store, begun[45:46], uploaded("later"))
    assert store.destination().pace is None
