"""How much memory a worker takes for large images."""

import click

from sandbox.bench.load import LARGE, Load
from sandbox.bench.table import Row, below
from sandbox.bench.usage import memory, peak_memory
from sandbox.bench.world import World

HELD = Load(LARGE.size, 0.2)
"""Each upload is held up, so that most images under way are wholly in memory."""


def measure(world: World) -> list[Row]:
    """Ferry large images, a few and many at once."""
    click.echo("memory", err=True)
    few, many = 20, 100
    of_few, of_many = (_grown(world, at_once) for at_once in (few, many))
    return [
        below(
            *(1.2, "times the image"),
            "memory per image under way",
            f"{HELD}; peak less start; {few} at once, {2 * few} images",
            [of_few / few / (HELD.size / 1e6)],
        ),
        below(
            *(256, "MB"),
            "memory of all images under way",
            f"{HELD}; peak less start; {many} at once, {2 * many} images",
            [of_many],
        ),
    ]


def _grown(world: World, at_once: int) -> float:
    """Megabytes that a worker had more at its peak than before its first image."""
    with world.workers(1, at_once) as [worker]:
        before = memory(worker.pid)
        world.wait(world.submit(world.prepare(HELD, 2 * at_once)))
        world.check(2 * at_once)
        return peak_memory(worker.pid) - before
