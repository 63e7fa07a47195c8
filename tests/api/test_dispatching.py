"""Dispatch goes on beside the requests that ask for it."""

import threading

import pytest
from structlog.testing import capture_logs

from api.dispatching import DispatchSoon
from jobs.errors import StoreUnavailable
from tests.service import wait


class Dispatcher:
    """Counts its calls; each waits until it is let go, and then fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls = 0
        self.may_end = threading.Event()
        self._error = error

    def dispatch(self) -> None:
        self.calls += 1
        assert self.may_end.wait(20)
        if self._error:
            raise self._error


def test_who_asks_while_it_runs_is_served_by_one_more() -> None:
    dispatcher = Dispatcher()
    dispatch = DispatchSoon(dispatcher.dispatch)
    dispatch()
    wait(lambda: dispatcher.calls == 1, 20)
    for _ in range(50):
        dispatch()
    assert dispatcher.calls == 1
    dispatcher.may_end.set()
    wait(lambda: dispatcher.calls == 2, 20)
    dispatch()
    wait(lambda: dispatcher.calls == 3, 20)


@pytest.mark.parametrize(
    ("error", "event"),
    [(StoreUnavailable("Redis"), "not dispatched"), (KeyError(1), "defect in dispatch")],
)
def test_what_fails_is_told_and_may_be_asked_again(error: Exception, event: str) -> None:
    dispatcher = Dispatcher(error)
    dispatcher.may_end.set()
    dispatch = DispatchSoon(dispatcher.dispatch)
    with capture_logs() as lines:
        for count in (1, 2):
            dispatch()
            wait(lambda: len(lines) == count, 20)  # noqa: B023 (it is waited for here)
    assert [line["event"] for line in lines] == [event, event]
