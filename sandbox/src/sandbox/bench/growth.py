"""Whether an image costs the same in a small job, in a large one, and in one of many jobs."""

import time
from collections.abc import Callable, Sequence
from statistics import median

import click

from sandbox.bench.load import SMALL
from sandbox.bench.speed import AT_ONCE
from sandbox.bench.table import Row, Table, below, short
from sandbox.bench.took import Meter, Took
from sandbox.bench.usage import memory
from sandbox.bench.world import World
from sandbox.process import Process

HOW = f"{SMALL}, 1 worker process, {AT_ONCE} at once"

Submit = Callable[[list[str]], object]


def measure(world: World, sizes: Sequence[int], numbers: Sequence[int]) -> tuple[Table, list[Row]]:
    """Ferry a job of each size, then each number of jobs of one image; at last, one behind many."""
    rows = []
    large: list[Took] = []
    many: list[Took] = []
    with world.workers(1, AT_ONCE) as [worker]:

        def few() -> list[float]:
            """The rates of three jobs, each of which is over too soon to tell alone."""
            return [_ferry(world, worker, sizes[1], world.submit).rate() for _ in range(3)]

        rates = few()
        for images in sizes:
            large.append(_ferry(world, worker, images, world.submit))
            rows.append(_row(f"1 job of {images:,}", large[-1], memory(worker.pid)))
        rates += few()

        def add_each(urls: list[str]) -> None:
            for url in urls:
                world.store.add([url])

        for jobs in numbers:
            many.append(_ferry(world, worker, jobs, add_each))
            what = f"{jobs:,} jobs of 1, added in the store"
            rows.append(_row(what, many[-1], memory(worker.pid)))
    head = ["images", "ms an image", "CPU-ms an image, Redis among it", "Redis bytes kept an image",
            "MB of the worker after it", "how it was run"]  # fmt: skip
    most, more = f"a job of {sizes[-1]:,}", f"{numbers[-1]:,} jobs / {numbers[0]:,}"
    flat = [
        # Six of these, before and after: in a minute the machine may be another.
        _flat(f"time an image, {most} / of {sizes[1]:,}", median(rates) / large[-1].rate()),
        # What a small job leaves is lost among tables that double, and events that go again.
        _flat(
            f"memory of Redis for an image, {most} / of {sizes[-2]:,}",
            large[-1].of_redis("memory") / large[-2].of_redis("memory"),
        ),
        _flat(f"time an image, {more}", many[0].rate() / many[-1].rate()),
        _flat(
            f"memory of Redis for an image, {more}",
            many[-1].of_redis("memory") / many[0].of_redis("memory"),
        ),
    ]
    return Table("Growth", head, rows), [*flat, _behind(world, sizes[-1])]


def _flat(what: str, ratio: float) -> Row:
    return below(1.15, "", what, HOW, [ratio])


def _ferry(world: World, worker: Process, images: int, submit: Submit) -> Took:
    click.echo(f"growth: {images:,} images", err=True)
    stack = world.stack
    groups: dict[str, list[Process]] = {
        "worker": [worker],
        "API": [stack.api],
        "Redis": [stack.redis.process],
    }
    urls = world.prepare(SMALL, images)
    meter = Meter(groups, stack.redis.url)
    began = time.time()
    submit(urls)
    world.wait_kept(images, worker)
    took = meter.took(images, world.last_kept() - began, 0)
    world.check(images)
    return took


def _row(what: str, took: Took, megabytes: float) -> list[str]:
    return [
        what,
        short(1000 / took.rate()),
        f"{short(took.cost())}, {short(took.cost('Redis'))}",
        short(took.of_redis("memory")),
        short(megabytes),
        HOW,
    ]


def _behind(world: World, images: int) -> Row:
    """How long a new job of one image takes while so many wait."""
    click.echo(f"growth: behind {images:,}", err=True)
    before = world.submit(world.prepare(SMALL, images))
    waits = []
    with world.workers(1, AT_ONCE):
        for url in world.urls(SMALL, 5):
            began = time.time()
            waits.append(world.wait(world.submit([url])) - began)
        world.cancel(before)
    what = f"first image of a new job while {images:,} wait"
    return below(1, "s", what, f"1 worker process, {AT_ONCE} at once, 5 jobs", waits)
