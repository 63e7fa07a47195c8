import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from imgferry import Client, ImgferryError, Job, JobNotFound, Refused, ServiceUnreachable
from sandbox.ports import free_port
from sandbox.stack import Stack

NO_JOB = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"


def photos(stack: Stack, count: int) -> list[str]:
    return [f"{stack.source.url}/photo/1.gif?copy={number}" for number in range(count)]


def test_uploads_and_waits(client: Client, stack: Stack) -> None:
    urls = photos(stack, 3)
    seen: list[Job] = []
    job_id = client.upload([*urls, urls[0]])
    job = client.wait(job_id, seen.append)
    assert (job.id, job.status, job.complete) == (job_id, "complete", urls)
    assert job.finished
    assert job.created <= job.finished
    assert job.body["uploaded"] == {"pending": [], "complete": urls, "failed": []}
    assert seen[-1] == job
    for state in seen:
        assert sorted([*state.pending, *state.complete, *state.failed]) == sorted(urls)


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
    asked: list[str]

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append(self.command)
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
def overloaded(failures: int) -> Iterator[tuple[str, list[str]]]:
    """A server that fails so often: its URL, and the methods it was asked with."""
    asked: list[str] = []
    handler = type("Handler", (Overloaded,), {"failures": failures, "asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_reading_is_tried_again() -> None:
    with overloaded(failures=2) as (url, asked), Client(url) as client:
        assert list(client.links()) == []
    assert asked == ["GET", "GET", "GET"]


def test_reading_is_not_tried_for_ever() -> None:
    with overloaded(failures=99) as (url, asked), Client(url) as client:
        with pytest.raises(ServiceUnreachable, match=r"cannot answer now \(HTTP 503\)"):
            list(client.links())
        assert len(asked) == 4


def test_a_job_is_never_submitted_twice() -> None:
    with overloaded(failures=1) as (url, asked), Client(url) as client:
        with pytest.raises(ServiceUnreachable):
            client.upload(["https://example.org/cat.jpg"])
        assert asked == ["POST"]


def test_requests_is_imported_with_the_client_only() -> None:
    code = "import imgferry, sys; a = 'requests' in sys.modules; imgferry.Client; print(a)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
