"""Imgur's limits in uploads."""

from celery_queue.budget import DAY, HOUR, merged, told_by
from imgur import Limits, Window
from jobs.model import Told


def test_credits_are_counted_in_uploads_and_posts_as_they_are() -> None:
    limits = Limits(
        user=Window(500, 499, 3600.0),
        client=Window(12_500, 12_490, None),
        posts=Window(1250, 1216, 1327.0),
    )
    assert told_by(limits) == [
        Told("user", HOUR, 50, 49, 3600.0),
        Told("client", DAY, 1250, 1249, None),
        Told("posts", HOUR, 1250, 1216, 1327.0),
    ]


def test_what_was_not_told_is_left_out() -> None:
    halves = Limits(user=Window(None, 3, None), client=None, posts=None)
    assert told_by(halves) == []
    untold = [
        Told(*window, untold=1) for window in (("user", HOUR), ("client", DAY), ("posts", HOUR))
    ]
    assert told_by(halves, uploads=1) == untold


def test_of_answers_that_come_together_the_least_of_the_latest_window_counts() -> None:
    old, late, least = (Told("user", HOUR, 50, 0, 2.0), Told("user", HOUR, 50, 48, 3600.0),
                        Told("user", HOUR, 50, 47, 3599.5))  # fmt: skip
    other = Told("posts", HOUR, 1250, 1000, None)
    for order in ([old, late, least, other], [least, late, other, old], [late, old, other, least]):
        assert sorted(merged(order), key=str) == sorted([least, other], key=str)


def test_uploads_of_which_nothing_was_told_are_counted() -> None:
    told, untold = Told("user", HOUR, 50, 40, 3600.0), Told("user", HOUR, untold=1)
    for order in ([told, untold, untold], [untold, told, untold], [untold, untold, told]):
        assert merged(order) == [Told("user", HOUR, 50, 40, 3600.0, untold=2)]
    assert merged([untold, untold]) == [Told("user", HOUR, untold=2)]
