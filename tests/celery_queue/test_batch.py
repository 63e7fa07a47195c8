"""Calls that come together go as one, and each caller has its own answer."""

import asyncio
import threading

import pytest
import uvloop

from celery_queue.batch import Batch


class Store:
    """Doubles numbers; a call waits until it is let go."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.may_answer = threading.Event()

    def double(self, numbers: list[int]) -> list[int]:
        self.calls.append(numbers)
        assert self.may_answer.wait(20)
        if 13 in numbers:
            raise ValueError("13")
        return [2 * number for number in numbers]


def test_what_comes_while_a_call_is_under_way_is_the_next_call() -> None:
    async def run() -> list[int]:
        store = Store()
        batch = Batch("double", store.double)
        first = batch(1)
        await asyncio.sleep(0)  # it is on its way
        others = [batch(number) for number in (2, 3)]
        store.may_answer.set()
        answers = await asyncio.gather(first, *others)
        assert store.calls == [[1], [2, 3]]
        return answers

    assert uvloop.run(run()) == [2, 4, 6]


@pytest.mark.parametrize("number", [7, 13])
def test_who_waits_no_longer_takes_no_answer_from_the_others(number: int) -> None:
    async def run() -> None:
        store = Store()
        batch = Batch("double", store.double)
        given_up, kept = batch(5), batch(number)
        await asyncio.sleep(0)
        given_up.cancel()
        store.may_answer.set()
        if number == 13:
            with pytest.raises(ValueError, match="13"):
                await asyncio.wait_for(kept, 20)
        else:
            assert await asyncio.wait_for(kept, 20) == 14
        assert await asyncio.wait_for(batch(4), 20) == 8

    uvloop.run(run())
