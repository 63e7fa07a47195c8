"""What the destination still allows: as its answers told, in uploads."""

from datetime import UTC, datetime, timedelta

from redis import Redis

from jobs.model import Failed, Retry, Told, Window
from jobs.store import JobStore
from tests.jobs.store.conftest import BUSY, DAY, GONE, HOUR, begin_all, record, urls


def the_window(store: JobStore) -> Window:
    (window,) = store.destination().windows
    return window


def ends_in(store: JobStore) -> float | None:
    """Seconds to the end of the only window."""
    resets = the_window(store).resets
    return None if resets is None else (resets - datetime.now(UTC)) / timedelta(seconds=1)


def test_no_more_is_under_way_than_is_left(store: JobStore) -> None:
    store.add(urls(100))
    store.record([], [Told("user", HOUR, 50, 30, 3600), Told("posts", HOUR, 1250, 1200, 1000)])
    assert len(begin_all(store)) == 30
    assert begin_all(store) == []


def test_what_fails_before_its_upload_gives_its_place_back(store: JobStore) -> None:
    store.add(urls(100))
    store.record([], [Told("user", HOUR, 50, 2, 3600)])
    begun = begin_all(store)
    assert len(begun) == 2
    record(store, begun, Failed(GONE))
    assert len(begin_all(store)) == 2


def test_within_a_window_the_least_that_was_told_is_true(store: JobStore) -> None:
    for remaining in (40, 38, 39):
        store.record([], [Told("user", HOUR, 50, remaining, 1000)])
    window = the_window(store)
    assert (window.name, window.length, window.limit, window.remaining) == ("user", HOUR, 50, 38)


def test_an_answer_that_comes_late_tells_nothing_of_the_new_window(store: JobStore) -> None:
    store.record([], [Told("user", HOUR, 50, 49, 3500)])
    store.record([], [Told("user", HOUR, 50, 0, 0.5)])  # its worker had slept
    (window,) = store.destination().windows
    assert window.remaining == 49


def test_a_window_that_ended_is_full_again(store: JobStore, redis: Redis) -> None:
    store.add(urls(100))
    store.record([], [Told("user", HOUR, 50, 0, 3600)])
    assert begin_all(store) == []
    redis.hset("imgferry:budget", "user:resets", 1)
    assert len(begin_all(store)) == 50
    assert the_window(store).resets is None
    store.record([], [Told("user", HOUR, 50, 49, 3600)])
    window = the_window(store)
    assert window.remaining == 49
    assert window.resets is not None


def test_a_spent_window_without_an_end_is_asked_with_one_image(store: JobStore) -> None:
    store.add(urls(100))
    store.record([], [Told("client", DAY, 1250, 0, None)])
    assert len(begin_all(store)) == 1
    store.record([], [Told("client", DAY, 1250, 0, 50_000)])
    assert begin_all(store) == []


def test_a_window_that_never_says_when_it_ends_refills(store: JobStore) -> None:
    for remaining, known in ((10, 10), (12, 10), (1240, 1240)):
        store.record([], [Told("client", DAY, 1250, remaining, None)])
        assert the_window(store).remaining == known


class TestUntold:
    """Uploads whose answer said nothing of a window."""

    def test_they_are_counted(self, store: JobStore) -> None:
        store.record([], [Told("user", HOUR, 50, 50)])
        for untold in (1, 9):
            store.record([], [Told("user", HOUR, untold=untold)])
        assert the_window(store).remaining == 40
        store.add(urls(100))
        assert len(begin_all(store)) == 40

    def test_never_below_none(self, store: JobStore) -> None:
        store.record([], [Told("user", HOUR, 50, 3)])
        store.record([], [Told("user", HOUR, untold=9)])
        assert the_window(store).remaining == 0

    def test_nothing_is_known_of_a_window_nobody_told_of(self, store: JobStore) -> None:
        store.record([], [Told("user", HOUR, untold=9)])
        assert store.destination().windows == []

    def test_they_end_with_their_window(self, store: JobStore, redis: Redis) -> None:
        store.record([], [Told("user", HOUR, 50, 50)])
        store.record([], [Told("user", HOUR, untold=50)])
        left = ends_in(store)
        assert left is not None
        assert HOUR - 10 < left <= HOUR
        store.record([], [Told("user", HOUR, untold=1)])
        later = ends_in(store)
        assert later is not None
        assert later <= left  # a window after the first of them, not after the last
        redis.hset("imgferry:budget", "user:resets", 1)
        assert the_window(store).remaining == 50

    def test_what_is_told_of_the_end_is_truer_than_a_guess(self, store: JobStore) -> None:
        store.record([], [Told("user", HOUR, 50, 50)])
        store.record([], [Told("user", HOUR, untold=1)])
        store.record([], [Told("user", HOUR, 50, 0, 600)])
        left = ends_in(store)
        assert left is not None
        assert 590 < left <= 601

    def test_what_is_documented_refills_no_window_that_they_are_known_of(
        self, store: JobStore
    ) -> None:
        """A worker that starts anew tells the same again."""
        documented = Told("user", HOUR, 50, 50)
        store.record([], [documented])
        store.record([], [Told("user", HOUR, untold=47)])
        store.record([], [documented])
        assert the_window(store).remaining == 3

    def test_told_and_untold_at_once(self, store: JobStore) -> None:
        store.record([], [Told("user", HOUR, 50, 50)])
        store.record([], [Told("user", HOUR, 50, 45, 600, untold=10)])
        window = the_window(store)
        assert window.remaining == 40
        left = ends_in(store)
        assert left is not None
        assert 590 < left <= 601


def test_the_destination_says_how_it_stands(store: JobStore) -> None:
    store.add(urls(3))
    store.add(urls(4))
    assert store.destination().jobs == 2
    retry, *_ = begin_all(store)
    record(store, [retry], Retry(BUSY, 60))
    store.add(urls(300))
    destination = store.destination()
    assert (destination.in_flight, destination.due, destination.waiting) == (6, 1, 300)
    assert destination.jobs == 1
    assert destination.windows == []
    assert destination.pause is None
    assert destination.holdup is None


def test_what_is_spent_holds_images_up_until_it_ends(store: JobStore) -> None:
    spent, open_ = Told("user", HOUR, 50, 0, 3600), Told("posts", HOUR, 1250, 3, 60)
    store.record([], [spent, open_, Told("client", DAY, 1250, 0, None)])
    holdup = store.destination().holdup
    assert holdup is not None
    assert holdup.reason == "imgur-user-limit"
    assert timedelta(seconds=3590) < holdup.until - datetime.now(UTC) <= timedelta(seconds=3601)
    store.pause(BUSY, 60, 60)
    holdup = store.destination().holdup
    assert holdup is not None
    assert holdup.reason == BUSY.code
