import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from imgferry import (
    Client,
    Event,
    Image,
    ImgferryError,
    JobNotFound,
    Refused,
    ServiceUnreachable,
)
from jobs.model import Failure
from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox.ports import free_port
from sandbox.stack import Stack
from tests.service import until

_numbers = count(1_000_000)

NO_JOB = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"


def photos(stack: Stack, count: int, query: str = "") -> list[str]:
    """URLs of photos that no other test uses."""
    numbers = [next(_numbers) for _ in range(count)]
    return [f"{stack.source.url}/photo/{number}.png?bytes=5000{query}" for number in numbers]


def test_uploads_and_waits(client: Client, stack: Stack) -> None:
    urls = photos(stack, 3)
    seen: list[Event] = []
    job_id = client.upload([*urls, urls[0]])
    job = client.wait(job_id, seen.append)
    assert (job.id, job.status, job.complete) == (job_id, "complete", urls)
    assert job.finished
    assert job.created <= job.finished
    assert job.body["uploaded"] == {"pending": [], "complete": urls, "failed": []}
    assert (seen[-1].status, seen[-1].complete) == ("complete", 3)
    assert {event.pending + event.complete + event.failed for event in seen} == {3}


def test_uploads_files(client: Client, stack: Stack, tmp_path: Path) -> None:
    [url, other] = photos(stack, 2)
    path = tmp_path / "cat.png"
    path.write_bytes(requests.get(url, timeout=10).content)
    job_id = client.upload([other], files=[path, str(path)], title="Cats", labels=["a", "b"])
    job = client.wait(job_id)
    assert job.complete == [other, "file:cat.png", "file:cat.png (2)"]
    assert (job.title, job.labels) == ("Cats", ["a", "b"])
    with pytest.raises(FileNotFoundError):
        client.upload(files=[tmp_path / "none.png"])


def test_says_what_became_of_each_image(client: Client, stack: Stack) -> None:
    photo, page = f"{stack.source.url}/photo/2.png", f"{stack.source.url}/page.html"
    job_id = client.upload([photo, page])
    client.wait(job_id)

    complete, failed = client.images(job_id)
    assert (complete.url, complete.status, complete.error) == (photo, "complete", None)
    assert complete.type == "image/png"
    assert complete.link
    assert complete.link.startswith(f"{stack.imgur.url}/")
    assert (failed.url, failed.status, failed.link) == (page, "failed", None)
    assert failed.error
    assert (failed.error.code, failed.error.retryable) == ("source-not-an-image", False)

    assert list(client.images(job_id, "failed")) == [failed]
    assert list(client.images(job_id, "pending")) == []


def test_reads_lists_longer_than_a_page(client: Client, stack: Stack) -> None:
    urls = photos(stack, 1001)
    job_id = client.upload(urls)
    client.wait(job_id)
    images = list(client.images(job_id))
    assert [image.url for image in images] == urls
    links = list(client.links())
    assert len(links) == len(set(links)) >= 1001
    assert {image.link for image in images} <= set(links)


def test_the_same_key_gives_the_same_job(client: Client, stack: Stack) -> None:
    key = f'"\\{uuid4()}'
    urls = photos(stack, 2)
    job_id = client.upload(urls, idempotency_key=key)
    with Client(stack.api.url) as another:
        assert another.upload(urls, idempotency_key=key) == job_id
    assert client.upload(urls) != job_id
    with pytest.raises(Refused, match="another body") as refused:
        client.upload(urls[:1], idempotency_key=key)
    assert refused.value.status == 422


@pytest.mark.parametrize("key", ["", "a b", "ä", "a\r\nX: y", "x" * 256])
def test_a_key_that_no_header_can_hold_is_not_sent(client: Client, key: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII"):
        client.upload(["https://example.org/cat.jpg"], idempotency_key=key)


def test_a_priority_is_told(client: Client, stack: Stack) -> None:
    assert client.wait(client.upload(photos(stack, 1), priority="high")).complete
    with pytest.raises(Refused, match="/priority: Takes one of: 'high', 'normal' or 'low'"):
        client.upload(photos(stack, 1), priority="urgent")  # type: ignore[arg-type]


def test_equal_bytes_are_uploaded_once(client: Client, stack: Stack) -> None:
    [url] = photos(stack, 1)
    images: list[Image] = []
    for copy in (1, 2):
        job_id = client.upload([f"{url}&copy={copy}"])
        client.wait(job_id)
        images += client.images(job_id)
    first, second = images
    assert (first.deduplicated, second.deduplicated) == (False, True)
    assert first.link == second.link
    assert not first.possibly_duplicated


def test_cancels_and_retries(client: Client, stack: Stack) -> None:
    urls = photos(stack, 600, "&delay=0.5")  # more than a worker has at once
    job_id = client.upload(urls)
    until(client, job_id, lambda job: job.status == "in-progress", timeout=30)
    client.cancel(job_id)
    cancelled = client.wait(job_id)
    assert client.cancel(job_id) == cancelled
    assert cancelled.failed
    assert [url for url in urls if url in {*cancelled.complete, *cancelled.failed}] == urls
    failed = list(client.images(job_id, "failed"))
    assert {image.error.code for image in failed if image.error} == {"cancelled"}
    assert client.retry(job_id, cancelled.failed[:2]) == 2
    assert client.retry(job_id, only_retryable=True) == len(failed) - 2
    assert client.retry(job_id) == 0
    assert client.wait(job_id).complete == urls


def test_a_retry_of_what_is_not_of_the_job_is_refused(client: Client, stack: Stack) -> None:
    [url] = photos(stack, 1)
    job_id = client.upload([url])
    with pytest.raises(Refused, match="/urls/1: ") as refused:
        client.retry(job_id, [url, "https://example.org/cat.jpg"])
    assert [error["code"] for error in refused.value.errors] == ["unknown-url"]
    with pytest.raises(Refused, match="not both"):
        client.retry(job_id, [url], only_retryable=True)
    with pytest.raises(Refused, match="/urls: "):
        client.retry(job_id, [])


@pytest.mark.parametrize("call", [Client.upload, lambda client, url: client.retry(NO_JOB, url)])
def test_one_url_is_not_several(client: Client, call: Callable[[Client, str], object]) -> None:
    with pytest.raises(TypeError, match="several"):
        call(client, "https://example.org/cat.jpg")


def test_lists_jobs_newest_first(client: Client, stack: Stack) -> None:
    job_ids = [client.upload(photos(stack, 1)) for _ in range(3)]
    for job_id in job_ids:
        client.wait(job_id)
    jobs = list(client.jobs())
    assert [job.id for job in jobs[:3]] == job_ids[::-1]
    assert len({job.id for job in jobs}) == len(jobs)
    assert (jobs[0].status, jobs[0].pending, jobs[0].complete, jobs[0].failed) == (
        "complete", 0, 1, 0,
    )  # fmt: skip
    assert jobs[0].finished
    assert jobs[0].created < jobs[0].finished
    assert [job.id for job in client.jobs("complete")][:3] == job_ids[::-1]
    assert not {*job_ids} & {job.id for job in client.jobs("pending")}


def test_lists_more_jobs_than_a_page_has(client: Client, stack: Stack) -> None:
    store = JobStore.connect(JobsSettings(redis_url=stack.redis.url))
    job_ids = []
    for _ in range(1001):
        job_ids.append(store.add(["https://example.org/cat.jpg"]).job_id)
        store.cancel(job_ids[-1])
    assert [job.id for job in client.jobs()][:1001] == job_ids[::-1]


def test_says_what_a_job_waits_for(client: Client, stack: Stack) -> None:
    store = JobStore.connect(JobsSettings(redis_url=stack.redis.url))
    store.pause(Failure("test-pause", "A test pauses.", retryable=True), 600, 600)
    try:
        job_id = client.upload(photos(stack, 1))
        job = client.job(job_id)
        assert job.waiting
        assert job.waiting.reason == "test-pause"
        assert job.estimate
        assert datetime.now(UTC) < job.waiting.resumes_at <= job.estimate
    finally:
        store.resume("test-pause")
    job = client.wait(job_id)
    assert (job.waiting, job.estimate) == (None, None)


def test_a_wrong_url_is_refused_with_its_place(client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client.upload(["https://example.org/cat.jpg", "ftp://example.org/dog.jpg"])
    assert refused.value.status == 422
    assert [error["pointer"] for error in refused.value.errors] == ["/urls/1"]
    assert "/urls/1: " in str(refused.value)


def test_a_wrong_parameter_is_refused_with_its_name(client: Client, stack: Stack) -> None:
    job_id = client.upload(photos(stack, 1))
    with pytest.raises(Refused, match="\nstatus: ") as refused:
        list(client.images(job_id, "completed"))  # type: ignore[arg-type]
    assert refused.value.status == 400


@pytest.mark.parametrize("job_id", [NO_JOB, "unknown", "../upload", "a?b#c", ""])
def test_an_unknown_job_is_not_found(client: Client, job_id: str) -> None:
    with pytest.raises(JobNotFound):
        client.job(job_id)
    with pytest.raises(JobNotFound):
        list(client.images(job_id))
    with pytest.raises(JobNotFound):
        client.cancel(job_id)
    with pytest.raises(JobNotFound):
        client.retry(job_id)


def test_a_proxy_of_the_environment_is_not_asked_for_loopback(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Client(stack.api.url) as client:
        assert client.upload(photos(stack, 1))


def test_nobody_there() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with Client(url) as client, pytest.raises(ServiceUnreachable, match=rf"{url}: no connection"):
        client.upload(["https://example.org/cat.jpg"])


def test_somebody_else_there(stack: Stack) -> None:
    with (
        Client(stack.source.url) as client,
        pytest.raises(ImgferryError, match=f"What answers at {stack.source.url} is not Imgferry"),
    ):
        client.job("55355b7c-9b86-4a1a-b32e-6cdd6db07183")


class Overloaded(BaseHTTPRequestHandler):
    """Answers 503 as a proxy does whose service is being restarted; then an empty list."""

    protocol_version = "HTTP/1.1"
    failures = 0
    asked: list[tuple[str, str | None]]

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.command, self.headers["Idempotency-Key"]))
        failed = len(self.asked) <= self.failures
        body = b"<h1>Try again</h1>" if failed else b'{"uploaded": [], "jobId": "1"}'
        self.send_response(503 if failed else 200)
        self.send_header("Content-Type", "text/html" if failed else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer  # noqa: N815 - the names http.server asks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server of these requests: its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def overloaded(failures: int) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """A server that fails so often: its URL, and the methods and keys it was asked with."""
    asked: list[tuple[str, str | None]] = []
    handler = type("Handler", (Overloaded,), {"failures": failures, "asked": asked})
    with serving(handler) as url:
        yield url, asked


def test_reading_is_tried_again() -> None:
    with overloaded(failures=2) as (url, asked), Client(url) as client:
        assert list(client.links()) == []
    assert asked == [("GET", None)] * 3


def test_reading_is_not_tried_for_ever() -> None:
    with overloaded(failures=99) as (url, asked), Client(url) as client:
        with pytest.raises(ServiceUnreachable, match=r"cannot answer now\. HTTP status 503\."):
            list(client.links())
        assert len(asked) == 4


def test_a_job_is_submitted_again_with_the_same_key() -> None:
    with overloaded(failures=1) as (url, asked), Client(url) as client:
        client.upload(["https://example.org/cat.jpg"])
        client.upload(["https://example.org/cat.jpg"])
    assert [method for method, _ in asked] == ["POST"] * 3
    first, again, other = (key for _, key in asked)
    assert first == again != other
    assert re.fullmatch(r'"[0-9a-f-]{36}"', first or "")


class Lossy(BaseHTTPRequestHandler):
    """The way to a service on which the first answers are lost: the connection just ends."""

    protocol_version = "HTTP/1.1"
    service: str
    losses: list[int]

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = requests.request(
            self.command, self.service + self.path, data=body, headers=dict(self.headers), timeout=9
        )
        self.close_connection = True
        if self.losses:
            self.losses.pop()
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_POST = do_DELETE = forward  # noqa: N815 - the names http.server asks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def test_a_lost_answer_makes_no_second_job(client: Client, stack: Stack) -> None:
    earlier = {job.id for job in client.jobs()}
    losses = [1, 2]
    handler = type("Handler", (Lossy,), {"service": stack.api.url, "losses": losses})
    with serving(handler) as url, Client(url) as far:
        job_id = far.upload(photos(stack, 1))
        assert losses == []
        assert {job.id for job in client.jobs()} - earlier == {job_id}
        client.wait(job_id)
        losses.append(3)
        assert far.cancel(job_id).complete
        assert losses == []


class Breaking(BaseHTTPRequestHandler):
    """A stream of events that breaks off in the middle of one, and goes on when asked again."""

    came_after: list[str | None]

    def do_GET(self) -> None:
        job = {"id": "1", "created": "2026-11-21T16:48:29.123Z", "finished": None}
        begun = {"status": "in-progress", "images": {"pending": 1, "complete": 1, "failed": 0}}
        ended = {"status": "complete", "images": {"pending": 0, "complete": 2, "failed": 0}}
        uploaded = {"pending": ["a", "b"], "complete": [], "failed": []}
        whole = {**job, **begun, "uploaded": uploaded}
        after = self.headers["Last-Event-ID"]
        if not self.path.endswith("/events"):
            self.answer("application/json", json.dumps(whole))
        elif after:
            self.came_after.append(after)
            change = event("3-0", "change", {**job, **ended, "changed": []})
            self.answer("text/event-stream", change)
        else:
            self.came_after.append(after)
            change = event("2-0", "change", {**job, **begun, "changed": []})
            broken = "id: 3-0\nevent: change\ndata: {"
            self.answer("text/event-stream", event("1-0", "snapshot", whole) + change + broken)

    def answer(self, kind: str, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def event(number: str, kind: str, data: object) -> str:
    return f"id: {number}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"


def test_events_that_break_off_are_taken_up_again() -> None:
    came_after: list[str | None] = []
    handler = type("Handler", (Breaking,), {"came_after": came_after})
    with serving(handler) as url, Client(url) as client:
        events = list(client.events("1"))
    assert came_after == [None, "2-0"]
    assert [event.complete for event in events] == [0, 1, 0, 2]  # the third: the job, as asked
    assert [bool(event.job) for event in events] == [True, False, True, False]


def test_requests_is_imported_with_the_client_only() -> None:
    code = "import imgferry, sys; a = 'requests' in sys.modules; imgferry.Client; print(a)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
