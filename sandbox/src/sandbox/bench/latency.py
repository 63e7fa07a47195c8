"""How long one request takes while nothing else runs.

Of the API in the server, by its own log: from where it gets the request to where it answers. What a
POST dispatches is sent after that. A 304 has no line in the log: of it the client's time is told.
"""

import json
import socket
import time
from collections.abc import Callable
from functools import partial

import click

from jobs.model import Worker
from sandbox.bench.load import NEAR
from sandbox.bench.speed import AT_ONCE
from sandbox.bench.table import Row, below, spread
from sandbox.bench.world import World
from sandbox.errors import SandboxError
from sandbox.ports import LOOPBACK

POSTS = {1: None, 100: None, 1_000: 10, 10_000: 80}
GETS = {10: None, 1_000: None, 10_000: 10}
"""URLs of a job, and the milliseconds that it should take at most."""
WORKER = Worker("celery@nobody", AT_ONCE)
"""Lives, and does nothing."""


def measure(world: World, requests: int) -> list[Row]:
    """Make each request so often. No worker may live."""
    click.echo("latency", err=True)
    rows = []
    how = f"the server's own ms, {requests} requests one after another"
    for count, goal in GETS.items():
        job_id = world.submit(world.urls(NEAR, count))
        tag = world.get(job_id).headers["ETag"]
        answers = _served(world, requests, partial(world.get, job_id))
        rows.append(_row(goal, f"GET of a job; URLs: {count:,}", how, answers))
        what = f"the same with its ETag, 304; URLs: {count:,}"
        waits = _polled(world, requests, job_id, tag)
        rows.append(below(1.5, "ms", what, f"the client's ms, {requests} one after another", waits))
        world.cancel(job_id)
    for count, goal in POSTS.items():
        answers = _served(world, requests, partial(_post, world, world.urls(NEAR, count)))
        rows.append(_row(goal, f"POST of a job; URLs: {count:,}", how, answers))
    world.store.leave(WORKER)
    return rows


def first_byte(world: World, times: int) -> Row:
    """From the POST to the first byte that the source is asked, where no other job waits."""
    waits = []
    with socket.create_server((LOOPBACK, 0)) as source, world.workers(1, AT_ONCE):
        source.settimeout(30)
        for number in range(times):
            url = f"http://{LOOPBACK}:{source.getsockname()[1]}/{number}.jpg"
            began = time.perf_counter()
            world.submit([url])
            client, _ = source.accept()
            with client:
                client.recv(1)
                waits.append((time.perf_counter() - began) * 1000)
                client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    what = "from a POST to the first byte asked of the source"
    return below(15, "ms", what, f"an idle system, 1 worker process, {times} jobs", waits)


def _post(world: World, urls: list[str]) -> None:
    # Without a worker nothing would be dispatched; each POST finds it idle.
    world.store.heartbeat(WORKER, [])
    world.store.cancel(world.submit(urls))


def _row(goal: float | None, what: str, how: str, values: list[float]) -> Row:
    return below(goal, "ms", what, how, values) if goal else Row(what, f"{spread(values)} ms", how)


def _polled(world: World, times: int, job_id: str, tag: str) -> list[float]:
    """Milliseconds from each of so many requests to the answer that there is nothing new."""
    head = f"GET /v1/images/upload/{job_id} HTTP/1.1\r\nHost: {LOOPBACK}\r\nIf-None-Match: {tag}"
    request = f"{head}\r\n\r\n".encode()
    waits = []
    with socket.create_connection((LOOPBACK, world.stack.api.port), timeout=30) as connection:
        for _ in range(times):
            began = time.perf_counter()
            connection.sendall(request)
            answer = connection.recv(65_536)
            waits.append((time.perf_counter() - began) * 1000)
            if not answer.startswith(b"HTTP/1.1 304"):
                raise SandboxError(f"The API did not answer 304 but {answer[:50]!r}.")
    return waits


def _served(world: World, times: int, request: Callable[[], object]) -> list[float]:
    """Milliseconds of each of these requests; nobody else may make any."""
    path = world.stack.api.log
    with path.open() as log:
        log.seek(path.stat().st_size)
        for _ in range(times):
            request()
        lines = map(json.loads, log)
        return [line["ms"] for line in lines if line["event"] == "request"]
