"""Every way beside the others: rounds of all, so that what disturbs the machine disturbs each.

A batch is as large as the way ferries in about `seconds`: a slow one is not measured for minutes.
Ratios are of two runs of one round.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import click

from sandbox.bench.load import Load
from sandbox.bench.table import first_line
from sandbox.bench.took import Took
from sandbox.bench.ways import Ferry, Way
from sandbox.bench.world import World
from sandbox.errors import SandboxError

MOST_BYTES = 200_000_000
"""Of a batch."""

LEAST_IMAGES = 10
"""Of a batch: the file system tells the end of one no better than to 4 ms."""

Of = Callable[[Took], float]


@dataclass(frozen=True, slots=True)
class Field:
    """These ways, each with all of these loads."""

    loads: Sequence[Load]
    ways: Sequence[Way]


@dataclass
class Comparison:
    """What was measured."""

    fields: Sequence[Field]
    seconds: float
    """That a batch should take."""
    most_images: int = 5_000
    """Of a batch."""
    runs: dict[tuple[Load, Way], list[Took]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[Way, str] = field(default_factory=dict)
    """Ways that failed, which are not run again."""
    _images: dict[tuple[Load, Way], int] = field(default_factory=dict)

    def measure(self, world: World, rounds: int) -> None:
        """Run all rounds."""
        for number in range(1, rounds + 1):
            for one in self.fields:
                for way in one.ways:
                    click.echo(f"round {number} of {rounds}: {way.name}, {way.how}", err=True)
                    if way not in self.failures:
                        self._run(world, way, one.loads)

    def values(self, load: Load, way: Way, of: Of) -> list[float]:
        """One figure of each round."""
        return [of(took) for took in self.runs[load, way]]

    def ratios(self, load: Load, ours: Way, theirs: Way, of: Of) -> list[float]:
        """Ours over theirs, of each round. Raises SandboxError where one has failed."""
        pairs = list(zip(self.values(load, ours, of), self.values(load, theirs, of), strict=False))
        if not pairs:
            raise SandboxError(f"{ours.name} or {theirs.name} has failed")
        return [one / other for one, other in pairs]

    def _run(self, world: World, way: Way, loads: Sequence[Load]) -> None:
        try:
            with way.started(world) as ferry:
                # The first is never like the rest.
                self._ferry(world, ferry, loads[0], min(way.lanes, self.most_images))
                for load in loads:
                    images = self._images.get((load, way)) or self._fit(world, ferry, load, way)
                    self._images[load, way] = images
                    self.runs[load, way].append(self._ferry(world, ferry, load, images))
        except SandboxError as error:
            self.failures[way] = first_line(error)
            click.echo(f"  failed: {error}", err=True)

    def _fit(self, world: World, ferry: Ferry, load: Load, way: Way) -> int:
        """So many images that a batch takes about `seconds`."""
        most = min(self.most_images, MOST_BYTES // load.size)
        images = min(max(2 * way.lanes, LEAST_IMAGES), most)
        while images < most:
            before = images
            wall = self._ferry(world, ferry, load, images).wall
            images = min(most, 8 * before, max(before, int(before * self.seconds / wall)))
            if images < 2 * before:  # else most of it was its beginning, and says too little
                break
        return images

    def _ferry(self, world: World, ferry: Ferry, load: Load, images: int) -> Took:
        took = ferry(world.prepare(load, images))
        world.check(images)
        return took
