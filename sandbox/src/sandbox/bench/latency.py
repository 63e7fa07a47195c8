"""How long the API takes with one request while nothing else runs.

In the server, by the API's own log: from where Flask gets the request to the finished answer.
"""

import json
from collections.abc import Callable

import click

from jobs.model import Worker
from sandbox.bench.table import Row, below
from sandbox.bench.throughput import AT_ONCE
from sandbox.bench.world import World


def measure(world: World, requests: int) -> list[Row]:
    """Make each request so often. Leaves jobs behind that wait for ever: measure it last."""
    click.echo("the API", err=True)
    ten, thousand, ten_thousand = (world.urls(count) for count in (10, 1_000, 10_000))

    def post(number: int) -> None:
        # Without a worker nothing would be dispatched; each POST finds another one that is idle.
        world.store.heartbeat(Worker(f"idle{number}", AT_ONCE), [])
        world.submit(thousand)

    def get(job_id: str) -> Callable[[int], None]:
        return lambda _: world.job(job_id)

    long_job, short_job = world.submit(ten_thousand), world.submit(ten)
    how = f"the server's own ms, {requests} requests"
    return [
        below(target, "ms", what, how, _served(world, request, requests))
        for target, what, request in (
            (20, "GET of a job of 10,000 URLs", get(long_job)),
            (2, "GET of a job of 10 URLs", get(short_job)),
            (25, "POST of 1,000 URLs, with a dispatch", post),
        )
    ]


def _served(world: World, request: Callable[[int], object], times: int) -> list[float]:
    """Milliseconds of each of these requests; nobody else may make any."""
    path = world.stack.api.log
    with path.open() as log:
        log.seek(path.stat().st_size)
        for number in range(times):
            request(number)
        lines = map(json.loads, log)
        return [line["ms"] for line in lines if line["event"] == "request"]
