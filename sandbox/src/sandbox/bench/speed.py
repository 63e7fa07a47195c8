"""Uploads per second and per CPU-second: Imgferry beside the references and the peers."""

from collections import defaultdict
from collections.abc import Sequence

from celery_queue.settings import WorkerSettings
from sandbox.bench.comparison import Comparison, Field
from sandbox.bench.load import FAR, LARGE, LARGE_FAR, NEAR, SMALL, SMALL_FAR, Load
from sandbox.bench.peers.catalogue import catalogue
from sandbox.bench.table import Table, spread
from sandbox.bench.took import OUTSIDE, Took
from sandbox.bench.ways import Imgferry, Peer, Reference, Way
from sandbox.errors import SandboxError

AT_ONCE = int(WorkerSettings.model_fields["worker_images_at_once"].default)
FAR_AT_ONCE = 400
"""What fills the time that 100 ms per hop leave."""

LOOP, LOOP_FAR = (
    Reference("bare aiohttp loop (asyncio's)", "aiohttp_loop", at_once)
    for at_once in (AT_ONCE, FAR_AT_ONCE)
)
PUMP, PUMP_FAR = (
    Reference("bare libcurl (pycurl multi)", "curl_pump", at_once, requires="pycurl")
    for at_once in (AT_ONCE, FAR_AT_ONCE)
)
THREADS, THREADS_FAR = (
    Reference("bare requests threads", "requests_threads", at_once) for at_once in (32, 100)
)
ONE, TWO, FOUR = (Imgferry(workers, AT_ONCE) for workers in (1, 2, 4))
ONE_FAR = Imgferry(1, FAR_AT_ONCE)
PEERS = tuple(map(Peer, catalogue(threads=32, coroutines=AT_ONCE)))
PEERS_FAR = tuple(map(Peer, catalogue(threads=100, coroutines=FAR_AT_ONCE)))

WAYS: Sequence[Way] = (PUMP, LOOP, THREADS, ONE, TWO, *PEERS)
WAYS_FAR: Sequence[Way] = (PUMP_FAR, LOOP_FAR, THREADS_FAR, ONE_FAR)

ALL = (
    Field((NEAR, SMALL, LARGE), WAYS),
    Field((NEAR,), (FOUR,)),
    Field((FAR, SMALL_FAR, LARGE_FAR), (*WAYS_FAR, *PEERS_FAR)),
)
FEWER = (
    Field((NEAR,), WAYS),
    Field((SMALL, LARGE), (LOOP, ONE)),
    Field((FAR,), (PUMP_FAR, LOOP_FAR, ONE_FAR)),
)


def tables(compared: Comparison) -> list[Table]:
    """A table of all ways for each load, and one of what Imgferry costs."""
    by_load: dict[Load, list[Way]] = defaultdict(list)
    for one in compared.fields:
        for load in one.loads:
            by_load[load] += one.ways
    return [*(_ways(compared, load, ways) for load, ways in by_load.items()), _costs(compared)]


def _ways(compared: Comparison, load: Load, ways: Sequence[Way]) -> Table:
    reference = LOOP_FAR if load.delay else LOOP
    head = ["way", "of the bare loop", "of its uploads per CPU-s", "uploads/s", "CPU-s per 1,000",
            "of them the workers'", "MB", "images", "how it was run"]  # fmt: skip
    return Table(f"Ferrying: {load}", head, [_way(compared, load, w, reference) for w in ways])


def _way(compared: Comparison, load: Load, way: Way, reference: Way) -> list[str]:
    runs = compared.runs.get((load, way))
    failure = f"failed: {compared.failures[way]}" if way in compared.failures else ""
    if not runs:
        return [way.name, failure, *[""] * 6, way.how]
    try:
        rates = spread(compared.ratios(load, way, reference, Took.rate))
        # A ratio of uploads per CPU-second is the inverse of the ratio of costs.
        costs = spread(compared.ratios(load, reference, way, Took.cost))
    except SandboxError:
        rates = costs = ""
    return [
        way.name,
        rates,
        costs,
        spread([took.rate() for took in runs]),
        spread([took.cost() for took in runs]),
        spread([took.cost("workers") for took in runs]),
        spread([took.memory for took in runs]),
        f"{runs[0].images:,}",
        f"{way.how}; later it {failure}" if failure else way.how,
    ]


def _costs(compared: Comparison) -> Table:
    head = ["load", "CPU-s per 1,000: workers", "API", "Redis", OUTSIDE,
            "Redis commands an image", "reads", "bytes in and out", "bytes kept",
            "how it was run"]  # fmt: skip
    runs = [
        (load, way, compared.runs[load, way])
        for one in compared.fields
        for load in one.loads
        for way in one.ways
        if isinstance(way, Imgferry) and compared.runs.get((load, way))
    ]
    return Table("What an image costs Imgferry", head, [_cost(*one) for one in runs])


def _cost(load: Load, way: Way, runs: Sequence[Took]) -> list[str]:
    return [
        str(load),
        *(
            spread([took.cost(whose) for took in runs])
            for whose in ("workers", "API", "Redis", OUTSIDE)
        ),
        *(
            spread([took.of_redis(counter) for took in runs])
            for counter in ("commands", "reads", "traffic", "memory")
        ),
        way.how,
    ]
