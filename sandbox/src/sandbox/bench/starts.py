"""How long the parts take until they are ready."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from sandbox import parts
from sandbox.bench.speed import AT_ONCE
from sandbox.bench.table import Row, below
from sandbox.bench.world import World
from sandbox.process import Process


def measure(world: World, times: int) -> list[Row]:
    """Start each so often."""
    click.echo("starts", err=True)
    how = f"{times} starts, nothing else running"
    return [
        below(goal, "s", what, how, [_seconds(start, world) for _ in range(times)])
        for goal, what, start in (
            (1.5, "worker ready", _worker),
            (1, "API ready", _api),
            (5, "`imgferry up`, until the first image is at Imgur", _up),
        )
    ]


def _seconds(start: Callable[[World], float], world: World) -> float:
    began = time.time()
    return start(world) - began


def _worker(world: World) -> float:
    with world.workers(1, AT_ONCE):
        return time.time()


def _api(world: World) -> float:
    began = time.time()
    world.stack.api.stop()
    stopped = time.time() - began
    world.stack.api.start()
    world.stack.api.wait_until(world.stack.api.answers)
    return time.time() - stopped


def _up(_: World) -> float:
    with TemporaryDirectory(prefix="imgferry-up-") as directory:
        settings = parts.exactly(PORT="0", FLOWER_PORT="0", REDIS_URL="", IMGUR_CLIENT_ID="")
        program = [sys.executable, "-m", "imgferry", "up"]
        up = Process(
            "up",
            ["sh", "-c", 'cd "$0" && exec "$@"', directory, *program],
            Path(directory) / "logs",
            settings,
        )
        kept = Path(directory) / ".imgferry" / "sandbox" / "imgur" / "journal.jsonl"
        try:
            up.start()
            up.wait_until(lambda: kept.exists() and kept.stat().st_size > 0, timeout=60)
            return time.time()
        finally:
            up.stop(timeout=30)
