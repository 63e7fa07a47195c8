"""The API over a real store, as a WSGI application and under gunicorn, and what a worker does."""

import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.model import Begun, Message, Outcome, Result, Uploaded, Worker
from jobs.settings import JobsSettings
from jobs.store import JobStore
from jobs.webhooks import make_secret
from sandbox.process import Process

Open = Callable[..., FlaskClient]
Submit = Callable[[Sequence[str]], str]
Begin = Callable[[str], list[Begun]]
Record = Callable[[str, Sequence[Result | str]], None]

SHIPPED = ["-c", "python:api.gunicorn_conf"]
UNLIMITED = {"LIMIT_REQUESTS_PER_MINUTE": "0", "LIMIT_URLS_PER_HOUR": "0"}
PLAIN = ["--bind", "127.0.0.1:0", "api.wsgi:app"]


@pytest.fixture(autouse=True)
def late_dispatches() -> Iterator[None]:
    """What a test has asked for is dispatched in it, and not in the next."""
    yield
    for thread in threading.enumerate():
        if thread.name == "dispatch":
            thread.join(20)


@pytest.fixture
def open_api(settings: JobsSettings, store: JobStore, tmp_path: Path) -> Open:
    """An API with these settings; without limits and with webhooks, unless they say otherwise."""

    def open_api(**of_api: Any) -> FlaskClient:
        others = {
            "limit_requests_per_minute": 0,
            "limit_urls_per_hour": 0,
            "webhook_secrets": (make_secret(),),
            "staging_url": str(tmp_path / "staging"),
        }
        api_settings = ApiSettings(**{**others, **of_api})
        return create_app(api_settings, store, Dispatcher.connect(settings, store)).test_client()

    return open_api


@pytest.fixture
def client(open_api: Open) -> FlaskClient:
    return open_api()


@pytest.fixture
def submit(client: FlaskClient) -> Submit:
    """Post a job, and give its id."""

    def submit(urls: Sequence[str]) -> str:
        with client.post("/v1/images/upload", json={"urls": urls}) as answer:
            assert answer.status_code == 202
            return str(answer.get_json()["jobId"])

    return submit


@pytest.fixture
def begin(store: JobStore) -> Begin:
    """Begin what waits of a job, as a worker does."""

    def begin(job_id: str) -> list[Begun]:
        store.heartbeat(Worker("celery@here", 400), [])
        store.admit(64)  # unless the API sent it already
        job = store.get(job_id)
        return store.begin(Message(job_id, range(len([*job.pending, *job.complete, *job.failed]))))

    return begin


@pytest.fixture
def record(store: JobStore, begin: Begin) -> Record:
    """Begin what waits of a job and record its end: a result, or the name it was uploaded as."""

    def record(job_id: str, results: Sequence[Result | str]) -> None:
        outcomes = [
            Outcome(begun.image, uploaded(result) if isinstance(result, str) else result)
            for begun, result in zip(begin(job_id), results, strict=False)
        ]
        assert all(store.record(outcomes))

    return record


def uploaded(name: str) -> Uploaded:
    return Uploaded(
        link=f"https://i.imgur.com/{name}.jpg",
        id=name,
        deletehash="5ecret",
        type="image/jpeg",
        width=640,
        height=480,
        bytes=100_000,
        content=f"sha256 of {name}",
    )


def gunicorn(
    args: list[str], log: Path, environment: dict[str, str], under: Sequence[str] = ()
) -> Process:
    program = str(Path(sys.executable).with_name("gunicorn"))
    return Process("api", [*under, program, *args], log, {**UNLIMITED, "PORT": "0", **environment})


class Api:
    def __init__(self, process: Process) -> None:
        self.process = process
        self.port = int(process.wait_for_line(r"Listening at: http://127.0.0.1:(\d+)")[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def exchange(self, request: bytes) -> bytes:
        """Send bytes as they are and no more; return all of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65_536), b""))

    def peak_memory(self) -> int:
        """Bytes: the most that any process of it ever held."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return (
            max(
                int(re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0])
                for pid in children.split()
            )
            * 1024
        )


@contextmanager
def serving(
    args: list[str], logs: Path, environment: dict[str, str], under: Sequence[str] = ()
) -> Iterator[Api]:
    """The API under gunicorn, once it listens."""
    process = gunicorn(args, logs, environment, under)
    process.start()
    try:
        yield Api(process)
    finally:
        process.stop()
