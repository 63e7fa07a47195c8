"""What a worker has to do, and may say of an image. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from jobs.model.job import Failure, ImageOptions


@dataclass(frozen=True, slots=True)
class Message:
    """Images of one job that may run now: the content of one Celery message."""

    job_id: str
    indexes: Sequence[int]


@dataclass(frozen=True, slots=True)
class Held:
    """An image that a worker has begun and not yet recorded; no other beginning has its token."""

    job_id: str
    index: int
    token: str


@dataclass(frozen=True, slots=True)
class Begun:
    """An image that is now this worker's, its URL, and which attempt this is, from 1."""

    image: Held
    url: str
    attempt: int
    options: ImageOptions = field(default_factory=ImageOptions)


@dataclass(frozen=True, slots=True)
class Visit:
    """A connection to a source host, by its token: it enters, stays (`renew`), or leaves.

    Or all that are to come `avoid` the host, for so many seconds; then there is no token.
    """

    what: Literal["enter", "renew", "leave", "avoid"]
    host: str
    token: str = ""
    seconds: float = 0


class Claim(StrEnum):
    """What the store says to a worker that is about to upload an image."""

    GRANTED = "granted"
    """Go: nobody else uploads this image, or these bytes."""
    TAKEN = "taken"
    """Another image of the same bytes is being uploaded: ask again soon."""
    KNOWN = "known"
    """The bytes are at the destination already."""
    REFUSED = "refused"
    """The image is another's by now, or the destination pauses."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Outcome: the image is at the destination. `deletehash` can delete it there: a secret.

    `content` names its bytes at this destination, None where equal bytes are not looked for.
    """

    link: str
    id: str
    deletehash: str = field(repr=False)
    type: str
    width: int
    height: int
    bytes: int
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Outcome: the image's bytes were at the destination already."""

    content: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Outcome: the image is given up. It may have `arrived` all the same."""

    failure: Failure
    arrived: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """Outcome: the attempt failed; the image is due again `after` seconds from now.

    It may have `arrived` all the same: the destination's answer never came.
    """

    failure: Failure
    after: float
    arrived: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """Outcome: nobody's failure (a pause, a shutdown); pending again, no attempt lost.

    It is not begun again before `after` seconds from now.
    """

    after: float = 0


Result = Uploaded | Known | Failed | Retry | Released


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a worker has to record of an image that it holds."""

    image: Held
    result: Result


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that lives: its name in Celery and how many images it holds at once."""

    name: str
    images_at_once: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a worker hears: images it holds no longer, and for how many seconds nothing may go."""

    lost: set[Held]
    paused_for: float
