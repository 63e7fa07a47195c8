"""The containers, built and run as `docker-compose up --build --scale worker=3` does it."""

import json
import os
import re
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

from api.settings import ApiSettings
from celery_queue.settings import WorkerSettings
from imgferry import Client
from jobs.settings import JobsSettings, Settings
from sandbox.ports import free_port
from sandbox.source.photos import photo

pytestmark = [pytest.mark.compose, pytest.mark.slow, pytest.mark.timeout(900)]

#: What docker-compose.override.yml gives Flower where nothing is told.
PASSWORD = ("sandbox", "sandbox")
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
        names = {*ApiSettings.model_fields, *WorkerSettings.model_fields, "flower_basic_auth"}
        ports = {"PORT": api, "FLOWER_PORT": flower, "STAND_IN_PORT": stand_in}
        self._environment = (
            os.environ
            | dict.fromkeys((name.upper() for name in names), "")
            | {name: str(port) for name, port in ports.items()}
            | {"API_BIND": "", "CONVERT": "webp,bmp"}
            | {"WORKER_IMAGES_AT_ONCE": "10"}  # few: a batch takes some seconds
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

    def inside(self, service: str, *command: str) -> str:
        """What a command prints in a container of a service; docker-compose takes longer for it."""
        return _run(["docker", "exec", self.running(service)[0], *command])

    def python(self, service: str, program: str, *arguments: str) -> str:
        """What a program prints that runs in the container of a service."""
        return self.inside(service, "python", "-c", program, *arguments).strip()

    def networks(self, service: str) -> dict[str, str]:
        """The networks of a service, and its address in each."""
        (container,) = self.inspect(self.running(service)[:1])
        networks = container["NetworkSettings"]["Networks"]
        return {
            name.removeprefix(f"{self.project}_"): networks[name]["IPAddress"] for name in networks
        }

    def reaches(self, service: str, host: str, port: int) -> bool:
        """Whether a service can open a connection to another, at any of its addresses."""
        program = (
            "import socket, sys\n"
            "for address in sys.argv[2:]:\n"
            "  with socket.socket() as connection:\n"
            "    connection.settimeout(1)\n"
            "    print(connection.connect_ex((address, int(sys.argv[1]))))"
        )
        addresses = self.networks(host).values()
        return "0" in self.python(service, program, str(port), *addresses).split()


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
        answer = requests.get(
            f"{containers.flower}/workers", params={"json": 1}, auth=PASSWORD, timeout=5
        )
        return {worker["hostname"]: worker for worker in answer.json()["data"]}

    def succeeded() -> int:
        return sum(worker.get("task-succeeded", 0) for worker in workers().values())

    wait_until(lambda: names <= workers().keys())
    before = succeeded()
    with Client(containers.api) as client:

        def is_seen() -> bool:  # by a worker that Flower has asked for its events, every 5 seconds
            client.wait(client.upload(["http://source:8000/photo/1.png"]))
            return succeeded() > before

        wait_until(is_seen)


def test_what_imgur_refuses_is_converted_within_the_limits_of_a_container(
    containers: Containers,
) -> None:
    urls = [f"http://source:8000/photo/1.{kind}" for kind in ("webp", "bmp")]
    with Client(containers.api) as client:
        job_id = client.upload(urls)
        assert client.wait(job_id).complete == urls
        assert {image.type for image in client.images(job_id)} <= {"image/png", "image/jpeg"}


def test_a_file_goes_from_the_api_to_a_worker(containers: Containers, tmp_path: Path) -> None:
    cat = tmp_path / "cat.png"
    cat.write_bytes(photo(1, "png", 50_000))
    with Client(containers.api) as client:
        assert client.wait(client.upload(files=[cat])).complete == ["file:cat.png"]


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


def test_redis_asks_for_a_password_and_drops_nothing(containers: Containers) -> None:
    program = (
        "from pathlib import Path; from redis import Redis, AuthenticationError\n"
        "try: Redis('redis').ping()\n"
        "except AuthenticationError: print('asks')\n"
        "redis = Redis.from_url(Path('/run/redis/url').read_text().strip())\n"
        "print(redis.config_get('maxmemory-policy')['maxmemory-policy'])\n"
        "print(redis.config_get('maxmemory')['maxmemory'])"
    )
    asks, policy, most = containers.python("worker", program).split()
    (redis,) = containers.inspect(containers.running("redis"))
    assert (asks, policy) == ("asks", "noeviction")
    assert 0 < int(most) <= redis["HostConfig"]["Memory"] / 2  # a rewrite of its file doubles it


def test_the_password_of_redis_is_in_no_environment_and_no_log(containers: Containers) -> None:
    (url,) = containers.inside("redis", "cat", "/run/redis/url").split()
    password = url.removeprefix("redis://:").removesuffix("@redis:6379/0")
    assert len(bytes.fromhex(password)) == 32
    inspected = json.dumps(containers.inspect(containers.running()))
    assert containers.running("redis")[0] in inspected
    assert password not in inspected
    assert password not in containers.compose("logs")


def test_flower_asks_for_a_password_and_only_shows(containers: Containers) -> None:
    worker = f"celery@{containers.running('worker')[0]}"
    shutdown = f"{containers.flower}/api/worker/shutdown/{worker}"
    for page in ("", "/workers", "/tasks", "/broker", f"/worker/{worker}", "/api/workers"):
        assert requests.get(containers.flower + page, timeout=5).status_code == 401
    assert requests.post(shutdown, timeout=5).status_code == 401
    assert requests.get(containers.flower, auth=PASSWORD, timeout=5).status_code == 200
    refused = requests.post(shutdown, auth=PASSWORD, timeout=5)
    assert (refused.status_code, refused.text) == (403, "Read only mode is enabled")


def test_flower_without_a_password_says_so_once_and_does_not_run(containers: Containers) -> None:
    """As in a deployment: without docker-compose.override.yml, and nothing told."""
    image = f"{containers.project}_monitor"
    ended = _run(["docker", "run", "--detach", "--restart=on-failure", image]).strip()
    try:
        assert _run(["docker", "wait", ended]).strip() == "0"  # so that nobody starts it again
        (container,) = containers.inspect([ended])
        assert container["RestartCount"] == 0
        logs = subprocess.run(
            ["docker", "logs", ended], capture_output=True, text=True, check=True
        ).stderr
        assert logs.startswith("FLOWER_BASIC_AUTH: takes user:password.")
        assert logs.count("\n") == 1
    finally:
        _run(["docker", "rm", ended])


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
    status = containers.inside(service, "cat", "/proc/1/status")
    facts = dict(line.split(":\t", 1) for line in status.splitlines())
    assert "0" not in facts["Uid"].split()
    assert int(facts["CapBnd"], 16) == 0
    assert facts["NoNewPrivs"] == "1"
    (container,) = containers.inspect(containers.running(service)[:1])
    assert container["HostConfig"]["ReadonlyRootfs"]
    assert 0 < container["HostConfig"]["Memory"] < 5e9
    assert 0 < container["HostConfig"]["PidsLimit"] <= 512


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
        ("monitor", "imgur", 8000, False),
        ("worker", "imgur", 8000, True),
        ("source", "imgur", 8000, True),
        ("source", "redis", 6379, False),
        ("source", "api", 8080, False),
        ("source", "monitor", 5555, False),
    ],
)
def test_networks_are_apart(
    containers: Containers, service: str, host: str, port: int, reached: bool
) -> None:
    assert containers.reaches(service, host, port) is reached


def test_no_way_leads_out_but_from_the_workers(containers: Containers) -> None:
    ways: dict[str, set[str]] = {}
    for service in ("redis", "api", "monitor", "worker"):
        for network in containers.networks(service):
            ways.setdefault(network, set()).add(service)
    assert ways == {
        "data": {"redis", "api", "monitor", "worker"},
        "edge": {"api", "monitor"},
        "egress": {"worker"},
    }
    names = [f"{containers.project}_{name}" for name in ("data", "edge")]
    data, edge = json.loads(_run(["docker", "network", "inspect", *names]))
    assert data["Internal"]
    assert edge["Options"]["com.docker.network.bridge.enable_ip_masquerade"] == "false"


@pytest.mark.parametrize(
    ("service", "settings"), [("api", ApiSettings), ("worker", WorkerSettings)]
)
def test_every_setting_can_be_told(
    containers: Containers, service: str, settings: type[Settings]
) -> None:
    _, _, told = containers.compose("config").partition(f"\n  {service}:\n")
    told = re.split(r"\n  \w", told)[0]
    names = {name.upper() for name in (settings.model_fields | JobsSettings.model_fields)}
    here = {"REDIS_URL", "BROKER_URL"}  # compose brings its own Redis
    assert names - here - set(re.findall(r"^      ([A-Z_]+): ", told, re.MULTILINE)) == set()


# The last, for Celery warns when it loses its broker.
def test_redis_comes_back_with_the_password_that_the_others_know(containers: Containers) -> None:
    urls = [f"http://source:8000/photo/{n}.png?delay=0.5" for n in range(100)]
    with Client(containers.api) as client:
        job_id = client.upload(urls)
        wait_until(lambda: client.job(job_id).complete)
        _run(["docker", "kill", *containers.running("redis")])
        containers.up()
        wait_until(lambda: client.job(job_id).status == "complete")
        assert client.job(job_id).complete == urls
