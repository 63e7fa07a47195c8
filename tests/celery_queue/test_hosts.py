"""Places at source hosts, of two workers over one real Redis."""

import asyncio
import time
from dataclasses import replace

import pytest
import uvloop
from redis import Redis

from celery_queue.hosts import HostBusy, Hosts
from jobs.model import Visit
from jobs.store import JobStore


def test_the_fleet_has_so_many_places_at_a_host_and_they_are_handed_on(store: JobStore) -> None:
    now, most, done = 0, 0, 0

    async def visit(hosts: Hosts) -> None:
        nonlocal now, most, done
        while True:
            try:
                visit = await hosts.enter("example.org")
            except HostBusy:
                continue
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.005)
            now, done = now - 1, done + 1
            hosts.leave(visit)
            return

    async def run() -> None:
        workers = [Hosts(store, 4), Hosts(store, 4)]
        await asyncio.gather(*(visit(workers[n % 2]) for n in range(60)))

    uvloop.run(run())
    assert (done, most) == (60, 4)


def test_other_hosts_are_not_concerned(store: JobStore) -> None:
    async def run() -> None:
        hosts = Hosts(store, 1)
        await hosts.enter("one.example")
        await hosts.enter("two.example")
        with pytest.raises(HostBusy):
            await hosts.enter("one.example")

    uvloop.run(run())


def test_who_gives_up_while_the_store_is_asked_leaves_no_place_taken(store: JobStore) -> None:
    async def run() -> None:
        hosts = Hosts(store, 1)
        given_up = asyncio.create_task(hosts.enter("example.org"))
        await asyncio.sleep(0)  # it is on its way
        given_up.cancel()
        await hosts.enter("example.org")

    uvloop.run(run())


def test_a_host_that_wants_to_be_left_alone_is_by_every_worker(store: JobStore) -> None:
    async def run() -> None:
        with Hosts(store, 4).place() as place:
            await place.reserve("example.org")
            await place.avoid(60)
        began = time.monotonic()
        with pytest.raises(HostBusy) as busy:
            await Hosts(store, 4).enter("example.org")
        assert 50 < busy.value.wait <= 60
        assert time.monotonic() - began < 1  # there is nothing to wait for

    uvloop.run(run())


def test_a_place_is_kept_while_it_is_renewed_and_ends_with_its_worker(
    store: JobStore, redis: Redis
) -> None:
    key = "imgferry:host:example.org"

    def end() -> None:
        for token in redis.zrange(key, 0, -1):
            redis.zadd(key, {str(token): 1})

    async def run() -> None:
        hosts = Hosts(store, 1)
        await hosts.enter("example.org")
        end()
        hosts.renew()
        with pytest.raises(HostBusy):
            await hosts.enter("example.org")
        end()  # not renewed any more
        await Hosts(store, 1).enter("example.org")

    uvloop.run(run())


def test_a_repeated_visit_is_the_same(store: JobStore) -> None:
    visit = Visit("enter", "example.org", "token")
    assert store.visit([visit, visit], 1) == [0, 0]
    assert store.visit([Visit("enter", "example.org", "other")], 1) == [0.25]
    leave = Visit("leave", "example.org", "token")
    assert store.visit([leave, leave, Visit("enter", "example.org", "other")], 1) == [0, 0, 0]


def test_a_place_that_was_left_is_not_renewed(store: JobStore) -> None:
    visit = Visit("enter", "example.org", "token")
    store.visit([visit, replace(visit, what="leave"), replace(visit, what="renew")], 1)
    assert store.visit([Visit("enter", "example.org", "other")], 1) == [0]


def test_a_host_is_avoided_for_any_time(store: JobStore) -> None:
    for seconds in (0.0001, 60):
        assert store.visit([Visit("avoid", "example.org", seconds=seconds)], 1) == [0]


def test_a_place_is_at_one_host_at_a_time_and_says_who_follows(store: JobStore) -> None:
    async def run() -> None:
        hosts = Hosts(store, 2)
        with hosts.place() as one, hosts.place() as two:
            await one.reserve("a.example")
            await two.reserve("a.example")
            assert await one.connect("a.example") is True  # two is on its way
            assert await two.connect("a.example") is False
            assert await one.connect("b.example") is False  # a redirect
            await asyncio.wait_for(hosts.enter("a.example"), 5)  # which one has left
        assert not hosts.coming
        await asyncio.wait_for(hosts.enter("b.example"), 5)

    uvloop.run(run())


def test_nothing_is_left_in_redis(store: JobStore, redis: Redis) -> None:
    async def run() -> None:
        hosts = Hosts(store, 4)
        hosts.leave(await hosts.enter("example.org"))
        await hosts.avoid("example.org", 60)  # behind the leaving

    uvloop.run(run())
    assert redis.zcard("imgferry:host:example.org") == 0
    assert redis.pttl("imgferry:alone:example.org") > 0
