"""More images are asked for when many are done, or all."""

from queue import Empty, SimpleQueue

import pytest

from celery_queue.refill import Refill
from jobs.errors import StoreUnavailable


def test_it_asks_when_so_many_are_done() -> None:
    asked: SimpleQueue[None] = SimpleQueue()
    refill = Refill(lambda: asked.put(None), images=3)
    for left in range(9, 3, -1):
        refill.done(under_way=left)
    asked.get(timeout=20)
    asked.get(timeout=20)
    with pytest.raises(Empty):
        asked.get_nowait()


def test_it_asks_when_none_is_left() -> None:
    asked: SimpleQueue[None] = SimpleQueue()
    refill = Refill(lambda: asked.put(None), images=100)
    refill.done(under_way=1)
    refill.done(under_way=0)
    asked.get(timeout=20)
    assert asked.empty()


def test_a_store_that_is_away_is_asked_again() -> None:
    asked: SimpleQueue[None] = SimpleQueue()

    def dispatch() -> None:
        asked.put(None)
        raise StoreUnavailable("Redis")

    refill = Refill(dispatch, images=1)
    refill.done(under_way=5)
    asked.get(timeout=20)
    refill.done(under_way=5)
    asked.get(timeout=20)
