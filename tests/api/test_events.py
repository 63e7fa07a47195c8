"""Watching a job: its events, under gunicorn as it is shipped, over a real store."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
import requests
from redis import Redis

from jobs.model import Begun, Failed, Failure, Outcome, Result, Retry, Worker
from jobs.store import JobStore
from sandbox.redis import RedisServer
from tests.api.conftest import SHIPPED, Api, serving, uploaded

UPLOAD = "/v1/images/upload"
GONE = Failed(Failure("source-not-found", "Nothing is there.", retryable=False))
BUSY = Retry(Failure("source-unavailable", "Not now.", retryable=True), after=60)
BLOCKED = Failure("imgur-blocked", "Imgur takes nothing from here.", False)
ONE_PROCESS = [*SHIPPED, "--workers", "1"]

Begin = Callable[[str], list[Begun]]


@pytest.fixture(scope="module")
def api(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    environment = {"REDIS_URL": redis_server.url}
    with serving(ONE_PROCESS, tmp_path_factory.mktemp("logs"), environment) as api:
        yield api


@dataclass
class Event:
    """One block of a stream, its fields by their names; a comment is the field of no name."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.fields["event"]

    @property
    def data(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.fields["data"])
        return document

    @property
    def id(self) -> str:
        return self.fields["id"]


def blocks(answer: HTTPResponse) -> Iterator[Event]:
    event = Event()
    for line in answer:
        if line == b"\n":
            yield event
            event = Event()
        else:
            name, _, value = line.decode().rstrip("\n").partition(":")
            event.fields[name] = value.removeprefix(" ")


@contextmanager
def watching(api: Api, job_id: str, last: str | None = None) -> Iterator[Iterator[Event]]:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", api.port))
        client = HTTPConnection("127.0.0.1")
        client.sock = connection
        headers = {} if last is None else {"Last-Event-ID": last}
        client.request("GET", f"{UPLOAD}/{job_id}/events", headers=headers)
        with client.getresponse() as answer:
            assert answer.status == 200
            assert str(answer.getheader("Content-Type")).startswith("text/event-stream")
            events = blocks(answer)
            assert next(events).fields == {"retry": "3000"}
            yield events


def urls(count: int) -> list[str]:
    return [f"https://example.org/{n}.jpg" for n in range(count)]


def record(store: JobStore, begun: list[Begun], *results: Result) -> None:
    for one, result in zip(begun, results, strict=True):
        assert store.record([Outcome(one.image, result)]) == [True]


def changed(events: Iterator[Event], *indexes: int) -> list[dict[str, Any]]:
    """The images of these indexes, once all of them have changed. Others may be told again."""
    images: dict[int, dict[str, Any]] = {}
    while not images.keys() >= set(indexes):
        event = next(events)
        assert event.name == "change"
        images |= {image["index"]: image for image in event.data["changed"]}
    return [images[index] for index in indexes]


def test_a_snapshot_then_what_changes_until_the_job_is_complete(
    api: Api, store: JobStore, begin: Begin
) -> None:
    job_id = store.add(urls(3)).job_id
    with watching(api, job_id) as events:
        first = next(events)
        assert (first.name, first.data) == (
            "snapshot",
            requests.get(f"{api.url}{UPLOAD}/{job_id}").json(),
        )
        begun = begin(job_id)
        assert next(events).data == {
            "id": job_id,
            "status": "in-progress",
            "finished": None,
            "images": {"pending": 3, "complete": 0, "failed": 0},
            "changed": [],
        }
        record(store, begun[:2], uploaded("cat"), BUSY)
        done, busy = changed(events, 0, 1)
        record(store, begun[2:], GONE)
        (gone,) = changed(events, 2)
        store.cancel(job_id)  # the one that is due again
        *_, last = events
    images = requests.get(f"{api.url}{UPLOAD}/{job_id}/images").json()["images"]
    assert [done, *last.data["changed"], gone] == images
    assert (busy["index"], busy["error"]["code"]) == (1, "source-unavailable")
    assert busy["retryAt"]
    assert last.data["status"] == "complete"
    assert last.data["finished"]
    assert last.data["images"] == {"pending": 0, "complete": 1, "failed": 2}


def test_who_comes_back_is_told_what_happened_meanwhile(
    api: Api, store: JobStore, begin: Begin
) -> None:
    job_id = store.add(urls(4)).job_id
    begun = begin(job_id)
    with watching(api, job_id) as events:
        last = next(events).id
    record(store, begun[:2], uploaded("cat"), GONE)
    with watching(api, job_id, last) as events:
        missed = next(events)
        assert (missed.name, [image["index"] for image in missed.data["changed"]]) == (
            "change",
            [0, 1],
        )
        record(store, begun[2:3], uploaded("dog"))
        assert changed(events, 2)


@pytest.mark.parametrize("last", ["1-1", "c4n4ry", ""])
def test_who_comes_back_after_an_event_nobody_knows_gets_a_snapshot(
    api: Api, store: JobStore, last: str
) -> None:
    with watching(api, store.add(urls(2)).job_id, last) as events:
        assert next(events).name == "snapshot"


def test_a_change_of_very_many_images_is_a_snapshot(
    api: Api, store: JobStore, begin: Begin
) -> None:
    job_id = store.add(urls(600)).job_id
    with watching(api, job_id) as events:
        next(events)
        store.cancel(job_id)
        *_, last = events
    assert (last.name, last.data["status"]) == ("snapshot", "complete")


def test_a_complete_job_is_told_once(api: Api, store: JobStore) -> None:
    job_id = store.add(urls(1)).job_id
    store.cancel(job_id)
    with watching(api, job_id) as events:
        (only,) = events
    assert only.data["status"] == "complete"
    headers = {"Last-Event-ID": only.id}
    again = requests.get(f"{api.url}{UPLOAD}/{job_id}/events", headers=headers)
    assert (again.status_code, again.content) == (204, b"")


def test_a_pause_of_the_destination_is_told(api: Api, store: JobStore) -> None:
    job_id = store.add(urls(1)).job_id
    with watching(api, job_id) as events:
        assert "waiting" not in next(events).data
        store.pause(BLOCKED, 60, 60)
        assert next(events).data["waiting"]["reason"] == "imgur-blocked"
        store.resume(BLOCKED.code)
        assert "waiting" not in next(events).data


def test_all_who_watch_are_told_the_same(api: Api, store: JobStore, begin: Begin) -> None:
    job_id = store.add(urls(1)).job_id
    with watching(api, job_id) as one, watching(api, job_id) as other:
        record(store, begin(job_id), uploaded("cat"))
        *_, last_of_one = one
        *_, last_of_other = other
    assert last_of_one == last_of_other


def test_a_job_that_cannot_be_read_mutes_no_other(
    api: Api, store: JobStore, begin: Begin, redis: Redis
) -> None:
    unreadable, job_id = (store.add(urls(1)).job_id for _ in range(2))
    with watching(api, unreadable) as others, watching(api, job_id) as events:
        next(others), next(events)
        redis.setrange(f"imgferry:job:{unreadable}:states", 0, "?")
        redis.xadd(f"imgferry:job:{unreadable}:events", {"images": "0"})
        assert next(others).name == "snapshot"
        record(store, begin(job_id), uploaded("cat"))
        *_, last = events
    assert last.data["status"] == "complete"


def test_who_falls_behind_gets_the_newest_snapshot(api: Api, store: JobStore) -> None:
    """What it did not take waits in no memory of ours."""
    job_id = store.add([f"https://example.org/{n}/{'x' * 1900}" for n in range(510)]).job_id
    store.heartbeat(Worker("celery@here", 1), [])
    (message,) = store.admit(1)
    begun = store.begin(message)  # so that it is not complete when it is cancelled
    with watching(api, job_id) as slow, watching(api, job_id) as quick:
        next(quick)
        for _ in range(10):
            store.cancel(job_id)
            store.retry(job_id)
            assert next(quick).name == "snapshot"
        store.cancel(job_id)
        record(store, begun, *[GONE] * len(begun))
        of_quick, of_slow = list(quick), list(slow)
    assert len(of_slow) < 8
    assert of_slow[-1].data["status"] == of_quick[-1].data["status"] == "complete"


def test_a_stream_outlives_the_patience_with_answers_and_shows_that_it_lives(
    redis_server: RedisServer, store: JobStore, tmp_path: Path
) -> None:
    conf = tmp_path / "conf.py"
    conf.write_text(
        "import api.gunicorn_worker\n"
        "from api.gunicorn_conf import *\n"
        "api.gunicorn_worker.PATIENCE = keepalive = 1\n"
        "def post_worker_init(_):\n"
        "    import api.watching.events\n"
        "    api.watching.events.SILENCE = 0.5\n"
    )
    job_id = store.add(urls(1)).job_id
    args = ["-c", str(conf), "--workers", "1"]
    with (
        serving(args, tmp_path, {"REDIS_URL": redis_server.url}) as api,
        watching(api, job_id) as events,
    ):
        next(events)
        for _ in range(5):
            assert next(events).fields == {"": ""}
        store.cancel(job_id)
        assert next(events).data["status"] == "complete"


def test_a_service_that_stops_ends_its_streams(
    redis_server: RedisServer, store: JobStore, tmp_path: Path
) -> None:
    job_id = store.add(urls(1)).job_id
    with (
        serving(SHIPPED, tmp_path, {"REDIS_URL": redis_server.url}) as api,
        watching(api, job_id) as events,
    ):
        next(events)
        os.kill(api.process.pid, signal.SIGTERM)
        assert [event.fields for event in events] in ([], [{"": ""}])


def test_more_who_watch_than_can_be_held_are_to_come_back(
    redis_server: RedisServer, store: JobStore, tmp_path: Path
) -> None:
    job_id = store.add(urls(1)).job_id
    path = f"{UPLOAD}/{job_id}"
    few = ["sh", "-c", 'ulimit -n 130; exec "$0" "$@"']  # 6 connections, 3 who watch
    with ExitStack() as running:
        api = running.enter_context(
            serving(ONE_PROCESS, tmp_path, {"REDIS_URL": redis_server.url}, few)
        )
        for _ in range(3):
            next(running.enter_context(watching(api, job_id)))
        answer = requests.get(f"{api.url}{path}/events")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.json()["type"] == "/problems/too-many-watchers"
        held = requests.get(f"{api.url}{path}", headers={"Prefer": "wait=20"}, timeout=10)
        assert held.status_code == 200


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_an_unknown_job(api: Api, method: str) -> None:
    url = f"{api.url}{UPLOAD}/00000000-0000-4000-8000-000000000000/events"
    assert requests.request(method, url).status_code == 404
