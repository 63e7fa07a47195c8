"""What clients may still ask of the service. No I/O."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quota:
    """How much one client may ask for in a window of `length` seconds; `name` says of what."""

    name: str
    client: str
    limit: int
    length: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left of a quota, and in how many seconds all of it is there again."""

    quota: Quota
    remaining: int
    resets_in: float
    is_exceeded: bool = False
    """Whether less was left than was asked for; then nothing was taken."""
