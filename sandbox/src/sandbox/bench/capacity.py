"""How much of the machine so many images a day take, computed from what an image was measured to.

The cost of an image in CPU-seconds, and the bytes that Redis keeps of it, are taken to be the same
at any number: that is what the bench's growth shows.
"""

from statistics import median

from sandbox.bench.comparison import Comparison
from sandbox.bench.load import NEAR
from sandbox.bench.speed import ONE
from sandbox.bench.table import Table, short

DAY = 86_400
BUSY = 0.5
"""Of a core: what a part should be loaded with at most, so that a crowd at once is borne too."""
KEPT_DAYS = 30
"""JOB_RETENTION_DAYS as it comes."""


def capacity(compared: Comparison) -> Table:
    """A row for each number of images a day, the last where one Redis is at its limit."""
    head = ["images a day", "a second", "cores of workers", "cores of the API", "cores of Redis",
            f"GB of Redis, {KEPT_DAYS} days"]  # fmt: skip
    if not compared.runs.get((NEAR, ONE)):
        return Table("Capacity", head, [[f"not known: {compared.failures[ONE]}", *[""] * 5]])
    workers, api, redis = (_cost(compared, whose) for whose in ("workers", "API", "Redis"))
    kept = median(compared.values(NEAR, ONE, lambda took: took.of_redis("memory")))

    def row(images: float, name: str) -> list[str]:
        a_second = images / DAY
        cores = (short(cost * a_second / BUSY) for cost in (workers, api, redis))
        return [name, short(a_second), *cores, short(kept * images * KEPT_DAYS / 1e9)]

    millions = (row(count * 1e6, f"{count} million") for count in (0.1, 1, 10, 100))
    limit = BUSY / redis * DAY
    last = row(limit, f"{limit / 1e6:.0f} million: one Redis, half busy")
    title = f"Capacity, every part half busy ({NEAR}, {ONE.how})"
    return Table(title, head, [*millions, last])


def _cost(compared: Comparison, whose: str) -> float:
    return median(compared.values(NEAR, ONE, lambda took: took.cost(whose))) / 1000
