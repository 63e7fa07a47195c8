"""The bench as a whole: what is measured how often."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from redis import Redis

from sandbox.bench import goals, growth, latency, memory, pressure, speed, starts
from sandbox.bench.capacity import capacity
from sandbox.bench.comparison import Comparison, Field
from sandbox.bench.load import NEAR, SMALL
from sandbox.bench.picture import draw
from sandbox.bench.table import figures
from sandbox.bench.usage import PROC
from sandbox.bench.world import World, open_world
from sandbox.errors import SandboxError


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int
    """Of all ways."""
    seconds: float
    """That a batch should take."""
    requests: int
    """Of each kind to the API, one after another."""
    pressure: float
    """Seconds of as many requests as it can take, in all rounds."""
    watchers: int
    growth: Sequence[int]
    """Images of a job."""
    jobs: Sequence[int]
    """So many, of one image each."""
    starts: int
    fields: Sequence[Field]


BEGIN, END = "<!-- bench: figures -->\n", "\n<!-- bench: end -->\n"
PICTURE = "![Uploads per second of each way](performance.svg)"

PLANS = {
    "full": Plan(
        rounds=5, seconds=0.5, requests=50, pressure=3, watchers=1_000,
        growth=(100, 1_000, 10_000, 100_000), jobs=(1_000, 10_000), starts=5, fields=speed.ALL,
    ),
    "quick": Plan(
        rounds=1, seconds=0.5, requests=10, pressure=0.5, watchers=1_000,
        growth=(100, 1_000, 5_000), jobs=(100, 500), starts=1, fields=speed.FEWER,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, as it is shown."""

    text: str
    """Markdown."""
    picture: str
    """SVG."""

    def write(self, directory: Path) -> None:
        """Put the text between the marks of performance.md, and the picture beside it."""
        page = directory / "performance.md"
        before, begin, rest = page.read_text().partition(BEGIN)
        _, end, after = rest.partition(END)
        if not end:
            raise SandboxError(f"{page} has no room for figures: {BEGIN.strip()} {END.strip()}")
        page.write_text(f"{before}{begin}\n{PICTURE}\n\n{self.text}\n{end}{after}")
        (directory / "performance.svg").write_text(self.picture)


def run(plan: Plan) -> Report:
    """Measure. Raises SandboxError when the service itself does not do what it should."""
    if not PROC.joinpath("self/stat").exists():
        raise SandboxError("The bench reads CPU time and memory in /proc: it takes Linux.")
    busy = os.getloadavg()[0]
    compared = Comparison(plan.fields, plan.seconds)
    with open_world() as world:
        head = _head(world, plan, busy)
        world.draw((NEAR, SMALL))
        compared.measure(world, plan.rounds)
        grown, flat = growth.measure(world, plan.growth, plan.jobs)
        large = memory.measure(world)
        first = latency.first_byte(world, plan.requests)
        watched = pressure.watching(world, plan.watchers)
        started = starts.measure(world, plan.starts)
        asked = latency.measure(world, plan.requests)
        pressed = pressure.pressing(world, plan.pressure)
    tables = [
        figures("What must be reached", [*goals.goals(compared), *large, *flat, *started]),
        figures("The API, one request at a time", [first, *asked]),
        figures("The API under load", [*watched, *pressed]),
        *speed.tables(compared),
        grown,
        capacity(compared),
    ]
    text = "\n\n".join([head, *(table.render() for table in tables)])
    return Report(text, draw(compared))


def _head(world: World, plan: Plan, busy: float) -> str:
    """What the figures depend on."""
    with Redis.from_url(world.stack.redis.url) as redis:
        server = redis.info("server")
    name = server.get("server_name", "redis")
    packages = ("celery", "aiohttp", "uvloop", "requests", "gunicorn")
    libraries = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {libraries}, "
        f"{name} {server.get(f'{name}_version', server['redis_version'])}; "
        f"load of the machine before: {busy:.1f}.\n"
        "The image source and the stand-in Imgur are Python programs on the same cores. "
        f"A batch takes about {plan.seconds:g} s. "
        f"Rounds of all ways: {plan.rounds}, of which the median (least to most); "
        "ratios are taken within a round."
    )
