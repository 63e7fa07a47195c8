"""What clients spend of their quotas."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from jobs.errors import JobNotFound, QuotaExceeded, UnknownURLs
from jobs.model import Balance, Failed, Once, Quota
from jobs.store import JobStore
from tests.jobs.store.conftest import BUSY, begin_all, record, urls

TEN = Quota("urls", "key:ada", 10, 3600)


def spend(store: JobStore, amount: int, quota: Quota = TEN) -> Balance:
    [balance] = store.spend([(quota, amount)])
    return balance


def end_window(redis: Redis) -> None:
    for key in redis.keys("imgferry:spent:*"):
        redis.pexpire(key, 1)
        while redis.exists(key):
            pass


def test_a_quota_is_spent_and_there_again_with_the_next_window(
    store: JobStore, redis: Redis
) -> None:
    assert spend(store, 0) == Balance(TEN, 10, 3600)
    assert [spend(store, 4).remaining for _ in range(2)] == [6, 2]
    refused = spend(store, 3)
    assert (refused.is_exceeded, refused.remaining) == (True, 2)
    assert 3500 < refused.resets_in <= 3600
    assert not spend(store, 2).is_exceeded
    assert spend(store, 1).is_exceeded
    assert not spend(store, 0).is_exceeded
    end_window(redis)
    assert spend(store, 1).remaining == 9


def test_a_window_begins_with_its_first_and_is_not_made_longer(
    store: JobStore, redis: Redis
) -> None:
    spend(store, 1)
    redis.pexpire("imgferry:spent:urls:key:ada", 60_000)
    assert spend(store, 1).resets_in <= 60
    assert spend(store, 9).resets_in <= 60


@pytest.mark.parametrize(("amount", "hours"), [(10, 1), (11, 2), (35, 4)])
def test_more_than_the_whole_is_given_once_and_paid_in_windows(
    store: JobStore, amount: int, hours: int
) -> None:
    balance = spend(store, amount)
    assert (balance.is_exceeded, balance.remaining) == (False, 0)
    assert hours * 3600 - 60 < balance.resets_in <= hours * 3600
    assert spend(store, 1).is_exceeded


def test_clients_and_quotas_are_counted_apart(store: JobStore) -> None:
    spend(store, 10)
    assert spend(store, 10, Quota("urls", "key:bob", 10, 3600)).remaining == 0
    assert spend(store, 10, Quota("requests", "key:ada", 10, 3600)).remaining == 0
    both = store.spend([(TEN, 1), (Quota("requests", "key:bob", 5, 60), 1)])
    assert [(balance.is_exceeded, balance.remaining) for balance in both] == [(True, 0), (False, 4)]


def test_no_more_is_given_at_once_than_there_is(store: JobStore) -> None:
    quota = Quota("requests", "key:ada", 25, 60)
    with ThreadPoolExecutor(8) as clients:
        given = list(clients.map(lambda _: spend(store, 1, quota), range(100)))
    assert sum(not balance.is_exceeded for balance in given) == 25


def test_a_job_beyond_the_quota_is_not_stored(store: JobStore, redis: Redis) -> None:
    store.add(urls(7), quota=TEN)
    once = Once("key", "body")
    with pytest.raises(QuotaExceeded) as refused:
        store.add(urls(4), once=once, quota=TEN)
    balance = refused.value.balance
    assert (balance.quota, balance.remaining) == (TEN, 3)
    assert 3500 < balance.resets_in <= 3600
    assert redis.zcard("imgferry:jobs") == 1
    end_window(redis)
    assert not store.add(urls(4), once=once, quota=TEN).replayed


def test_a_repeated_post_takes_nothing_of_the_quota(store: JobStore) -> None:
    once = Once("key", "body")
    first = store.add(urls(6), once=once, quota=TEN)
    assert [store.add(urls(6), once=once, quota=TEN).job_id for _ in range(3)] == 3 * [first.job_id]
    assert spend(store, 0).remaining == 4


def test_without_a_quota_nothing_is_counted(store: JobStore, redis: Redis) -> None:
    store.retry(store.add(urls(2)).job_id)
    assert redis.keys("imgferry:spent:*") == []


def test_what_runs_again_is_taken_from_the_quota(store: JobStore) -> None:
    job_id = store.add(urls(4), quota=TEN).job_id
    record(store, begin_all(store), Failed(BUSY))
    assert store.retry(job_id, urls(4)[:1], TEN) == 1
    assert store.retry(job_id, "retryable", TEN) == 3
    assert store.retry(job_id, "all", TEN) == 0
    assert spend(store, 0).remaining == 2


def test_beyond_the_quota_nothing_runs_again(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(6), quota=TEN).job_id
    record(store, begin_all(store), Failed(BUSY))
    before = store.get(job_id)
    with pytest.raises(QuotaExceeded) as refused:
        store.retry(job_id, "all", TEN)
    assert refused.value.balance.remaining == 4
    assert store.get(job_id) == before
    assert {image.attempts for image in store.images(job_id, None, 10, None).items} == {1}
    assert not redis.exists("imgferry:waiting")
    assert store.retry(job_id, urls(4), TEN) == 4


def test_a_retry_with_a_quota_still_says_what_is_wrong(store: JobStore) -> None:
    job_id = store.add(urls(2)).job_id
    with pytest.raises(JobNotFound):
        store.retry("no-such-job", "all", TEN)
    with pytest.raises(UnknownURLs) as unknown:
        store.retry(job_id, [*urls(1), "https://example.org/other.jpg"], TEN)
    assert unknown.value.positions == [1]
    assert spend(store, 0).remaining == 10
