"""Whoever can write to Redis can forge a message: it runs nothing, ends nobody, and is gone."""

import base64
import json
import os
import pickle
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis

from imgferry import Client
from jobs.queue import DELETE_IMAGE, QUEUE, UPLOAD_IMAGES, make_celery
from jobs.settings import JobsSettings
from sandbox.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

#: The lines of a worker that drops a message: ours, and Celery's where it cannot unpack one.
DROPPED = re.compile("message not understood|Can't decode message|Connection to broker lost")
JSON, PICKLE = "application/json", "application/x-python-serialize"
ARGUMENTS = [[str(uuid4()), [0]], {}, {"callbacks": None, "errbacks": None, "chain": None}]


class Payload:
    """What makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self._file),)


def message(body: bytes, kind: str | None = JSON, **headers: Any) -> dict[str, Any]:
    """As kombu writes it into a Redis list."""
    tag = str(uuid4())
    return {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8" if kind == JSON else "binary",
        "content-type": kind,
        "headers": {"lang": "py", "task": UPLOAD_IMAGES, "id": tag, "root_id": tag} | headers,
        "properties": {
            "correlation_id": tag,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": QUEUE},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": tag,
        },
    }


def forged_json(body: object, **headers: Any) -> dict[str, Any]:
    return message(json.dumps(body).encode(), **headers)


def called_back(task: str) -> list[object]:
    signature = {"task": task, "args": [], "kwargs": {}, "options": {}}
    return [*ARGUMENTS[:2], {"callbacks": [signature], "errbacks": [signature]}]


FORGED: dict[str, dict[str, Any]] = {
    "msgpack": message(b"\x93\x90\x80\x80", "application/x-msgpack"),
    "plain text": message(b"hello", "text/plain"),
    "bytes of no type": message(b"\x00\xff", "application/data"),
    "no type": message(b"hello", None),
    "no JSON": message(b"{"),
    "JSON without end": message(b"[" * 100_000),
    "a number": forged_json(7),
    "an object": forged_json({}),
    "arguments that are none": forged_json([7, {}, {}]),
    "compressed, not truly": forged_json(ARGUMENTS, compression="application/x-gzip"),
    "not base64": message(b"") | {"body": "%%%"},
    "no body": message(b"") | {"body": None},
    "no headers": message(b"[[], {}, {}]") | {"headers": None},
    "headers of another kind": message(b"[[], {}, {}]") | {"headers": ["task"]},
    "no id": forged_json(ARGUMENTS, id=None),
    "no task": forged_json(ARGUMENTS, task=None),
    "a task that is no name": forged_json(ARGUMENTS, task=[UPLOAD_IMAGES]),
    "a task of Celery's own": forged_json([[], {}, {}], task="celery.backend_cleanup"),
    "a callback": forged_json(called_back("celery.backend_cleanup")),
    "a deletion of what is no image": forged_json([["*", -1], {}, {}], task=DELETE_IMAGE),
    "in a hundred years": forged_json(ARGUMENTS, eta="2126-01-01T00:00:00"),
    "at no time": forged_json(ARGUMENTS, expires="never"),
    **{f"a time limit {n}": forged_json(ARGUMENTS, timelimit="x") for n in range(30)},
}
NO_MESSAGES = {
    "nothing": "",
    "no JSON at all": "hello",
    "a list": "[1, 2]",
    "a list without end": "[" * 200_000,
    "a body that is a number": json.dumps(message(b"") | {"body": 7}),
    "no properties": json.dumps(message(b"") | {"properties": None}),
    "no tag": json.dumps(message(b"") | {"properties": {"delivery_info": {}}}),
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One worker: whatever ends it or takes its threads is seen."""
    with Stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def broker(stack: Stack) -> Iterator[Redis]:
    """After each test the worker is the same process, nothing waits, and a job is done."""
    pid = stack.workers[0].pid
    with Redis.from_url(stack.redis.url) as redis, Client(stack.api.url) as client:
        yield redis
        urls = [f"{stack.source.url}/photo/{n}.png?bytes=1000" for n in range(60)]
        assert client.wait(client.upload(urls)).complete == urls
        assert redis.llen(QUEUE) == redis.hlen("unacked") == 0
    stack.check()
    assert stack.workers[0].pid == pid


def dropped(stack: Stack) -> int:
    """How many messages the worker says it has dropped."""
    return len(DROPPED.findall(stack.workers[0].log.read_text()))


def send(stack: Stack, broker: Redis, what: str, text: str) -> None:
    """Send it, and wait until the worker says that it has dropped it."""
    before, deadline = dropped(stack), time.monotonic() + 30
    broker.lpush(QUEUE, text)
    while dropped(stack) == before:
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_nothing_that_a_message_holds_is_run(stack: Stack, broker: Redis, tmp_path: Path) -> None:
    made = tmp_path / "made"
    body = pickle.dumps(([Payload(made)], {}, {}))
    pickle.loads(body)
    made.rmdir()  # so it would work
    yaml = f"!!python/object/apply:os.mkdir ['{made}']".encode()
    kinds = [PICKLE, "application/x-pickle", "application/data", JSON, None]
    for forged in (*(message(body, kind) for kind in kinds), message(yaml, "application/x-yaml")):
        send(stack, broker, f"{forged['content-type']}", json.dumps(forged))
    assert not made.exists()


def test_what_is_not_ours_is_dropped_and_ends_no_worker(stack: Stack, broker: Redis) -> None:
    large = {"50 MB": forged_json([["x" * 50_000_000, [0]], [], {}])}
    forged = {what: json.dumps(message) for what, message in (FORGED | large).items()}
    for what, text in (forged | NO_MESSAGES).items():
        send(stack, broker, what, text)


def test_nothing_that_a_command_to_all_workers_holds_is_run(
    stack: Stack, broker: Redis, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    forged = message(pickle.dumps({"method": "ping", "arguments": Payload(made)}), PICKLE)
    assert broker.publish("/0.celery.pidbox", json.dumps(forged)) == 1
    with make_celery(JobsSettings(redis_url=stack.redis.url)) as celery:
        assert celery.control.ping(timeout=5, limit=1)  # it was read
    assert not made.exists()
