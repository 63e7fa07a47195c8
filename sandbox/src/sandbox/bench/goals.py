"""What must be reached by the ways, in ratios of one run."""

from collections.abc import Callable
from functools import partial
from statistics import median

from sandbox.bench.comparison import Comparison, Of
from sandbox.bench.load import FAR, LARGE, NEAR, Load
from sandbox.bench.speed import LOOP, LOOP_FAR, ONE, ONE_FAR, PEERS, TWO
from sandbox.bench.table import Row, at_least, below, first_line
from sandbox.bench.took import Took
from sandbox.bench.ways import Way
from sandbox.errors import SandboxError


def goals(compared: Comparison) -> list[Row]:
    """A row for each; where it cannot be told, the row says why."""
    rows: list[tuple[str, Callable[[str], Row]]] = [
        ("Imgferry / bare loop, uploads/s", partial(_rate, compared, 0.65, NEAR)),
        ("Imgferry / the fastest peer, uploads/s", partial(_fastest, compared)),
        (
            "Imgferry / the thriftiest peer, uploads per CPU-s of all",
            partial(_thriftiest, compared),
        ),
        ("Imgferry / bare loop, uploads/s", partial(_rate, compared, 0.85, FAR)),
        ("two worker processes / one, uploads/s", partial(_two, compared)),
        ("Imgferry / bare loop, time", partial(_time_of_large, compared)),
        ("Redis commands an image", partial(_redis, compared, 12, _commands)),
        ("round trips to Redis an image", partial(_redis, compared, 3, _reads)),
        ("CPU-s of Redis per 1,000 images", partial(_redis, compared, 0.15, _redis_cost)),
    ]
    return [_row(what, measure) for what, measure in rows]


def _commands(took: Took) -> float:
    return took.of_redis("commands")


def _reads(took: Took) -> float:
    return took.of_redis("reads")


def _redis_cost(took: Took) -> float:
    return took.cost("Redis")


def _row(what: str, measure: Callable[[str], Row]) -> Row:
    try:
        return measure(what)
    except SandboxError as error:
        return Row(what, f"not known: {first_line(error)}", "")


def _rate(compared: Comparison, goal: float, load: Load, what: str) -> Row:
    ours, theirs = (ONE_FAR, LOOP_FAR) if load is FAR else (ONE, LOOP)
    how = f"{load}; {ours.how}"
    return at_least(goal, what, how, compared.ratios(load, ours, theirs, Took.rate))


def _fastest(compared: Comparison, what: str) -> Row:
    best = max(_peers(compared), key=lambda way: median(compared.values(NEAR, way, Took.rate)))
    ratios = compared.ratios(NEAR, ONE, best, Took.rate)
    return at_least(1.3, what, f"{NEAR}; {ONE.how}; beside {best.name}: {best.how}", ratios)


def _thriftiest(compared: Comparison, what: str) -> Row:
    best = min(_peers(compared), key=lambda way: median(compared.values(NEAR, way, Took.cost)))
    ratios = compared.ratios(NEAR, best, ONE, Took.cost)
    return at_least(1.2, what, f"{NEAR}; {ONE.how}; beside {best.name}: {best.how}", ratios)


def _peers(compared: Comparison) -> list[Way]:
    peers: list[Way] = [way for way in PEERS if compared.runs.get((NEAR, way))]
    if not peers:
        raise SandboxError("every peer has failed")
    return peers


def _two(compared: Comparison, what: str) -> Row:
    def workers(took: Took) -> float:
        return took.cost("workers")

    # On two cores the source and the stand-in take what the second worker needs.
    ratios = [2 * ratio for ratio in compared.ratios(NEAR, ONE, TWO, workers)]
    how = f"{NEAR}; source and stand-in counted out: by CPU-seconds of the workers alone"
    return at_least(1.5, what, how, ratios)


def _time_of_large(compared: Comparison, what: str) -> Row:
    ratios = compared.ratios(LARGE, LOOP, ONE, Took.rate)
    return below(1.15, "", what, f"{LARGE}; {ONE.how}", ratios)


def _redis(compared: Comparison, goal: float, of: Of, what: str) -> Row:
    values = compared.values(NEAR, ONE, of)
    if not values:
        raise SandboxError(compared.failures[ONE])
    return below(goal, "", what, f"{NEAR}; {ONE.how}", values)
