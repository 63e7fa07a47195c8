"""What it took to ferry a batch, and how that is measured. Whichever way it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from sandbox.bench.usage import cpu_seconds
from sandbox.process import Process

OUTSIDE = "source and stand-in"
"""They cost the same whichever way an image goes, and are no part of any way."""


@dataclass(frozen=True, slots=True)
class Took:
    """What a batch took."""

    images: int
    wall: float
    """Seconds from the first to the last."""
    cpu: Mapping[str, float]
    """CPU-seconds of everybody who had part in it, by name."""
    memory: float
    """Megabytes of those who fetch and upload: the peak of a reference, else after the batch."""
    redis: Mapping[str, float]
    """How much each of Redis's counters rose (`counters`)."""

    def rate(self) -> float:
        """Uploads per second."""
        return self.images / self.wall

    def cost(self, *names: str) -> float:
        """CPU-seconds per 1,000 uploads of these, else of all but the outside."""
        chosen = names or [name for name in self.cpu if name != OUTSIDE]
        return sum(self.cpu[name] for name in chosen) / self.images * 1000

    def of_redis(self, counter: str) -> float:
        """How much this counter rose for each image."""
        return self.redis[counter] / self.images


class Meter:
    """The CPU time of groups of processes, and what Redis counts, from now on."""

    def __init__(self, groups: Mapping[str, Sequence[Process]], redis_url: str) -> None:
        self._groups = groups
        self._redis_url = redis_url
        self._counted = counters(redis_url)
        self._cpu = self._seconds()

    def took(
        self, images: int, wall: float, memory: float, beside: Mapping[str, float] | None = None
    ) -> Took:
        """What a batch took that began with this meter; `beside` is CPU time that it cannot see."""
        cpu = {name: seconds - self._cpu[name] for name, seconds in self._seconds().items()}
        counted = counters(self._redis_url)
        rise = {name: value - self._counted[name] for name, value in counted.items()}
        return Took(images, wall, {**(beside or {}), **cpu}, memory, rise)

    def _seconds(self) -> dict[str, float]:
        return {name: cpu_seconds(group) for name, group in self._groups.items()}


def counters(redis_url: str) -> dict[str, float]:
    """What Redis has counted since it started.

    `commands`: calls, those of scripts included; `reads`: from a client's socket, which is at most
    one for each round trip; `traffic`: bytes in and out; `memory`: bytes in use now.
    """
    with Redis.from_url(redis_url) as redis:
        info: dict[str, Any] = redis.info("everything")
    calls = sum(of["calls"] for name, of in info.items() if name.startswith("cmdstat_"))
    traffic = info["total_net_input_bytes"] + info["total_net_output_bytes"]
    return {
        "commands": calls,
        "reads": info["total_reads_processed"],
        "traffic": traffic,
        "memory": info["used_memory"],
    }
