"""More images are asked for when many are done, or all."""

import threading

from structlog.testing import capture_logs

from celery_queue.refill import Refill
from jobs.errors import StoreUnavailable


class Dispatcher:
    """Counts how often it is asked, and fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked = 0
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._error = error

    def dispatch(self) -> None:
        self.asked += 1
        assert self.may_answer.wait(20)
        if self._error:
            raise self._error


def settle(refill: Refill) -> None:
    """Wait until it has asked whatever it wanted to ask."""
    refill._thread.submit(lambda: None).result(20)


def test_it_asks_when_so_many_are_done() -> None:
    dispatcher = Dispatcher()
    refill = Refill(dispatcher.dispatch, images=3)
    for left, asked in ((9, 0), (8, 0), (7, 1), (6, 1), (5, 1), (4, 2)):
        refill.done(under_way=left)
        settle(refill)
        assert dispatcher.asked == asked


def test_it_asks_when_none_is_left() -> None:
    dispatcher = Dispatcher()
    refill = Refill(dispatcher.dispatch, images=100)
    refill.done(under_way=1)
    settle(refill)
    assert dispatcher.asked == 0
    refill.done(under_way=0)
    settle(refill)
    assert dispatcher.asked == 1


def test_while_it_asks_one_more_call_waits_and_no_queue_of_them() -> None:
    dispatcher = Dispatcher()
    dispatcher.may_answer.clear()
    refill = Refill(dispatcher.dispatch, images=1)
    for left in range(50):
        refill.done(under_way=left)
    dispatcher.may_answer.set()
    settle(refill)
    assert dispatcher.asked <= 2


def test_what_fails_is_told_and_asked_again() -> None:
    for error, event in ((StoreUnavailable("Redis"), "store away"), (KeyError(1), "defect")):
        dispatcher = Dispatcher(error)
        refill = Refill(dispatcher.dispatch, images=1)
        with capture_logs() as lines:
            for _ in range(2):
                refill.done(under_way=5)
                settle(refill)
        assert dispatcher.asked == 2
        assert [line["event"].startswith(event) for line in lines] == [True, True]
