"""What was kept for its time is gone, and leaves nothing."""

from datetime import timedelta

import pytest
from redis import Redis

from jobs.errors import JobNotFound
from jobs.model import Claim, Failed, JobOptions, Known, Once, Page, Released, Retry
from jobs.settings import JobsSettings
from jobs.store import JobStore
from tests.jobs.store.conftest import (
    BUSY,
    GONE,
    add_finished,
    begin_all,
    end_leases,
    make_due,
    make_past,
    record,
    upload,
    uploaded,
    urls,
)


@pytest.fixture
def forgetful(settings: JobsSettings) -> JobStore:
    """A store that keeps jobs and links for no time."""
    none = {"job_retention_days": 1e-9, "link_retention_days": 1e-9}
    return JobStore.connect(settings.model_copy(update=none))


def test_a_finished_job_is_kept_for_its_days(settings: JobsSettings, redis: Redis) -> None:
    store = JobStore.connect(settings.model_copy(update={"job_retention_days": 2}))
    job_id = add_finished(store)
    finished = int(redis.zscore("imgferry:finished", job_id) or 0)
    days = timedelta(days=2) // timedelta(milliseconds=1)
    redis.zadd("imgferry:finished", {job_id: finished - days + 60_000})
    store.forget()
    assert store.get(job_id).complete == urls(1)
    redis.zadd("imgferry:finished", {job_id: finished - days})
    store.forget()
    for call in (store.get, store.cancel, store.retry):
        with pytest.raises(JobNotFound):
            call(job_id)
    with pytest.raises(JobNotFound):
        store.images(job_id, None, 10, None)


def test_a_job_that_is_not_finished_is_kept(forgetful: JobStore) -> None:
    job_id = forgetful.add(urls(2)).job_id
    upload(forgetful, begin_all(forgetful)[:1])
    forgetful.forget()
    assert forgetful.get(job_id).pending == urls(2)[1:]


def test_its_links_are_kept_for_ever_unless_told(store: JobStore, redis: Redis) -> None:
    add_finished(store)
    make_past(redis, "imgferry:finished")
    store.forget()
    assert len(store.links(10, None).items) == 1


def test_a_link_goes_with_its_content(
    settings: JobsSettings, forgetful: JobStore, redis: Redis
) -> None:
    forgetful.add(urls(1))
    record(forgetful, begin_all(forgetful), uploaded("cat", "cat"))
    forgetful.forget()
    assert forgetful.links(10, None) == Page([], None)
    assert redis.hlen("imgferry:contents") == 0
    forgetful.add(urls(1))
    assert forgetful.claim([(b.image, "cat") for b in begin_all(forgetful)]) == [Claim.GRANTED]


def test_a_content_uploaded_again_is_known_by_its_later_link(
    store: JobStore, settings: JobsSettings, redis: Redis
) -> None:
    store.add(urls(3))
    late, other, third = begin_all(store)
    record(store, [late], uploaded("first", "cat"))
    record(store, [other], uploaded("second", "cat"))
    oldest = str(redis.xinfo_stream("imgferry:uploads")["first-entry"][0])
    redis.xdel("imgferry:uploads", oldest)  # it has had its time
    assert store.claim([(third.image, "cat")]) == [Claim.KNOWN]
    record(store, [third], Known("cat"))
    images = store.images(third.image.job_id, None, 10, None).items
    assert images[2].link == "https://i.imgur.com/second.jpg"


@pytest.mark.parametrize("count", [1, 250])
def test_little_by_little_all_of_it(forgetful: JobStore, redis: Redis, count: int) -> None:
    for _ in range(count):
        add_finished(forgetful)
    for _ in range(3):
        forgetful.forget()
    assert redis.zcard("imgferry:jobs") == redis.xlen("imgferry:uploads") == 0
    assert redis.keys("imgferry:job:*") == []


def test_all_that_a_job_can_leave_behind_is_gone(forgetful: JobStore, redis: Redis) -> None:
    """A life with everything in it, and Redis is as it was."""

    def live() -> None:
        forgetful.add(urls(60), JobOptions(webhook="https://example.com/"), Once("key", "body"))
        a, b, c, d, e, *rest = begin_all(forgetful)
        forgetful.claim([(a.image, "cat"), (b.image, None)])
        record(forgetful, [a], uploaded("a", "cat"))
        record(forgetful, [b], Retry(BUSY, 60, arrived=True))
        record(forgetful, [c], Released())
        record(forgetful, [d], Known("cat"))
        forgetful.claim([(e.image, "dog")])
        end_leases(redis)
        make_due(redis)
        begun = begin_all(forgetful)
        record(forgetful, begun[::2], Failed(GONE))
        upload(forgetful, begun[1::2])
        job_id = e.image.job_id
        forgetful.retry(job_id)
        begin_all(forgetful)
        forgetful.deliver(1)
        forgetful.cancel(job_id)
        end_leases(redis)
        begin_all(forgetful)
        upload(forgetful, rest)
        assert forgetful.get(job_id).finished is not None
        forgetful.forget()
        redis.delete(*redis.keys("imgferry:once:*"))

    def held() -> int:
        keys = set(redis.keys("*")) - {"imgferry:pace"}  # it has a field more after ten seconds
        return sum(redis.memory_usage(key, samples=0) or 0 for key in keys)

    live()
    keys, before = sorted(redis.keys()), held()
    used = int(redis.info("memory")["used_memory"])
    assert redis.keys("imgferry:job:*") == []
    for _ in range(30):
        live()
    assert sorted(redis.keys()) == keys
    assert held() == before
    assert int(redis.info("memory")["used_memory"]) < used + 150_000  # of the 450,000 they took
    assert set(keys) <= {
        f"imgferry:{name}" for name in ("added", "pending", "turn", "uploads", "workers", "pace")
    }
    assert redis.get("imgferry:pending") == "0"


def test_a_redis_that_is_full_still_forgets(forgetful: JobStore, redis: Redis) -> None:
    """Nothing else would make room in it."""
    job_id = add_finished(forgetful)
    redis.config_set("maxmemory", 1)
    try:
        forgetful.forget()
    finally:
        redis.config_set("maxmemory", 0)
    with pytest.raises(JobNotFound):
        forgetful.get(job_id)
