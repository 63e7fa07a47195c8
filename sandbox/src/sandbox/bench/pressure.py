"""What the API bears: requests from many connections at once, and many who watch one job.

The requests are sent by `sandbox.bench.press` and not by wrk, so that every machine has the same.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import click

from sandbox import parts
from sandbox.bench import constant, press, watchers
from sandbox.bench.load import NEAR
from sandbox.bench.speed import AT_ONCE
from sandbox.bench.table import Row, short, spread
from sandbox.bench.usage import cpu_seconds
from sandbox.bench.world import World
from sandbox.errors import SandboxError
from sandbox.ports import LOOPBACK, free_port
from sandbox.process import Process
from sandbox.server import Server

CONNECTIONS = 16
SLICE = 0.1
"""Seconds of a request in a round: a machine may be another after some seconds."""
CONSTANT = "a constant, by Flask under the same gunicorn"
WATCHED = 1_000
"""Images of the job that is watched."""


def pressing(world: World, seconds: float) -> list[Row]:
    """Press for so many seconds with each request, in rounds. No worker may live."""
    click.echo("the API under load", err=True)
    with _constant(world.stack.api.logs) as port:
        asked = {CONSTANT: (port, f"GET / HTTP/1.1\r\nHost: {LOOPBACK}\r\n\r\n")}
        for what, request in _requests(world):
            asked[what] = (world.stack.api.port, request)
        runs = _press(list(asked.values()), round(seconds / SLICE))
    constant_rates = runs[0]["rates"]
    return [_row(what, run, constant_rates) for what, run in zip(asked, runs, strict=True)]


@contextmanager
def _constant(logs: Path) -> Iterator[int]:
    """Serve the constant; the port."""
    port = free_port()
    gunicorn = ["gunicorn", "--workers=1", "-c", "python:api.gunicorn_conf"]
    command = [sys.executable, "-m", *gunicorn, f"{constant.__name__}:app"]
    server = Server(
        "constant", command, logs, parts.exactly(PORT=str(port)), port=port, ready_path="/"
    )
    try:
        server.start()
        server.wait_until(server.answers)
        yield port
    finally:
        server.kill()


def _requests(world: World) -> Iterator[tuple[str, str]]:
    """What the API is asked for, with what it is called."""
    host = f"HTTP/1.1\r\nHost: {LOOPBACK}\r\n"
    yield "a constant of the API itself, /healthz", f"GET /healthz {host}\r\n"
    for images in (10, 1_000, 10_000):
        job_id = world.submit(world.urls(NEAR, images))
        head = f"GET /v1/images/upload/{job_id} {host}"
        tag = world.get(job_id).headers["ETag"]
        yield f"GET of a job of {images:,} URLs", f"{head}\r\n"
        yield f"the same with its ETag, {images:,} URLs", f"{head}If-None-Match: {tag}\r\n\r\n"
    body = json.dumps({"urls": world.urls(NEAR, 1)})
    head = f"POST /v1/images/upload {host}Content-Type: application/json\r\n"
    yield "POST of 1 URL, no worker lives", f"{head}Content-Length: {len(body)}\r\n\r\n{body}"


def _press(asked: Sequence[tuple[int, str]], rounds: int) -> list[dict[str, Any]]:
    """What `sandbox.bench.press` tells of these requests."""
    done = subprocess.run(
        [sys.executable, "-m", press.__name__, str(CONNECTIONS), str(SLICE), str(rounds)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SandboxError(f"The API was not under load: {done.stderr[-500:]}")
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


def _row(what: str, run: dict[str, Any], constant_rates: Sequence[float]) -> Row:
    ratios = [rate / other for rate, other in zip(run["rates"], constant_rates, strict=True)]
    rate, p50, p99 = map(short, (median(run["rates"]), run["p50"], run["p99"]))
    figure = f"{spread(ratios)} of the constant: {rate} a second, p50 {p50} ms, p99 {p99} ms"
    how = (
        f"status {run['status']}, 1 process, {CONNECTIONS} connections, "
        f"{len(ratios)} rounds of {SLICE:g} s"
    )
    if run["status"] == 304:
        return Row(what, figure, how, "at least 0.8", median(ratios) >= 0.8)
    return Row(what, figure, how)


def watching(world: World, count: int) -> list[Row]:
    """Watch a job by so many clients. No other job may wait."""
    click.echo("watchers", err=True)
    api = world.stack.api
    job_id = world.submit(world.prepare(NEAR, WATCHED))
    crowd = Process(
        "watchers",
        [sys.executable, "-m", watchers.__name__, str(api.port), job_id, str(count)],
        api.logs,
    )
    try:
        crowd.start()
        crowd.wait_for_line("watching", timeout=60)
        with world.workers(1, AT_ONCE):
            cpu, began = cpu_seconds([api]), time.time()
            finished = world.wait(job_id)
            crowd_end: dict[str, Any] = json.loads(crowd.wait_for_line(r"\{.*\}", timeout=60)[0])
            cpu = cpu_seconds([api]) - cpu
    finally:
        crowd.kill()
    if crowd_end["told"] != count:
        raise SandboxError(f"{crowd_end['told']} of {count} watchers were told of the end.")
    how = f"a job of {WATCHED:,} images, {finished - began:.1f} s; 1 API process"
    late = crowd_end["ended"] - finished
    return [
        Row(f"{count:,} watch a job: CPU of the API", f"{short(cpu)} s", how),
        Row("all of them know of its end", f"{short(late * 1000)} ms after it", how),
    ]
