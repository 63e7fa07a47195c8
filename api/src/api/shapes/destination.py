"""What the destination, Imgur, allows."""

from typing_extensions import TypedDict

from jobs.shapes import Count, Time


class Pause(TypedDict):
    """Why the whole destination waits, and until when."""

    reason: str
    """A code, for programs."""
    until: Time


class Window(TypedDict):
    """One of Imgur's limits."""

    name: str
    limit: Count
    """Uploads that a window takes."""
    remaining: Count
    """Uploads that are left in this one."""
    resetsAt: Time | None


class Destination(TypedDict):
    """What Imgur still allows, in uploads, and how many images wait for it."""

    windows: list[Window]
    pause: Pause | None
    inFlight: Count
    """Images on their way to Imgur."""
    waiting: Count
    """Images that no worker has."""
    due: Count
    """Images that wait for another attempt."""
    imagesPerSecond: float | None
    """The pace of the last minutes; null when nothing is known."""
