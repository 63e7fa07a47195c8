"""Imgur's limits as the store counts them: in uploads."""

from collections.abc import Sequence
from dataclasses import replace

from imgur import UPLOAD_CREDITS, Limits
from jobs.model import Told

HOUR, DAY = 3600.0, 86_400.0

#: What Imgur documents (apidocs.imgur.com, "Rate Limits"): true until an answer says otherwise.
DOCUMENTED = (
    Told("user", HOUR, limit=50, remaining=50),
    Told("client", DAY, limit=1250, remaining=1250),
    Told("posts", HOUR, limit=1250, remaining=1250),
)


def told_by(limits: Limits, uploads: int = 0) -> list[Told]:
    """What these limits mean in uploads.

    A window that was not told, or half, has counted the answer's own `uploads` all the same.
    """
    windows = (
        ("user", HOUR, limits.user, UPLOAD_CREDITS),
        ("client", DAY, limits.client, UPLOAD_CREDITS),
        ("posts", HOUR, limits.posts, 1),
    )
    told = []
    for name, length, window, cost in windows:
        if window and window.limit is not None and window.remaining is not None:
            limit, remaining = window.limit // cost, window.remaining // cost
            told.append(Told(name, length, limit, remaining, window.resets_in))
        elif uploads:
            told.append(Told(name, length, untold=uploads))
    return told


def merged(told: Sequence[Told]) -> list[Told]:
    """One for each window of those that came together: the latest end, and of it the least left."""
    merged: dict[str, Told] = {}
    for one in told:
        other = merged.get(one.name)
        merged[one.name] = _both(one, other) if other else one
    return list(merged.values())


def _both(one: Told, other: Told) -> Told:
    truer = one if _is_truer(one, other) else other
    untold = one.untold + other.untold
    return replace(truer, untold=untold) if untold != truer.untold else truer


def _is_truer(one: Told, other: Told) -> bool:
    if one.remaining is None or other.remaining is None:
        return other.remaining is None
    gap = (one.resets_in or 0) - (other.resets_in or 0)
    if abs(gap) > 1.5:  # not the same window
        return gap > 0
    return one.remaining < other.remaining
