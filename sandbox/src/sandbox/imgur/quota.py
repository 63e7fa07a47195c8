"""Imgur's limits: which there are, what a call costs, what the headers say of them.

Figures and headers are those of Imgur's API documentation ("Rate Limits") and of its recorded
answers. A window is opened by the first call and lasts its full length: the recorded UserReset is
the Date of that call plus 3,600 s. A refused call costs nothing. Where the clock runs
fast, windows are shorter by that factor, and every time told to a client is the real time it has
to wait.
"""

import math
import re
import time
from collections import deque
from dataclasses import dataclass

HOUR, DAY = 3600, 86_400
CALL_COST, UPLOAD_COST = 1, 10
UNLIMITED = 1_000_000_000
"""The limit where none was asked for: clients read a number in the headers all the same."""


@dataclass(slots=True)
class Window:
    """One limit over one span of time for one caller; `used` and `limit` in credits or POSTs."""

    name: str
    limit: int
    started: float
    ends: float
    used: int = 0
    refusals: int = 0
    latest: float | None = None
    """When it last covered a call."""

    @property
    def remaining(self) -> int:
        """What the limit still covers."""
        return self.limit - self.used

    def cover(self, price: int) -> None:
        """Let a call in."""
        self.used += price
        self.latest = time.time()

    def to_go(self) -> int:
        """Seconds until it ends, rounded up."""
        return max(math.ceil(self.ends - time.time()), 0)


class Limit:
    """One of Imgur's limits. `length`: of its windows, in seconds; `limit` 0: none.

    An owner's first window is `age` seconds old when the first call comes, and `used` so far.
    """

    def __init__(
        self, name: str, limit: int, length: float, *, age: float = 0, used: int = 0
    ) -> None:
        self._name = name
        self._limit = limit or UNLIMITED
        self._length = length
        self._age = age
        self._used = min(used, self._limit)
        self._open: dict[str, Window] = {}
        self._ended: deque[Window] = deque(maxlen=1000)

    def window(self, owner: str) -> Window:
        """The window that is open for this owner; opens one where none is."""
        now = time.time()
        window = self._open.get(owner)
        if window is None:
            return self._begin(owner, now - self._age, self._used)
        if now >= window.ends:
            self._ended.append(window)
            return self._begin(owner, now)
        return window

    def history(self) -> list[Window]:
        """The windows that ended (the last 1,000 of them) and the open ones."""
        return [*self._ended, *self._open.values()]

    def _begin(self, owner: str, started: float, used: int = 0) -> Window:
        window = Window(self._name, self._limit, started, started + self._length, used)
        self._open[owner] = window
        return window


@dataclass(frozen=True, slots=True)
class Account:
    """How one call stands with its windows. `refused_by` is the one that did not cover it."""

    user: Window
    client: Window
    posts: Window | None
    refused_by: Window | None


@dataclass(frozen=True, slots=True)
class Quota:
    """All limits, on a clock that runs `speed` times faster than the real one.

    `reset_style`: `epoch` (recorded in 2017) or `seconds` (in 2025), for UserReset and ClientReset.
    """

    user: Limit
    client: Limit
    posts: Limit
    speed: float
    reset_style: str

    def charge(self, client_id: str, address: str, cost: int, *, post: bool) -> Account:
        """Charge a call to its windows; a call that one of them does not cover costs nothing."""
        # The day before the hour: an hour never begins before the day that the same call begins.
        client, user = self.client.window(client_id), self.user.window(f"{address} {client_id}")
        posts = self.posts.window(address) if post else None
        prices = [(user, cost), (client, cost), *([(posts, 1)] if posts else [])]
        for window, price in prices:
            if window.remaining < price:
                window.refusals += 1
                return Account(user, client, posts, window)
        for window, price in prices:
            window.cover(price)
        return Account(user, client, posts, None)

    def headers(self, account: Account) -> dict[str, str]:
        """The limit headers of an answer. ClientReset comes with refusals only, as recorded."""
        headers = {
            "X-RateLimit-UserLimit": str(account.user.limit),
            "X-RateLimit-UserRemaining": str(account.user.remaining),
            "X-RateLimit-UserReset": self._reset(account.user),
            "X-RateLimit-ClientLimit": str(account.client.limit),
            "X-RateLimit-ClientRemaining": str(account.client.remaining),
        }
        if account.refused_by:
            headers["X-RateLimit-ClientReset"] = self._reset(account.client)
        return headers | self.post_headers(account)

    def post_headers(self, account: Account) -> dict[str, str]:
        """Those of POSTs, which errors have too. The reset is always in seconds to go."""
        if account.posts is None:
            return {}
        return {
            "X-Post-Rate-Limit-Limit": str(account.posts.limit),
            "X-Post-Rate-Limit-Remaining": str(account.posts.remaining),
            "X-Post-Rate-Limit-Reset": str(account.posts.to_go()),
        }

    def credits(self, account: Account) -> dict[str, int]:
        """The data of GET /3/credits."""
        return {
            "UserLimit": account.user.limit,
            "UserRemaining": account.user.remaining,
            "UserReset": math.ceil(account.user.ends),
            "ClientLimit": account.client.limit,
            "ClientRemaining": account.client.remaining,
        }

    def wait(self, seconds: float) -> str:
        """How Imgur says to wait: in minutes; in seconds where a fast clock has no minutes."""
        if self.speed == 1:
            return f"{math.ceil(seconds / 60)} more minutes"
        return f"{math.ceil(seconds)} more seconds"

    def hasten_text(self, recorded: str) -> str:
        """A recorded text with the minutes it says to wait passing at the speed of this clock."""
        return re.sub(
            r"(\d+) more minutes",
            lambda found: self.wait(int(found[1]) * 60 / self.speed),
            recorded,
        )

    def hasten_reset(self, seconds: str) -> str:
        """The same for a recorded header that counts seconds."""
        return str(math.ceil(int(seconds) / self.speed))

    def _reset(self, window: Window) -> str:
        return str(window.to_go() if self.reset_style == "seconds" else math.ceil(window.ends))
