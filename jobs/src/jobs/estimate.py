"""When a job should be finished, as far as that can be known. No I/O."""

from datetime import datetime, timedelta
from math import ceil

from jobs.model import Destination, Window


def estimate(pending: int, destination: Destination, now: datetime) -> datetime | None:
    """When the last of a job's pending images should be done; None where nobody can know.

    Jobs share what the destination allows, so at most as many images of each other job go first as
    this one has. Then it is a matter of the windows, and of the pace where these cover everything.
    """
    images = destination.in_flight + destination.waiting + destination.due
    ahead = min(images, pending * max(destination.jobs, 1))
    moments = [now]
    if destination.pause:
        if not destination.pause.is_told:
            return None
        moments.append(destination.pause.until)
    for window in destination.windows:
        if window.limit < 1:
            return None
        moments.append(_covered(ahead, window, now))
    latest = max(moments)
    if destination.pace:
        return max(latest, now + timedelta(seconds=ahead / destination.pace))
    return latest if latest > now else None


def _covered(images: int, window: Window, now: datetime) -> datetime:
    """When the window will have allowed so many uploads."""
    missing = images - window.remaining
    if missing <= 0:
        return now
    length = timedelta(seconds=window.length)
    # An end that nobody told is a whole window away at most.
    return (window.resets or now + length) + (ceil(missing / window.limit) - 1) * length
