"""The Python client of the REST API."""

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack
from urllib.parse import quote
from uuid import uuid4

from imgferry.connection import Connection
from imgferry.content import JobOptions, content_of, several
from imgferry.model import Event, Image, ImageStatus, Job, JobStatus, JobSummary

DEFAULT_URL = "http://127.0.0.1:8080"


class Client:
    """Uploads through the service at `base_url`. A context manager; for one thread at a time.

    Every call may raise ServiceUnreachable, after some retries, and Refused. `timeout` is in
    seconds, for connecting and for each wait for bytes. Unless they are given, `base_url` and
    `api_key` are those of the environment (IMGFERRY_URL, IMGFERRY_API_KEY).

        with Client() as client:
            job = client.wait(client.upload(["https://example.org/black-cat.jpg"]))
            print(*(image.link for image in client.images(job.id, "complete")))
    """

    def __init__(
        self, base_url: str | None = None, timeout: float = 30, *, api_key: str | None = None
    ) -> None:
        self.connection = Connection(
            base_url or os.environ.get("IMGFERRY_URL") or DEFAULT_URL, timeout, api_key
        )

    def upload(
        self,
        urls: Iterable[str] = (),
        *,
        files: Iterable[str | Path] = (),
        idempotency_key: str | None = None,
        **options: Unpack[JobOptions],
    ) -> str:
        """Submit the URLs and files as one job; gives its id, at once.

        Raises Refused where one of them is wrong, and OSError for a file that cannot be read. The
        files go in one request, of which the service limits the bytes: send many in several.

        The same call with the same `idempotency_key` (1 to 255 visible ASCII characters) gives the
        same job for a day, so it may be called again after ServiceUnreachable, also by another
        process. With that key and another batch it is Refused.
        """
        key = str(uuid4()) if idempotency_key is None else idempotency_key
        headers = {"Idempotency-Key": _key_header(key)}
        content = content_of(several(urls), list(files), options)
        return str(self._call("POST", "/upload", headers=headers, **content)["jobId"])

    def job(self, job_id: str) -> Job:
        """How far the job is. Raises JobNotFound."""
        return Job.read(self._call("GET", f"/upload/{_quoted(job_id)}"))

    def events(self, job_id: str) -> Iterator[Event]:
        """What happens to the job: first how far it is, then every change, until it is complete.

        While nothing happens the job comes again every 15 seconds: what it waits for may change.
        Where the stream breaks off it is taken up again. Raises JobNotFound.
        """
        path, last_id = f"/v1/images/upload/{_quoted(job_id)}/events", ""
        while True:
            for message in self.connection.messages(path, last_id):
                last_id = message.id
                if message.kind in {"snapshot", "change"}:
                    event = Event.read(message.kind, json.loads(message.data))
                else:
                    event = Event.of(self.job(job_id))
                yield event
                if event.status == "complete":
                    return
            yield (event := Event.of(self.job(job_id)))
            if event.status == "complete":
                return
            time.sleep(1)

    def wait(self, job_id: str, on_progress: Callable[[Event], None] | None = None) -> Job:
        """Wait until no image is pending, however long that takes, and give the finished job.

        `on_progress` is called with every event, the last one included. Raises JobNotFound. After
        ServiceUnreachable it may be called again with the same id.
        """
        for event in self.events(job_id):
            if on_progress:
                on_progress(event)
        return self.job(job_id)

    def cancel(self, job_id: str) -> Job:
        """Let nothing more of the job begin; images under way still finish. Raises JobNotFound.

        Those that had not begun have failed with the code `cancelled`.
        """
        return Job.read(self._call("DELETE", f"/upload/{_quoted(job_id)}"))

    def retry(
        self, job_id: str, urls: Iterable[str] | None = None, *, only_retryable: bool = False
    ) -> int:
        """Run failed images of the job again: all, or those of these URLs, or the retryable ones.

        Gives how many do that did not already. Raises JobNotFound, and Refused for URLs that are
        not of the job.
        """
        body: dict[str, Any] = {}
        if urls is not None:
            body["urls"] = several(urls)
        if only_retryable:
            body["only"] = "retryable"
        return int(self._call("POST", f"/upload/{_quoted(job_id)}/retry", json=body)["retried"])

    def jobs(
        self, status: JobStatus | None = None, *, label: str | None = None
    ) -> Iterator[JobSummary]:
        """The jobs, all or those of one status or label, newest first."""
        query = {"limit": 1000, "status": status, "label": label}
        for page in self._pages("/upload", query):
            yield from map(JobSummary.read, page["jobs"])

    def images(self, job_id: str, status: ImageStatus | None = None) -> Iterator[Image]:
        """What became of the job's images, all or those of one status. Raises JobNotFound."""
        query = {"limit": 1000, "status": status}
        for page in self._pages(f"/upload/{_quoted(job_id)}/images", query):
            yield from map(Image.read, page["images"])

    def links(self) -> Iterator[str]:
        """The links of all images that were ever uploaded, newest first."""
        for page in self._pages("", {}):
            yield from page["uploaded"]

    def config(self, file: str) -> str:
        """A configuration of another program, with this service's URL and this client's key.

        `file` is sharex.sxcu, picgo.json or flameshot.sh.
        """
        return self.connection.ask("GET", f"/v1/config/{quote(file, safe='')}").text

    def close(self) -> None:
        """Close the connections."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _pages(self, path: str, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            page = self._call("GET", path, params={**query, "cursor": cursor})
            yield page
            cursor = page.get("next")
            if cursor is None:
                return

    def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        return self.connection.call(method, f"/v1/images{path}", **content)


def _key_header(key: str) -> str:
    if not re.fullmatch("[!-~]{1,255}", key):
        raise ValueError("idempotency_key takes 1 to 255 visible ASCII characters")
    quoted = re.sub(r'(["\\])', r"\\\1", key)  # a string of RFC 9651
    return f'"{quoted}"'


def _quoted(job_id: str) -> str:
    return quote(job_id, safe="")
