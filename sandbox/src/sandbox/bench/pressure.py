"""What the API bears: requests from many connections at once, and many who watch one job.

The requests are sent by `sandbox.bench.press` and not by wrk, so that every machine has the same.
"""

import json
import subprocess
import sys
import time
from typing import Any

import click

from sandbox import parts
from sandbox.bench import constant, press, watchers
from sandbox.bench.load import NEAR
from sandbox.bench.speed import AT_ONCE
from sandbox.bench.table import Row, short
from sandbox.bench.usage import cpu_seconds
from sandbox.bench.world import World
from sandbox.errors import SandboxError
from sandbox.ports import LOOPBACK, free_port
from sandbox.process import Process
from sandbox.server import Server

CONNECTIONS = 16
WATCHED = 1_000
"""Images of the job that is watched."""


def measure(world: World, seconds: float, count: int) -> list[Row]:
    """Press for so many seconds with each request; watch by so many clients."""
    click.echo("the API under load", err=True)
    return [*_watching(world, count), *_pressing(world, seconds)]


def _pressing(world: World, seconds: float) -> list[Row]:
    api = world.stack.api
    log = api.logs
    server = Server(
        "constant",
        [
            *(sys.executable, "-m", "gunicorn", "--workers=1", "-c", "python:api.gunicorn_conf"),
            f"{constant.__name__}:app",
        ],
        log,
        parts.exactly(PORT=str(port := free_port())),
        port=port,
        ready_path="/",
    )
    rows = []
    try:
        server.start()
        server.wait_until(server.answers)
        alone = _press(server.port, f"GET / HTTP/1.1\r\nHost: {LOOPBACK}\r\n\r\n", seconds)
        rows.append(_row("a constant, by Flask under the same gunicorn", alone, alone))
    finally:
        server.kill()
    for images in (10, 1_000, 10_000):
        job_id = world.submit(world.urls(NEAR, images))
        head = f"GET /v1/images/upload/{job_id} HTTP/1.1\r\nHost: {LOOPBACK}\r\n"
        tag = world.get(job_id).headers["ETag"]
        asked = _press(api.port, f"{head}\r\n", seconds)
        rows.append(_row(f"GET of a job of {images:,} URLs", asked, alone))
        asked = _press(api.port, f"{head}If-None-Match: {tag}\r\n\r\n", seconds)
        rows.append(_row(f"the same with its ETag, {images:,} URLs", asked, alone))
        world.cancel(job_id)
    body = json.dumps({"urls": world.urls(NEAR, 1)})
    head = (
        f"POST /v1/images/upload HTTP/1.1\r\nHost: {LOOPBACK}\r\nContent-Type: application/json\r\n"
    )
    asked = _press(api.port, f"{head}Content-Length: {len(body)}\r\n\r\n{body}", seconds)
    rows.append(_row("POST of 1 URL, no worker lives", asked, alone))
    return rows


def _press(port: int, request: str, seconds: float) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", press.__name__, str(port), str(CONNECTIONS), str(seconds)],
        input=request.encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise SandboxError(f"The API was not under load: {done.stderr.decode()[-500:]}")
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _row(what: str, asked: dict[str, float], alone: dict[str, float]) -> Row:
    ratio = asked["rate"] / alone["rate"]
    figure = (
        f"{ratio:.2f} of the constant: {short(asked['rate'])} a second, "
        f"p50 {short(asked['p50'])} ms, p99 {short(asked['p99'])} ms"
    )
    how = f"status {asked['status']:.0f}, 1 process, {CONNECTIONS} connections"
    if asked["status"] == 304:
        return Row(what, figure, how, "at least 0.8", ratio >= 0.8)
    return Row(what, figure, how)


def _watching(world: World, count: int) -> list[Row]:
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
