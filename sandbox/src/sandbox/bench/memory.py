"""How much memory a worker takes, and whether it takes more the longer it runs."""

import click

from sandbox.bench.table import Row, below
from sandbox.bench.usage import memory, peak_memory
from sandbox.bench.world import World

AT_ONCE = 200
HOLD = 0.2
"""Seconds of each upload, far more than of a fetch: most images under way are wholly in memory."""


def measure(world: World, images: int, batches: int) -> list[Row]:
    """Ferry so many batches of so many images with one worker, and look at it after each."""
    after = []
    with world.workers(1, AT_ONCE) as [worker]:
        for number in range(1, batches + 1):
            click.echo(f"memory, batch {number} of {batches}", err=True)
            world.prepare(HOLD)
            world.wait(world.submit(world.urls(images)))
            world.check(images)
            after.append(memory(worker))
        peak = peak_memory(worker)
    how = f"1 worker, {AT_ONCE} at once, {HOLD * 1000:.0f} ms per upload"
    first, last = after[0], after[-1]
    growth = f"{first:.0f} MB after {images:,}, {last:.0f} MB after {images * batches:,}"
    return [
        below(200, "MB", "worker, most memory", how, [peak]),
        Row("worker, growth of memory", how, growth, "at most 5 %", last <= 1.05 * first),
    ]
