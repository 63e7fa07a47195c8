"""What Imgur still allows, as its headers and `GET /3/credits` tell it. No counting of our own."""

from collections.abc import Mapping
from dataclasses import dataclass

UPLOAD_CREDITS = 10
"""What an upload costs; any other call costs 1 (apidocs.imgur.com, "Rate Limits")."""

DAY = 86_400.0
"""Seconds of the longest window; a longer wait comes from a wrong clock or is no wait at all."""

_EPOCH = 1e9
"""A reset above this is a time of day, below it a duration. Recordings have both."""


@dataclass(frozen=True, slots=True)
class Window:
    """One limit: how much it allows, how much is left, in how many seconds it is full again."""

    limit: int | None
    remaining: int | None
    resets_in: float | None

    def allows(self, cost: int) -> bool:
        """Whether `cost` more may be spent, as far as is known."""
        return self.remaining is None or self.remaining >= cost


@dataclass(frozen=True, slots=True)
class Limits:
    """The windows an answer told of; None for one that it did not.

    `user` is credits an hour of our address or account, `client` credits a day of the client id,
    `posts` POSTs an hour of our address.
    """

    user: Window | None
    client: Window | None
    posts: Window | None


def read_limits(headers: Mapping[str, str], now: float) -> Limits:
    """Read the limit headers of any answer; what makes no sense is left out. `now` is the epoch."""
    numbers = {name.lower(): value for name, value in headers.items()}
    return Limits(
        user=_window(numbers, "x-ratelimit-user", now),
        client=_window(numbers, "x-ratelimit-client", now),
        posts=_window(numbers, "x-post-rate-limit-", now),
    )


def limits_of_credits(credit: Mapping[str, object], now: float) -> Limits:
    """Read the `data` of `GET /3/credits`, which does not tell of `posts`."""
    numbers = {name.lower(): value for name, value in credit.items()}
    return Limits(
        user=_window(numbers, "user", now),
        client=_window(numbers, "client", now),
        posts=None,
    )


def _window(numbers: Mapping[str, object], prefix: str, now: float) -> Window | None:
    limit = _number(numbers.get(prefix + "limit"))
    remaining = _number(numbers.get(prefix + "remaining"))
    reset = _number(numbers.get(prefix + "reset"))
    # A limit of 0 would mean that nothing is ever allowed: it says that there is none.
    if limit == 0 or (limit is None and remaining is None):
        return None
    return Window(
        limit=None if limit is None else int(limit),
        remaining=None if remaining is None else int(remaining),
        resets_in=None if reset is None else _seconds_to(reset, now),
    )


def _seconds_to(reset: float, now: float) -> float | None:
    """Seconds until `reset`. One that is over tells nothing: to obey it would be not to wait."""
    seconds = reset - now if reset > _EPOCH else reset
    return min(seconds, DAY) if seconds > 0 else None


def _number(value: object) -> float | None:
    """Read a header's or a JSON value's number, where it is one that a limit can have."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 1e12 else None
