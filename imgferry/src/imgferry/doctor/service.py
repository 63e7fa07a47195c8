"""The service, through its API: does it answer, is it ready, are we let in, what does Imgur say."""

import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any

from imgferry.connection import Connection
from imgferry.doctor.check import Check
from imgferry.errors import Refused
from imgferry.pauses import meaning, remedy
from imgferry.progress import moment

CLOCK_TOLERANCE = 5
"""Seconds: the service tells its time in whole ones, and an answer takes a while."""

WINDOWS = {
    "user": "uploads left this hour, from the workers' address",
    "client": "uploads left this day, for the application",
    "posts": "requests left this hour, from the workers' address",
}
"""What the limits of Imgur are, by the names that the service has for them."""


def check_service(connection: Connection) -> Iterator[Check]:
    """Look at it from outside. Raises ImgferryError where nothing answers, or something else."""
    connection.call("GET", "/healthz")
    yield Check("service", f"answers at {connection.url}")
    ready = connection.glance("/readyz")  # 503 says most
    yield _clock(parsedate_to_datetime(ready.headers["Date"]), datetime.now(UTC))
    yield from _readiness(ready.json())
    if not ready.json().get("redis"):
        return  # what is asked now would be waited for, and refused
    yield compare_versions(version("imgferry"), connection.call("GET", "/openapi.json"))
    try:
        destination = connection.call("GET", "/v1/destination")
    except Refused as error:
        yield Check("key", error.problem["detail"], _KEY if error.status == 401 else "Try later.")
        return
    yield Check("key", "we are let in")
    yield from _budget(destination, datetime.now(UTC))


_KEY = "Set IMGFERRY_API_KEY to a key whose digest is in the service's API_KEYS: imgferry key NAME."


def compare_versions(ours: str, document: dict[str, Any]) -> Check:
    """Compare our version with that of the service, which its OpenAPI document tells."""
    theirs = document["info"]["version"]
    found = f"imgferry {ours}, service {theirs}, Python {platform.python_version()}"
    return Check("versions", found, None if ours == theirs else "Install that of the service here.")


def _clock(theirs: datetime, ours: datetime) -> Check:
    ahead = (ours - theirs).total_seconds()
    if abs(ahead) <= CLOCK_TOLERANCE:
        return Check("clock", "is that of the service")
    which = "ahead of" if ahead > 0 else "behind"
    return Check(
        "clock",
        f"this machine is {abs(ahead):.0f} s {which} the service",
        "Let both keep the time by NTP: timedatectl set-ntp true.",
    )


def _readiness(state: dict[str, Any]) -> Iterator[Check]:
    if not state.get("redis"):
        yield Check("Redis", "the API does not reach it", "Start it, or mend the API's REDIS_URL.")
        return
    yield Check("Redis", "answers the API")
    if workers := state.get("workers"):
        yield Check("workers", f"{workers} alive")
    else:
        yield Check(
            "workers",
            "none is alive: jobs are taken, and wait",
            "Start one: celery -A celery_queue worker. Its log says why one has ended.",
        )


def _budget(destination: dict[str, Any], now: datetime) -> Iterator[Check]:
    pause = destination["pause"]
    if pause:
        until = moment(datetime.fromisoformat(pause["until"]), now)
        found = f"{meaning(pause['reason'])}; until {until}"
        yield Check("Imgur", found, remedy(pause["reason"]))
    elif any(window["remaining"] == 0 for window in destination["windows"]):
        yield Check("Imgur", "a limit of it is used up; what waits goes on by itself")
    else:
        yield Check("Imgur", "takes images, as far as is known")
    for window in destination["windows"]:
        if window["limit"] is not None:
            yield Check("budget", _left(window, now))
    yield Check("queue", f"{destination['inFlight']} under way, {destination['waiting']} waiting")


def _left(window: dict[str, Any], now: datetime) -> str:
    what = WINDOWS.get(window["name"], window["name"])
    again = window["resetsAt"]
    until = f", until {moment(datetime.fromisoformat(again), now)}" if again else ""
    return f"{window['remaining']:,} of {window['limit']:,} {what}{until}"
