"""Faults on demand: which upload is answered with which error, or not answered at all.

An error on demand costs no credits and tells nothing of the limits but what was recorded with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sandbox.imgur.shapes import SHAPES

RESET, LOST_ANSWER, SLOW = "reset", "lost-answer", "slow"
"""Faults beside the recorded shapes: the connection is closed without an answer; it is closed
after the image was kept; the upload takes so many `seconds` more."""

NAMES = sorted([*SHAPES, RESET, LOST_ANSWER, SLOW])


@dataclass(slots=True)
class Fault:
    """One fault: it passes `after` uploads, then happens to `times` of them."""

    name: str
    times: int = 1
    after: int = 0
    seconds: float = 0

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Raises ValueError, which says what is taken."""
        if not isinstance(value, Mapping) or value.get("name") not in NAMES:
            raise ValueError(f"a fault takes a name, one of {', '.join(NAMES)}")
        for key, number in value.items():
            if key not in {"name", "times", "after", "seconds"}:
                raise ValueError("a fault takes name, times, after and seconds")
            if key != "name" and (isinstance(number, bool) or not isinstance(number, int | float)):
                raise ValueError("times, after and seconds are numbers")
        return cls(**value)


class Faults:
    """The faults that are set, and how often one happened."""

    def __init__(self) -> None:
        self.happened = 0
        self._faults: list[Fault] = []

    def set(self, faults: list[Fault]) -> None:
        """Replace all faults."""
        self._faults = faults

    def next(self) -> Fault | None:
        """The fault of the upload that has just come in: the first of those that are due."""
        due = None
        for fault in self._faults:
            if fault.after > 0:
                fault.after -= 1
            elif due is None and fault.times > 0:
                due = fault
        if due is not None:
            due.times -= 1
            self.happened += 1
        return due
