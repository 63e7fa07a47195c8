"""Who has an image, and for how long."""

from redis import Redis

from jobs.model import Held, JobStatus, Message, Outcome
from jobs.store import MESSAGE_SIZE, JobStore
from tests.jobs.store.conftest import WORKER, begin_all, end_leases, upload, uploaded, urls


def test_a_message_begins_only_once(store: JobStore) -> None:
    store.add(urls(3))
    store.heartbeat(WORKER, [])
    (message,) = store.admit(10)
    assert [begun.url for begun in store.begin(message)] == urls(3)
    assert store.begin(message) == []


def test_a_message_of_an_unknown_job_begins_nothing(store: JobStore) -> None:
    assert store.begin(Message("gone", [0, 1])) == []


def test_a_worker_that_leaves_keeps_what_it_holds_and_gets_nothing(
    store: JobStore, redis: Redis
) -> None:
    store.add(urls(1))
    (begun,) = begin_all(store)
    store.leave(WORKER)
    end_leases(redis)
    assert store.heartbeat(WORKER, [begun.image], leaving=True).lost == set()
    assert store.workers() == []


def test_a_lost_message_and_a_lost_worker_only_delay(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(MESSAGE_SIZE + 5)).job_id
    store.heartbeat(WORKER, [])
    begun, _never_begun = store.admit(2)
    store.begin(begun)
    end_leases(redis)
    again = begin_all(store)
    assert sorted(one.image.index for one in again) == list(range(MESSAGE_SIZE + 5))
    assert {one.attempt for one in again} == {1}  # nothing was tried
    upload(store, again)
    assert store.get(job_id).status is JobStatus.COMPLETE


def test_a_heartbeat_keeps_what_is_held(store: JobStore, redis: Redis) -> None:
    store.add(urls(2))
    kept, _ = begin_all(store)
    end_leases(redis)
    assert store.heartbeat(WORKER, [kept.image]).lost == set()
    assert [list(message.indexes) for message in store.admit(10)] == [[1]]


def test_a_heartbeat_tells_what_was_lost(store: JobStore, redis: Redis) -> None:
    store.add(urls(3))
    held = [begun.image for begun in begin_all(store)]
    store.record([Outcome(held[0], uploaded("done"))])
    end_leases(redis)
    assert len(begin_all(store)) == 2  # somebody has them again
    gone = Held("gone", 0, "token")
    assert store.heartbeat(WORKER, [*held, gone]).lost == {*held, gone}


def test_an_image_that_ends_every_worker_is_given_up(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(1)).job_id
    for _ in range(10):
        assert len(begin_all(store)) == 1
        end_leases(redis)
    assert begin_all(store) == []
    (image,) = store.images(job_id, None, 10, None).items
    assert image.error is not None
    assert image.error.code == "worker-lost"
    assert store.get(job_id).status is JobStatus.COMPLETE


def test_a_job_that_finished_while_it_waited_leaves_the_round(
    store: JobStore, redis: Redis
) -> None:
    """Its last image came back, and then its first worker's upload all the same."""
    store.add(urls(1))
    (late,) = begin_all(store)
    store.leave(WORKER)
    end_leases(redis)
    store.admit(1)
    assert store.destination().jobs == 1
    upload(store, [late])
    assert store.destination().jobs == 0
