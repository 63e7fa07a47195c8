"""What it took to ferry a batch, and how that is measured. Whichever way it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import sub

from sandbox.bench.usage import cpu_seconds
from sandbox.bench.world import World
from sandbox.process import Process


@dataclass(frozen=True, slots=True)
class Run:
    """What a batch took: wall time, and CPU time of who had part in it. All in seconds."""

    images: int
    wall: float
    worker_cpu: float
    """Of those who fetch and upload."""
    other_cpu: float
    """Of Redis, and of who takes or sends the batch."""
    outside_cpu: float
    """Of the source and the stand-in."""

    def rate(self) -> float:
        """Uploads per second."""
        return self.images / self.wall

    def worker_cost(self) -> float:
        """CPU-seconds of the workers per 1,000 uploads."""
        return self.worker_cpu / self.images * 1000

    def whole_cost(self) -> float:
        """CPU-seconds of the workers and the others per 1,000 uploads."""
        return (self.worker_cpu + self.other_cpu) / self.images * 1000

    def outside_cost(self) -> float:
        """CPU-seconds of the source and the stand-in per 1,000 uploads."""
        return self.outside_cpu / self.images * 1000


class Meter:
    """The CPU time of three groups of processes, from now on."""

    def __init__(
        self, world: World, workers: Sequence[Process] = (), others: Sequence[Process] = ()
    ) -> None:
        self._groups = (workers, others, [world.stack.source, world.stack.imgur])
        self._before = self._now()

    def used(self) -> tuple[float, float, float]:
        """Seconds until now, of the workers, of the others, and of the outside."""
        workers, others, outside = map(sub, self._now(), self._before)
        return workers, others, outside

    def _now(self) -> list[float]:
        return [cpu_seconds(group) for group in self._groups]
