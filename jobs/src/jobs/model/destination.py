"""What the destination, Imgur, allows. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """The whole destination waits, because of `reason` (a code), until `until`."""

    reason: str
    until: datetime
    is_told: bool = True
    """Whether the destination said so; else it is asked again then."""


@dataclass(frozen=True, slots=True)
class Told:
    """What answers of the destination told of one window, in uploads.

    `length` is the window's, and `resets_in` the time to its end, in seconds. `untold` counts the
    uploads whose answer said nothing of it; nothing else is known where `limit` is None.
    """

    name: str
    length: float
    limit: int | None = None
    remaining: int | None = None
    resets_in: float | None = None
    untold: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """One limit of the destination as it is known now, in uploads; `length` in seconds."""

    name: str
    length: float
    limit: int
    remaining: int
    resets: datetime | None


@dataclass(frozen=True, slots=True)
class Destination:
    """What the destination allows, and how many images are on their way, wait, or are due again.

    `jobs` have images that wait; `pace` is images a second lately, None when nothing is known.
    """

    windows: Sequence[Window]
    pause: Pause | None
    in_flight: int
    waiting: int
    due: int
    jobs: int
    pace: float | None

    @property
    def holdup(self) -> Pause | None:
        """What images wait for at the moment: the pause, or a window that is spent."""
        if self.pause:
            return self.pause
        spent = [(w.resets, w.name) for w in self.windows if w.resets and w.remaining < 1]
        if not spent:
            return None
        resets, name = max(spent)
        return Pause(f"imgur-{name}-limit", resets)
