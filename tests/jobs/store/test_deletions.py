"""Images that are deleted again: by a token, once it is asked for, until it is done."""

import pytest
from redis import Redis

from jobs.errors import DeletionNotFound
from jobs.model import Claim, DeletionStatus, ImageStatus, JobOptions, Told
from jobs.settings import JobsSettings
from jobs.store import JobStore
from tests.jobs.store.conftest import (
    BLOCKED,
    HOUR,
    WORKER,
    begin_all,
    end_pause,
    make_past,
    record,
    uploaded,
    urls,
)

DELETABLE = JobOptions(deletable=True)


def add_deletable(store: JobStore, name: str = "cat") -> tuple[str, str]:
    """A job of one image, uploaded; its id and a token."""
    job_id = store.add(urls(1), DELETABLE).job_id
    record(store, begin_all(store), uploaded(name, name))
    token = store.permit_deletion(job_id, 0)
    assert token
    return job_id, token


def deletions_due(redis: Redis) -> None:
    make_past(redis, "imgferry:deletions")


def test_from_asking_until_it_is_gone(store: JobStore) -> None:
    job_id, token = add_deletable(store)
    assert store.deletion(token).status is DeletionStatus.POSSIBLE
    assert store.admit_deletions(64) == []
    assert store.deletehash(job_id, 0) is None  # whatever a message says

    store.delete(token)
    store.delete(token)
    assert store.deletion(token).status is DeletionStatus.PENDING
    assert store.admit_deletions(64) == [(job_id, 0)]
    assert store.deletehash(job_id, 0) == "secret"
    assert store.links(10, None).items == ["https://i.imgur.com/cat.jpg"]

    version = store.version(job_id)
    store.deleted(job_id, 0, [])
    assert store.version(job_id) != version
    assert store.deletion(token).status is DeletionStatus.DELETED
    assert store.deletion(token).link == "https://i.imgur.com/cat.jpg"
    assert store.links(10, None).items == []
    (image,) = store.images(job_id, ImageStatus.COMPLETE, 10, None).items
    assert (image.deleted, image.link, image.id) == (True, None, "cat")
    assert store.get(job_id).complete == urls(1)
    store.delete(token)
    assert store.admit_deletions(64) == []


def test_what_can_be_deleted_is_given_to_nobody_else(store: JobStore) -> None:
    store.add(urls(1))
    record(store, begin_all(store), uploaded("first", "the same"))
    job_id = store.add(urls(1), DELETABLE).job_id
    begun = begin_all(store)
    assert store.claim([(begun[0].image, "the same")]) == [Claim.GRANTED]
    record(store, begun, uploaded("second", "the same"))
    store.add(urls(1), DELETABLE)
    other = begin_all(store)
    record(store, other, uploaded("third", "another"))
    store.add(urls(1))
    (last,) = begin_all(store)
    for content, answer in {"the same": Claim.KNOWN, "another": Claim.GRANTED}.items():
        assert store.claim([(last.image, content)]) == [answer]

    token = store.permit_deletion(job_id, 0)
    assert token
    store.delete(token)
    store.deleted(job_id, 0, [])
    assert store.links(10, None).items == [
        "https://i.imgur.com/third.jpg",
        "https://i.imgur.com/first.jpg",
    ]


def test_only_what_was_uploaded_to_be_deleted_gets_a_token(store: JobStore) -> None:
    plain = store.add(urls(1)).job_id
    record(store, begin_all(store), uploaded("cat"))
    waiting = store.add(urls(1), DELETABLE).job_id
    for job_id, index in ((plain, 0), (waiting, 0), (waiting, 1), ("no job", 0)):
        assert store.permit_deletion(job_id, index) is None


@pytest.mark.parametrize("token", ["", "no token", "\ud800", "imgferry:pending"])
def test_no_other_token_deletes_anything(store: JobStore, token: str) -> None:
    add_deletable(store)
    for call in (store.deletion, store.delete):
        with pytest.raises(DeletionNotFound):
            call(token)


def test_redis_holds_no_token(store: JobStore, redis: Redis) -> None:
    _, token = add_deletable(store)
    (key,) = redis.keys("imgferry:deletion:*")
    assert token not in str(key) + str(redis.get(str(key)))


def test_a_token_ends_with_its_job(settings: JobsSettings, redis: Redis) -> None:
    store = JobStore.connect(settings.model_copy(update={"job_retention_days": 2}))
    job_id, token = add_deletable(store)
    (key,) = redis.keys("imgferry:deletion:*")
    assert 2 * 86_400 - 60 < redis.ttl(str(key)) <= 2 * 86_400
    store.delete(token)
    make_past(redis, "imgferry:finished")
    store.forget()
    with pytest.raises(DeletionNotFound):
        store.deletion(token)
    assert redis.keys("imgferry:job:*") == []
    assert store.admit_deletions(64) == []
    assert redis.zcard("imgferry:deletions") == 0
    assert store.deletehash(job_id, 0) is None


def test_one_that_is_not_done_is_sent_again_later_each_time(store: JobStore, redis: Redis) -> None:
    job_id, token = add_deletable(store)
    store.delete(token)
    waits = []
    for _ in range(12):
        deletions_due(redis)
        assert store.admit_deletions(64) == [(job_id, 0)]
        assert store.admit_deletions(64) == []
        seconds, micros = redis.time()
        due = redis.zscore("imgferry:deletions", f"{job_id}:0") or 0
        waits.append(round(due / 1000 - seconds - micros / 1e6))
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]


def test_none_is_sent_while_the_destination_pauses(store: JobStore, redis: Redis) -> None:
    job_id, token = add_deletable(store)
    store.delete(token)
    store.pause(BLOCKED, HOUR, 60)
    assert store.admit_deletions(64) == []
    end_pause(redis)
    assert store.admit_deletions(64) == [(job_id, 0)]


def test_none_is_sent_that_the_budget_does_not_cover(store: JobStore) -> None:
    tokens = [add_deletable(store, f"{n}")[1] for n in range(3)]
    store.record([], [Told("user", HOUR, 50, 2, 600)])
    store.heartbeat(WORKER, [])
    store.add(urls(1))
    assert len(store.admit(64)) == 1  # one of the two is under way
    for token in tokens:
        store.delete(token)
    (first,) = store.admit_deletions(64)
    assert store.admit_deletions(64) == []
    store.deleted(*first, [Told("user", HOUR, 50, 0, 600)])
    assert store.admit_deletions(64) == []


def test_images_wait_for_what_is_to_be_deleted(store: JobStore) -> None:
    """Else many that wait would take each new budget before it."""
    job_id, token = add_deletable(store)
    store.heartbeat(WORKER, [])
    store.record([], [Told("user", HOUR, 50, 1, 600)])
    store.delete(token)
    store.add(urls(5))
    assert store.admit(64) == []
    assert store.admit_deletions(64) == [(job_id, 0)]
    assert store.admit(64) == []
    store.deleted(job_id, 0, [Told("user", HOUR, 50, 1, 600)])
    assert [len(message.indexes) for message in store.admit(64)] == [1]
