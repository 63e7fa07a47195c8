"""The whole service from the command line: `imgferry up` and `imgferry demo`."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from imgferry import Client
from sandbox.ports import LOOPBACK, free_port
from sandbox.process import Process

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

IMGFERRY = [sys.executable, "-m", "imgferry"]
AT_A_TERMINAL = """
import os, signal, sys
os.chdir(sys.argv[1])
signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in the background
os.execv(sys.argv[2], sys.argv[2:])
"""
URL = re.compile(r"http://127\.0\.0\.1:\d+")


@pytest.fixture
def marks() -> dict[str, str]:
    """An environment that all processes of one test have in common, and only those."""
    return {"IMGFERRY_TEST": str(uuid4()), "PORT": "0", "FLOWER_PORT": "0"}


def run(
    command: str, folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*IMGFERRY, command],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def up(folder: Path, environment: dict[str, str]) -> Iterator[Process]:
    """`imgferry up`, once it serves."""
    command = [sys.executable, "-c", AT_A_TERMINAL, str(folder), *IMGFERRY, "up"]
    process = Process("up", command, folder, {**environment, "PYTHONUNBUFFERED": "1"})
    process.start()
    try:
        process.wait_for_line("Ctrl-C stops it", timeout=90)
        yield process
    finally:
        process.stop()


def where(process: Process, part: str) -> str:
    return process.wait_for_line(rf"{part} +({URL.pattern})")[1]


def left(marks: dict[str, str], seconds: float = 10) -> list[str]:
    """The command lines of the test's processes that still run after so many seconds."""
    mark = f"IMGFERRY_TEST={marks['IMGFERRY_TEST']}".encode()
    deadline = time.monotonic() + seconds
    while True:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_text())
            except OSError:
                continue  # ended meanwhile, or not ours
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads Linux's /proc")


@needs_proc
def test_up_ferries_a_demo_and_serves_until_ctrl_c_and_demo_finds_its_images(
    tmp_path: Path, marks: dict[str, str]
) -> None:
    with up(tmp_path, marks) as service, Client(where(service, "API")) as client:
        earlier = list(client.links())
        assert len(earlier) == 22
        assert requests.get(where(service, "Flower") + "/workers?json=1", timeout=10).ok
        second = run("demo", tmp_path, {**marks, "IMGFERRY_TEST": "second"})
        assert second.returncode == 1
        assert re.fullmatch(r"Error: Imgferry already runs with .*\.\n", second.stderr)
        os.kill(service.pid, signal.SIGINT)
        service.wait_for_line("Stopping")
        assert left(marks, seconds=60) == []

    done = run("demo", tmp_path, marks)
    assert (done.returncode, done.stderr) == (0, "")
    job = json.loads(done.stdout[done.stdout.index("{\n") : done.stdout.index("\n}\n") + 2])
    assert job["status"] == "complete"
    assert (len(job["uploaded"]["complete"]), len(job["uploaded"]["failed"])) == (22, 2)
    assert "not an image" in done.stdout
    assert sorted(re.findall(r"^  (http\S+)$", done.stdout, re.MULTILINE)[:22]) == sorted(earlier)
    assert left(marks, seconds=0) == []


@needs_proc
def test_with_a_client_id_nothing_is_ferried_unasked_and_killed_it_leaves_no_process(
    tmp_path: Path, marks: dict[str, str]
) -> None:
    imgur = {"IMGUR_CLIENT_ID": "mine", "IMGUR_API_URL": f"http://127.0.0.1:{free_port()}"}
    with up(tmp_path, {**marks, **imgur}) as service:
        assert "images go to IMGUR_API_URL" in service.log.read_text()
        assert "Stand-in" not in service.log.read_text()
        with Client(where(service, "API")) as client:
            assert list(client.links()) == []
        demo = run("demo", tmp_path, {**marks, **imgur, "IMGFERRY_TEST": "second"})
        assert demo.returncode == 1
        assert re.fullmatch(r"Error: IMGUR_CLIENT_ID is set, .* for the demo\.\n", demo.stderr)
        assert len(left(marks, seconds=0)) >= 6  # it, Redis, the API and its two, the worker
        os.kill(service.pid, signal.SIGKILL)
        assert left(marks) == []


@pytest.mark.parametrize("variable", ["PORT", "FLOWER_PORT"])
def test_a_port_in_use_is_one_clear_line(
    tmp_path: Path, marks: dict[str, str], variable: str
) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        done = run("up", tmp_path, {**marks, variable: str(port)})
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: Port {port} cannot be used (Address already in use). "
        f"Set {variable} to a free one.\n"
    )


def test_an_unreachable_redis_is_one_clear_line(tmp_path: Path, marks: dict[str, str]) -> None:
    url = f"redis://:secret@127.0.0.1:{free_port()}/0"
    done = run("demo", tmp_path, {**marks, "REDIS_URL": url})
    assert done.returncode == 1
    assert re.fullmatch(r"Error: REDIS_URL: the Redis at 127.0.0.1 does .*\.\n", done.stderr)
    assert "secret" not in done.stderr


@pytest.mark.parametrize(("variable", "value"), [("PORT", "http"), ("REDIS_URL", "localhost")])
def test_a_wrong_setting_is_one_clear_line(
    tmp_path: Path, marks: dict[str, str], variable: str, value: str
) -> None:
    done = run("up", tmp_path, {**marks, variable: value})
    assert done.returncode == 1
    assert re.fullmatch(rf"{variable}: .*\n", done.stderr)
    assert list(tmp_path.iterdir()) == []
