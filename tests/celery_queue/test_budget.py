"""Imgur's limits in uploads."""

from celery_queue.budget import merged, told_by
from imgur import Limits, Window
from jobs.model import Told


def test_credits_are_counted_in_uploads_and_posts_as_they_are() -> None:
    limits = Limits(
        user=Window(500, 499, 3600.0),
        client=Window(12_500, 12_490, None),
        posts=Window(1250, 1216, 1327.0),
    )
    assert told_by(limits) == [
        Told("user", 50, 49, 3600.0),
        Told("client", 1250, 1249, None),
        Told("posts", 1250, 1216, 1327.0),
    ]


def test_what_was_not_told_is_left_out() -> None:
    assert told_by(Limits(user=Window(None, 3, None), client=None, posts=None)) == []


def test_of_answers_that_come_together_the_least_of_the_latest_window_counts() -> None:
    old, late, least = (Told("user", 50, 0, 2.0), Told("user", 50, 48, 3600.0),
                        Told("user", 50, 47, 3599.5))  # fmt: skip
    other = Told("posts", 1250, 1000, None)
    for order in ([old, late, least, other], [least, late, other, old], [late, old, other, least]):
        assert sorted(merged(order), key=str) == sorted([least, other], key=str)
