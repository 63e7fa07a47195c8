"""The containers, built and run as `docker-compose up --build --scale worker=3` does it."""

import json
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from imgferry import Client
from sandbox.ports import free_port

pytestmark = [pytest.mark.compose, pytest.mark.slow, pytest.mark.timeout(900)]

MODULES = ["api", "celery_queue", "flask", "flower", "imgur", "jobs", "sandbox"]


class Containers:
    """The service in a project of its own, on ports of its own."""

    def __init__(self, compose: list[str]) -> None:
        self.project = f"imgferry-test-{uuid.uuid4().hex[:8]}"
        api, flower, stand_in = free_port(), free_port(), free_port()
        self.api = f"http://127.0.0.1:{api}"
        self.flower = f"http://127.0.0.1:{flower}"
        self.stand_in = f"http://127.0.0.1:{stand_in}"
        self._compose = [*compose, "--project-name", self.project]
        # Nothing of a developer's environment or .env may send this to Imgur.
        sandboxed = {"IMGUR_API_URL": "", "IMGUR_CLIENT_ID": "", "FETCH_ALLOW": ""}
        ports = {"PORT": api, "FLOWER_PORT": flower, "STAND_IN_PORT": stand_in}
        self._environment = (
            os.environ
            | sandboxed
            | {name: str(port) for name, port in ports.items()}
            | {"API_BIND": "", "WORKER_IMAGES_AT_ONCE": "10"}  # few: a batch takes some seconds
        )

    def compose(self, *arguments: str) -> str:
        return _run([*self._compose, *arguments], self._environment)

    def up(self) -> None:
        """Start what does not run, and wait until everything answers."""
        self.compose("up", "--detach", "--scale", "worker=3")
        wait_until(lambda: requests.get(f"{self.api}/readyz", timeout=5).json()["workers"] == 3)
        wait_until(lambda: requests.get(f"{self.flower}/healthcheck", timeout=5).ok)

    def running(self, service: str | None = None) -> list[str]:
        """The ids of the running containers, of all services or of one."""
        labels = {"project": self.project} | ({"service": service} if service else {})
        filters = [f"--filter=label=com.docker.compose.{key}={labels[key]}" for key in labels]
        return _run(["docker", "ps", "--quiet", *filters]).split()

    def inspect(self, containers: list[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(_run(["docker", "inspect", *containers]))
        return found

    def python(self, service: str, program: str, *arguments: str) -> str:
        """What a program prints that runs in the container of a service."""
        return self.compose("exec", "-T", service, "python", "-c", program, *arguments).strip()

    def reaches(self, service: str, host: str, port: int) -> bool:
        """Whether a service can open a connection to there."""
        program = (
            "import socket, sys\n"
            "try:\n  socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)\n"
            "except OSError:\n  print(False)\nelse:\n  print(True)"
        )
        return self.python(service, program, host, str(port)) == "True"


def wait_until(condition: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(requests.RequestException, KeyError):
            if condition():
                return
        time.sleep(0.1)
    pytest.fail(f"waited {seconds:.0f} seconds in vain")


def _run(command: list[str], environment: dict[str, str] | None = None) -> str:
    ended = subprocess.run(
        command,
        cwd=Path(__file__).parents[1],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{command}\n{ended.stdout[-4000:]}\n{ended.stderr[-4000:]}"
    return ended.stdout


def _succeeds(*command: str) -> bool:
    if not shutil.which(command[0]):
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def containers() -> Iterator[Containers]:
    if not _succeeds("docker", "info"):
        pytest.skip("no Docker engine answers")
    commands = (["docker", "compose"], ["docker-compose"])
    compose = next((command for command in commands if _succeeds(*command, "version")), None)
    if not compose:
        pytest.skip("neither docker compose nor docker-compose is here")
    containers = Containers(compose)
    try:
        containers.compose("build")
        containers.up()
        yield containers
    finally:
        containers.compose("down", "--volumes", "--rmi", "local")


def test_a_batch_survives_the_death_of_a_worker(containers: Containers) -> None:
    urls = [f"http://source:8000/photo/{n}.jpg?delay=0.5" for n in range(300)]
    with Client(containers.api) as client:
        job_id = client.upload(urls)
        wait_until(lambda: len(client.job(job_id).complete) > 50)
        _run(["docker", "kill", containers.running("worker")[0]])
        assert client.job(job_id).pending
        wait_until(lambda: client.job(job_id).status == "complete")
        assert client.job(job_id).complete == urls
        link = next(client.links())
    containers.up()  # all three again
    assert link.startswith(containers.stand_in)
    assert requests.get(link, timeout=5).headers["Content-Type"] == "image/jpeg"


def test_flower_shows_the_workers_and_their_tasks(containers: Containers) -> None:
    names = {f"celery@{container}" for container in containers.running("worker")}

    def workers() -> dict[str, Any]:
        answer = requests.get(f"{containers.flower}/workers", params={"json": 1}, timeout=5)
        return {worker["hostname"]: worker for worker in answer.json()["data"]}

    def succeeded() -> int:
        return sum(worker.get("task-succeeded", 0) for worker in workers().values())

    wait_until(lambda: names <= workers().keys())
    before = succeeded()
    with Client(containers.api) as client:
        client.wait(client.upload(["http://source:8000/photo/1.png"]))
    wait_until(lambda: succeeded() > before)


def test_a_job_outlives_a_stop_of_everything(containers: Containers) -> None:
    urls = [f"http://source:8000/photo/{n}.gif?delay=1" for n in range(200)]
    with Client(containers.api) as client:
        job_id = client.upload(urls)
        wait_until(lambda: client.job(job_id).complete)
        stopped = containers.running()
        containers.compose("stop")
        assert {each["State"]["ExitCode"] for each in containers.inspect(stopped)} == {0}
        nothing_ran = datetime.now(UTC)
        containers.up()
        wait_until(lambda: client.job(job_id).status == "complete")
        job = client.job(job_id)
    assert job.complete == urls
    assert job.finished
    assert job.finished > nothing_ran


@pytest.mark.parametrize(
    ("service", "modules"),
    [
        ("api", ["api", "flask", "jobs"]),
        ("worker", ["celery_queue", "imgur", "jobs"]),
        ("monitor", ["celery_queue", "flower", "imgur", "jobs"]),
    ],
)
def test_an_image_holds_what_it_needs(
    containers: Containers, service: str, modules: list[str]
) -> None:
    program = (
        "import sys; from importlib.util import find_spec as found\n"
        "print(*filter(found, sys.argv[1:]))"
    )
    assert containers.python(service, program, *MODULES).split() == modules


@pytest.mark.parametrize("service", ["redis", "api", "worker", "monitor", "imgur", "source"])
def test_no_process_may_do_more_than_it_must(containers: Containers, service: str) -> None:
    status = containers.compose("exec", "-T", service, "cat", "/proc/1/status")
    facts = dict(line.split(":\t", 1) for line in status.splitlines())
    assert "0" not in facts["Uid"].split()
    assert int(facts["CapBnd"], 16) == 0
    assert facts["NoNewPrivs"] == "1"
    (container,) = containers.inspect(containers.running(service)[:1])
    assert container["HostConfig"]["ReadonlyRootfs"]


def test_nothing_warns_of_how_it_is_run(containers: Containers) -> None:
    # Celery, for one, takes a user without a name for root.
    assert "Warning" not in containers.compose("logs", "api", "worker", "monitor")


def test_only_loopback_is_published_and_nothing_of_redis(containers: Containers) -> None:
    published = {
        each["Config"]["Labels"]["com.docker.compose.service"]: {
            binding["HostIp"]
            for bindings in each["NetworkSettings"]["Ports"].values()
            for binding in bindings or ()
        }
        for each in containers.inspect(containers.running())
    }
    loopback = {"127.0.0.1"}
    assert {service for service in published if published[service]} == {"api", "monitor", "imgur"}
    assert set.union(*published.values()) == loopback


@pytest.mark.parametrize(
    ("service", "host", "port", "reached"),
    [
        ("api", "redis", 6379, True),
        ("api", "imgur", 8000, False),
        ("worker", "imgur", 8000, True),
        ("source", "imgur", 8000, True),
        ("source", "redis", 6379, False),
    ],
)
def test_networks_are_apart(
    containers: Containers, service: str, host: str, port: int, reached: bool
) -> None:
    assert containers.reaches(service, host, port) is reached
