"""Requests that come together ask the store once, and each has its own answer."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from api.batch import Batch
from tests.service import wait


class Store:
    """Doubles numbers; a call waits until it is let go."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.asked: list[int] = []
        self.may_answer = threading.Event()

    def double(self, numbers: list[int]) -> list[int]:
        self.calls.append(numbers)
        assert self.may_answer.wait(20)
        self.asked.extend(numbers)
        if 13 in numbers:
            raise ValueError("13")
        return [2 * number for number in numbers]


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def threads(store: Store) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(20) as threads:
        yield threads
        store.may_answer.set()


def ask_together(
    store: Store, threads: ThreadPoolExecutor, first: int, *others: int
) -> list[Future[int]]:
    """The others come while the call of the first is under way."""
    batch = Batch(store.double)
    asked = [threads.submit(batch, first)]
    wait(lambda: store.calls == [[first]], 20)
    asked += [threads.submit(batch, number) for number in others]
    wait(lambda: len(batch._next.items) == len(others), 20)
    store.may_answer.set()
    return asked


def test_what_comes_while_a_call_is_under_way_is_the_next_call(
    store: Store, threads: ThreadPoolExecutor
) -> None:
    asked = ask_together(store, threads, 1, 2, 3, 4)
    assert [each.result(20) for each in asked] == [2, 4, 6, 8]
    first, others = store.calls
    assert first == [1]
    assert sorted(others) == [2, 3, 4]


def test_a_call_that_fails_fails_for_those_that_it_was_for(
    store: Store, threads: ThreadPoolExecutor
) -> None:
    first, *others = ask_together(store, threads, 1, 5, 13)
    assert first.result(20) == 2
    for each in others:
        with pytest.raises(ValueError, match="13"):
            each.result(20)


def test_after_a_failure_it_goes_on(store: Store) -> None:
    batch = Batch(store.double)
    store.may_answer.set()
    for number in (13, 13):
        with pytest.raises(ValueError, match="13"):
            batch(number)
    assert batch(4) == 8


def test_each_of_many_has_its_own_answer(store: Store, threads: ThreadPoolExecutor) -> None:
    batch = Batch(store.double)
    store.may_answer.set()
    numbers = [*range(100, 1100)]
    assert list(threads.map(batch, numbers)) == [2 * number for number in numbers]
    assert sorted(store.asked) == numbers
