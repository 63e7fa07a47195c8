"""The command line and the environment of every part of the service. Starts nothing."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.ports import LOOPBACK
from sandbox.process import Process
from sandbox.server import Server

Environment = dict[str, str]

_PYTHON = [sys.executable, "-m"]


def exactly(**settings: str) -> Environment:
    """These settings whatever our own environment says, where `NAME_FILE` would win over `NAME`."""
    return settings | {f"{name}_FILE": "" for name in settings}


def outside(imgur: Server, fetch_allow: str) -> Environment:
    """A worker's settings that put the stand-in in Imgur's place."""
    return exactly(
        IMGUR_API_URL=imgur.url,
        IMGUR_CLIENT_ID="sandbox",
        FETCH_ALLOW=fetch_allow,
        # One source plays all the hosts of the world.
        FETCH_CONNECTIONS_PER_HOST=os.environ.get("FETCH_CONNECTIONS_PER_HOST", "5000"),
    )


def imgur(port: int, images: Path, options: Sequence[str], logs: Path) -> Server:
    """The stand-in Imgur, which keeps its images in a folder."""
    command = _stand_in("imgur", port, f"--data={images}", *options)
    return Server("imgur", command, logs, port=port, ready_path="/_stand-in/stats")


def source(port: int, logs: Path) -> Server:
    """The image source."""
    command = _stand_in("source", port)
    return Server("source", command, logs, port=port, ready_path="/_source/stats")


def api(port: int, environment: Environment, logs: Path) -> Server:
    """The API, which counts no requests unless it is told to: a test asks often."""
    limits = ("LIMIT_REQUESTS_PER_MINUTE", "LIMIT_URLS_PER_HOUR")
    unlimited = {name: "0" for name in limits if name not in os.environ}
    environment = unlimited | environment | exactly(PORT=str(port))
    # One process is enough for one machine, and starts sooner.
    one = ["--workers=1", "-c", "python:api.gunicorn_conf"]
    command = [*_PYTHON, "gunicorn", *one, "api.wsgi:app"]
    return Server("api", command, logs, environment, port=port, ready_path="/healthz")


def worker(number: int, environment: Environment, logs: Path) -> Process:
    """One of the workers; the number makes its name in Celery its own."""
    name = f"worker{number}"
    command = [*_PYTHON, "celery_queue", f"--hostname={name}@%h"]
    return Process(name, command, logs, environment)


def flower(port: int, environment: Environment, logs: Path) -> Server:
    """Flower. It has no password of its own, so it shows and does nothing."""
    options = [f"--address={LOOPBACK}", f"--port={port}", "--read-only"]
    command = [*_PYTHON, "celery", "-A", "celery_queue", "flower", *options]
    return Server("flower", command, logs, environment, port=port, ready_path="/healthcheck")


def _stand_in(name: str, port: int, *options: str) -> list[str]:
    return [*_PYTHON, "sandbox", name, f"--host={LOOPBACK}", f"--port={port}", *options]
