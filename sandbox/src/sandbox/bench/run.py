"""The bench as a whole: what is measured how often, and what is printed."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version

import click
from redis import Redis

from sandbox.bench import latency, memory, throughput
from sandbox.bench.table import render
from sandbox.bench.usage import PROC
from sandbox.bench.world import IMAGE_BYTES, World, open_world
from sandbox.errors import SandboxError


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    images: int
    """In a batch."""
    rounds: int
    """Of all ways."""
    batches: int
    """One after another, to see memory grow."""
    requests: int
    """Of each kind, to the API."""


PLANS = {
    "full": Plan(images=5_000, rounds=3, batches=4, requests=50),
    "quick": Plan(images=2_000, rounds=1, batches=3, requests=20),
}


def run(plan: Plan) -> None:
    """Measure and print. Raises SandboxError when a part does not do what it should."""
    if not PROC.joinpath("self/stat").exists():
        raise SandboxError("The bench reads CPU time and memory in /proc: it takes Linux.")
    busy = os.getloadavg()[0]
    with open_world() as world:
        head = _head(world, plan, busy)
        rows = [
            *throughput.measure(world, plan.images, plan.rounds),
            *memory.measure(world, plan.images, plan.batches),
            *latency.measure(world, plan.requests),
        ]
    click.echo(f"{head}\n\n{render(rows)}")


def _head(world: World, plan: Plan, busy: float) -> str:
    """What the figures depend on."""
    with Redis.from_url(world.stack.redis.url) as redis:
        server = redis.info("server")
    name = server.get("server_name", "redis")
    libraries = ", ".join(f"{name} {version(name)}" for name in ("celery", "aiohttp", "requests"))
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {libraries}, "
        f"{name} {server.get(f'{name}_version', server['redis_version'])}; "
        f"load of the machine before: {busy:.1f}.\n"
        f"Batches of {plan.images:,} JPEGs of {IMAGE_BYTES:,} bytes. The image source and the "
        "stand-in Imgur are Python programs on the same cores.\n"
        f"Median of {plan.rounds} rounds (least to most); ratios are taken within a round."
    )
