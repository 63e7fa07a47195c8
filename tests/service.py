"""What tests of the whole service ask of its outside world, and how they wait."""

import time
from collections.abc import Callable

import requests

from imgferry import Client, Job
from sandbox.stack import Stack


def uploads(stack: Stack) -> int:
    """How many images the stand-in was sent."""
    return int(requests.get(f"{stack.imgur.url}/_stand-in/stats").json()["uploads"])


def fetches(stack: Stack) -> int:
    """How often the source was asked for a photo."""
    paths = requests.get(f"{stack.source.url}/_source/stats").json()["paths"]
    return sum(times for path, times in paths.items() if path.startswith("/photo/"))


def wait(condition: Callable[[], object], timeout: float = 120) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def until(client: Client, job_id: str, holds: Callable[[Job], object], timeout: float = 60) -> Job:
    """The job as soon as this holds of it."""
    deadline = time.monotonic() + timeout
    while not holds(job := client.job(job_id)):
        assert time.monotonic() < deadline, job
        time.sleep(0.1)
    return job
