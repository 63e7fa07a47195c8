"""Uploads per second and per CPU-second: Imgferry beside the reference and the idiomatic way.

Every round runs every way once, so that what disturbs the machine disturbs all of them. Ratios are
of the two runs of one round.
"""

from collections.abc import Callable, Iterator, Sequence

import click

from celery_queue.settings import WorkerSettings
from sandbox.bench.runs import Run
from sandbox.bench.table import Row, at_least, spread
from sandbox.bench.ways import Idiomatic, Imgferry, Reference, Way
from sandbox.bench.world import World

AT_ONCE = int(WorkerSettings.model_fields["worker_images_at_once"].default)
FAR, FAR_AT_ONCE = 0.1, 400

REFERENCE, REFERENCE_FAR = Reference(AT_ONCE), Reference(FAR_AT_ONCE, FAR)
IMGFERRY, IMGFERRY_FAR = Imgferry(1, AT_ONCE), Imgferry(1, FAR_AT_ONCE, FAR)
IMGFERRY_TWO = Imgferry(2, AT_ONCE)
IDIOMATIC = Idiomatic(8)
WAYS: tuple[Way, ...] = (
    REFERENCE, IMGFERRY, IDIOMATIC, REFERENCE_FAR, IMGFERRY_FAR, IMGFERRY_TWO
)  # fmt: skip

Runs = dict[Way, list[Run]]


def measure(world: World, images: int, rounds: int) -> list[Row]:
    """Ferry so many images every way, round by round, and compare."""
    runs: Runs = {way: [] for way in WAYS}
    for number in range(1, rounds + 1):
        for way in WAYS:
            click.echo(f"round {number} of {rounds}: {way.name}, {way.how()}", err=True)
            world.prepare(way.delay)
            runs[way].append(way.ferry(world, images))
            world.check(images)
    return [*_rates(runs), *_costs(runs)]


def _rates(runs: Runs) -> Iterator[Row]:
    def rate(way: Way) -> Row:
        return _row("uploads/s", way, runs[way], Run.rate)

    def ratio(target: float, ours: Way, theirs: Way) -> Row:
        ratios = _ratios(runs[ours], runs[theirs], Run.rate)
        return at_least(target, f"{ours.name} / {theirs.name}, uploads/s", ours.how(), ratios)

    yield rate(REFERENCE)
    yield rate(IMGFERRY)
    yield ratio(0.5, IMGFERRY, REFERENCE)
    yield rate(REFERENCE_FAR)
    yield rate(IMGFERRY_FAR)
    yield ratio(0.7, IMGFERRY_FAR, REFERENCE_FAR)
    yield rate(IMGFERRY_TWO)
    yield rate(IDIOMATIC)


def _costs(runs: Runs) -> Iterator[Row]:
    # A ratio of uploads per CPU-second is the inverse of the ratio of costs.
    def cost(of: Callable[[Run], float], way: Way, whose: str) -> Row:
        return _row(f"CPU-s per 1,000, {whose}", way, runs[way], of)

    def ratio(of: Callable[[Run], float], whose: str) -> Row:
        ratios = _ratios(runs[IDIOMATIC], runs[IMGFERRY], of)
        what = f"{IMGFERRY.name} / {IDIOMATIC.name}, uploads per CPU-s, {whose}"
        return at_least(3, what, IMGFERRY.how(), ratios)

    yield cost(Run.worker_cost, REFERENCE, "its process")
    yield cost(Run.worker_cost, IMGFERRY, "worker")
    # Beside uploads/s, for there the source and the stand-in may be what limits the bare loop.
    yield Row(
        f"{IMGFERRY.name} / {REFERENCE.name}, uploads per CPU-s, worker",
        IMGFERRY.how(),
        spread(_ratios(runs[REFERENCE], runs[IMGFERRY], Run.worker_cost)),
    )
    yield cost(Run.worker_cost, IDIOMATIC, "workers")
    yield ratio(Run.worker_cost, "workers")
    yield cost(Run.whole_cost, IMGFERRY, "worker, Redis, API")
    yield cost(Run.whole_cost, IDIOMATIC, "workers, Redis, sender")
    yield ratio(Run.whole_cost, "all of it")
    yield cost(Run.outside_cost, REFERENCE, "source and stand-in")


def _row(what: str, way: Way, runs: Sequence[Run], of: Callable[[Run], float]) -> Row:
    return Row(f"{way.name}, {what}", way.how(), spread([of(run) for run in runs]))


def _ratios(ours: Sequence[Run], theirs: Sequence[Run], of: Callable[[Run], float]) -> list[float]:
    return [of(one) / of(other) for one, other in zip(ours, theirs, strict=True)]
