"""What may run now: room, turns and shares."""

from collections import Counter

import pytest
from redis import Redis

from jobs.model import Begun, JobOptions, Message, Priority, Released, Worker
from jobs.store import MESSAGE_SIZE, JobStore
from tests.jobs.store.conftest import WORKER, begin_all, record, upload, urls

LARGE_WORKER = Worker("celery@large", 2 * MESSAGE_SIZE)
"""Has room for four messages."""

SHARES = {Priority.HIGH: 16, Priority.NORMAL: 4, Priority.LOW: 1}


class TestRoom:
    def test_nothing_is_admitted_while_no_worker_lives(self, store: JobStore) -> None:
        store.add(urls(3))
        assert store.admit(10) == []
        store.heartbeat(WORKER, [])
        assert [len(message.indexes) for message in store.admit(10)] == [3]
        assert store.admit(10) == []

    def test_a_worker_that_leaves_has_no_room(self, store: JobStore) -> None:
        store.add(urls(3))
        store.heartbeat(WORKER, [])
        assert store.workers() == [WORKER]
        store.leave(WORKER)
        assert store.workers() == []
        assert store.admit(10) == []

    def test_no_more_than_the_workers_can_hold(self, store: JobStore) -> None:
        store.add(urls(1000))
        store.heartbeat(WORKER, [])
        assert sum(len(message.indexes) for message in store.admit(64)) == 200

    def test_a_message_is_for_one_worker_and_leaves_the_others_theirs(
        self, store: JobStore
    ) -> None:
        store.add(urls(100))
        for name, images_at_once in (("one", 20), ("two", 10), ("three", 20)):
            store.heartbeat(Worker(f"celery@{name}", images_at_once), [])
        assert [len(message.indexes) for message in store.admit(64)] == [10] * 10


class TestTurns:
    def test_jobs_take_turns_and_a_new_one_waits_for_one_turn(self, store: JobStore) -> None:
        large = store.add(urls(1000)).job_id
        store.heartbeat(LARGE_WORKER, [])
        assert [message.job_id for message in store.admit(1)] == [large]
        others = [store.add(urls(3)).job_id, store.add(urls(MESSAGE_SIZE + 5)).job_id]
        turns = [message.job_id for message in store.admit(5)]
        assert set(turns[:2]) == set(others)
        assert turns.count(others[0]) == 1
        assert turns.count(others[1]) == 2  # a full message and the rest
        assert turns.count(large) == 2

    @pytest.mark.parametrize("priority", Priority)
    def test_a_small_job_goes_next_whatever_runs(self, store: JobStore, priority: Priority) -> None:
        large = store.add(urls(1000), JobOptions(Priority.HIGH)).job_id
        store.heartbeat(LARGE_WORKER, [])
        assert [message.job_id for message in store.admit(2)] == [large] * 2
        small = store.add(urls(3), JobOptions(priority)).job_id
        assert small in [message.job_id for message in store.admit(2)]

    def test_small_jobs_without_end_do_not_keep_a_large_one_waiting(self, store: JobStore) -> None:
        large = store.add(urls(1000)).job_id
        admitted = Counter[str]()
        for _ in range(200):
            store.add(urls(2))  # as many as there is room for
            admitted.update(one_message(store))
        assert admitted[large] >= 15

    def test_an_image_that_waits_again_goes_before_new_ones(self, store: JobStore) -> None:
        store.add(urls(40))
        store.heartbeat(WORKER, [])
        begun = store.begin(store.admit(1)[0])
        record(store, [begun[7]], Released())
        assert store.admit(1)[0].indexes[0] == 7


class TestShares:
    @pytest.mark.parametrize("images_at_once", [1, 10, 50])
    def test_jobs_share_by_their_priority(self, store: JobStore, images_at_once: int) -> None:
        """16 : 4 : 1, whether messages are of one image or many."""
        worker = Worker("celery@small", images_at_once)
        jobs = {
            store.add(urls(2000), JobOptions(priority)).job_id: priority for priority in Priority
        }
        admitted = Counter[Priority]()
        while admitted.total() < 2100:
            begun = begin_all(store, worker)
            admitted.update(jobs[one.image.job_id] for one in begun)
            upload(store, begun)
        most = 2 * images_at_once
        for priority, share in SHARES.items():
            assert abs(admitted[priority] - admitted.total() * share / 21) <= most

    @pytest.mark.parametrize("size", [1, 10])
    def test_a_job_that_comes_back_gains_nothing(self, store: JobStore, size: int) -> None:
        """Nor loses: the share is of images, however few there are in a message."""
        steady = store.add(urls(1000)).job_id
        comes_and_goes = store.add(urls(size)).job_id
        admitted = Counter[str]()
        while admitted.total() < 500:
            store.heartbeat(Worker("celery@small", 5), [])
            for message in store.admit(1):
                begun = store.begin(message)
                admitted[message.job_id] += len(begun)
                if message.job_id == steady:
                    upload(store, begun)
                else:
                    record(store, begun, Released())
            assert abs(admitted[steady] - admitted[comes_and_goes]) <= 25

    def test_jobs_of_one_priority_share_a_small_budget(self, store: JobStore) -> None:
        jobs = [store.add(urls(100)).job_id for _ in range(10)]
        admitted = Counter[str]()
        for _ in range(100):
            admitted.update(one_message(store))
        assert set(admitted) == set(jobs)
        assert max(admitted.values()) - min(admitted.values()) <= 2


def one_message(store: JobStore) -> list[str]:
    """The jobs of the next images that run, where a message is of two."""
    store.heartbeat(Worker("celery@tiny", 2), [])
    begun: list[Begun] = [one for message in store.admit(1) for one in store.begin(message)]
    upload(store, begun)
    return [one.image.job_id for one in begun]


def test_of_an_image_no_second_admission(store: JobStore, redis: Redis) -> None:
    images = MESSAGE_SIZE + 10
    job_id = store.add(urls(images)).job_id
    store.heartbeat(WORKER, [])
    messages = [*store.admit(1), *store.admit(64)]
    whole, rest = range(MESSAGE_SIZE), range(MESSAGE_SIZE, images)
    assert messages == [Message(job_id, list(whole)), Message(job_id, list(rest))]
    assert redis.zcard("imgferry:leases") == images
