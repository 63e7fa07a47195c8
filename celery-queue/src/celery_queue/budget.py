"""Imgur's limits as the store counts them: in uploads."""

from collections.abc import Sequence

from imgur import UPLOAD_CREDITS, Limits, Window
from jobs.model import Told

#: What Imgur documents (apidocs.imgur.com, "Rate Limits"): true until an answer says otherwise.
DOCUMENTED = (
    Told("user", limit=50, remaining=50, resets_in=None),
    Told("client", limit=1250, remaining=1250, resets_in=None),
    Told("posts", limit=1250, remaining=1250, resets_in=None),
)


def told_by(limits: Limits) -> list[Told]:
    """What these limits mean in uploads; what was not told, or half, is left out."""
    windows = (
        ("user", limits.user, UPLOAD_CREDITS),
        ("client", limits.client, UPLOAD_CREDITS),
        ("posts", limits.posts, 1),
    )
    return [told for name, window, cost in windows if window if (told := _told(name, window, cost))]


def _told(name: str, window: Window, cost: int) -> Told | None:
    if window.limit is None or window.remaining is None:
        return None
    return Told(name, window.limit // cost, window.remaining // cost, window.resets_in)


def merged(told: Sequence[Told]) -> list[Told]:
    """One for each window of those that came together: the latest end, and of it the least left."""
    least: dict[str, Told] = {}
    for one in told:
        other = least.get(one.name)
        if other is None or _is_truer(one, other):
            least[one.name] = one
    return list(least.values())


def _is_truer(one: Told, other: Told) -> bool:
    gap = (one.resets_in or 0) - (other.resets_in or 0)
    if abs(gap) > 1.5:  # not the same window
        return gap > 0
    return one.remaining < other.remaining
