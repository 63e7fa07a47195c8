"""One thing that was looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was found, and what to do about it where it is not well."""

    name: str
    found: str
    remedy: str | None = None
    """None where all is well."""
