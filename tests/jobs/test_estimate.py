"""When a job should be finished, as far as that can be known."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from jobs.estimate import estimate
from jobs.model import Destination, Pause, Window

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def destination(
    *windows: Window,
    waiting: int = 0,
    in_flight: int = 0,
    due: int = 0,
    jobs: int = 1,
    pause: Pause | None = None,
    pace: float | None = None,
) -> Destination:
    return Destination(windows, pause, in_flight, waiting, due, jobs, pace)


def window(
    length: timedelta, limit: int, remaining: int, resets_in: timedelta | None = None
) -> Window:
    resets = None if resets_in is None else NOW + resets_in
    return Window("user", length / timedelta(seconds=1), limit, remaining, resets)


def test_by_the_pace_where_the_windows_cover_everything() -> None:
    open_ = window(HOUR, 1000, 900, HOUR)
    assert estimate(200, destination(open_, waiting=200, pace=4), NOW) == NOW + timedelta(
        seconds=50
    )
    assert estimate(200, destination(waiting=200, pace=4), NOW) == NOW + timedelta(seconds=50)


def test_nobody_knows_without_a_pace_and_with_nothing_to_wait_for() -> None:
    assert estimate(200, destination(waiting=200), NOW) is None
    assert estimate(200, destination(window(HOUR, 1000, 900, HOUR), waiting=200), NOW) is None


@pytest.mark.parametrize(
    ("images", "hours"),
    [(30, 0.25), (50, 0.25), (51, 1.25), (100, 1.25), (101, 2.25), (5000, 99.25)],
)
def test_by_the_windows_that_have_to_end(images: int, hours: float) -> None:
    spent = window(HOUR, 50, 0, HOUR / 4)
    assert estimate(images, destination(spent, waiting=images), NOW) == NOW + hours * HOUR


def test_what_is_left_of_a_window_goes_before_its_end() -> None:
    half = window(HOUR, 50, 25, HOUR / 2)
    assert estimate(25, destination(half, waiting=25), NOW) is None
    assert estimate(75, destination(half, waiting=75), NOW) == NOW + HOUR / 2
    assert estimate(76, destination(half, waiting=76), NOW) == NOW + HOUR * 1.5


def test_an_end_that_nobody_told_is_a_window_away() -> None:
    assert estimate(10, destination(window(HOUR, 50, 0), waiting=10), NOW) == NOW + HOUR


def test_the_window_that_allows_the_least_decides() -> None:
    windows = window(HOUR, 50, 50, HOUR), window(DAY, 1250, 10, DAY / 2)
    assert estimate(100, destination(*windows, waiting=100), NOW) == NOW + DAY / 2


def test_a_window_that_allows_nothing_never_ends_it() -> None:
    assert estimate(1, destination(window(HOUR, 0, 0, HOUR), waiting=1, pace=1), NOW) is None


def test_not_before_a_pause_that_was_told_ends() -> None:
    pause = Pause("imgur-user-throttled", NOW + HOUR / 3)
    assert estimate(10, destination(waiting=10, pause=pause), NOW) == NOW + HOUR / 3
    assert estimate(10, destination(waiting=10, pause=pause, pace=1), NOW) == NOW + HOUR / 3


def test_nobody_knows_what_follows_a_pause_that_is_a_guess() -> None:
    pause = Pause("imgur-blocked", NOW + HOUR, is_told=False)
    assert estimate(10, destination(waiting=10, pause=pause, pace=1), NOW) is None


def test_jobs_share_so_a_small_one_does_not_wait_for_a_large_one() -> None:
    busy = destination(waiting=10_000, in_flight=50, due=3, jobs=2, pace=1)
    assert estimate(3, busy, NOW) == NOW + timedelta(seconds=6)
    assert estimate(9_000, busy, NOW) == NOW + timedelta(seconds=10_053)


def test_images_of_a_job_that_waits_no_more_count() -> None:
    """All of it is on its way: no job waits."""
    assert estimate(3, destination(in_flight=3, jobs=0, pace=1), NOW) == NOW + timedelta(seconds=3)


windows = st.builds(
    Window,
    st.sampled_from(["user", "client"]),
    st.floats(1, 86_400),
    st.integers(0, 1250),
    st.integers(0, 1250),
    st.none() | st.integers(-100_000, 100_000).map(lambda s: NOW + timedelta(seconds=s)),
)
pauses = st.builds(
    Pause,
    st.just("imgur-blocked"),
    st.integers(-100_000, 100_000).map(lambda s: NOW + timedelta(seconds=s)),
    st.booleans(),
)
counts = st.integers(0, 20_000)
destinations = st.builds(
    Destination,
    windows=st.lists(windows, max_size=3),
    pause=st.none() | pauses,
    in_flight=counts,
    waiting=counts,
    due=counts,
    jobs=counts,
    pace=st.none() | st.floats(0.01, 1000),
)


@given(counts, destinations)
def test_never_before_now(pending: int, destination: Destination) -> None:
    moment = estimate(pending, destination, NOW)
    assert moment is None or moment >= NOW


@given(counts, counts, destinations)
def test_never_earlier_for_more(one: int, other: int, destination: Destination) -> None:
    fewer = estimate(min(one, other), destination, NOW)
    more = estimate(max(one, other), destination, NOW)
    assert fewer is None or (more is not None and more >= fewer)
