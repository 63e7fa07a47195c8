"""The Python client of the REST API."""

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit
from uuid import uuid4

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from imgferry.errors import ImgferryError, JobNotFound, Refused, ServiceUnreachable
from imgferry.model import Image, ImageStatus, Job, JobStatus, JobSummary, Priority


class _Retry(Retry):
    # Not 429: to wait for a quota, up to an hour, is for the caller to decide.
    RETRY_AFTER_STATUS_CODES = frozenset({503})


RETRIES = _Retry(
    total=3,
    backoff_factor=0.3,
    status_forcelist=[502, 503, 504],
    # Repeating does no harm: a job is posted with a key, and what is cancelled, or runs again
    # already, stays so.
    allowed_methods=["GET", "POST", "DELETE"],
    raise_on_status=False,
)


class Client:
    """Uploads through the service at `base_url`. A context manager; for one thread at a time.

    Every call may raise ServiceUnreachable, after some retries, and Refused. `timeout` is in
    seconds, for connecting and for each wait for bytes. `api_key` is that of the environment
    (IMGFERRY_API_KEY) unless another is given.

        with Client("http://127.0.0.1:8080") as client:
            job = client.wait(client.upload(["https://example.org/black-cat.jpg"]))
            print(*(image.link for image in client.images(job.id, "complete")))
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8080",
        timeout: float = 30,
        *,
        api_key: str | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._session = requests.Session()
        key = os.environ.get("IMGFERRY_API_KEY") if api_key is None else api_key
        if key:
            self._session.auth = _Bearer(key)
        # A proxy of the environment cannot reach this machine's own loopback.
        self._session.trust_env = not _is_loopback(base_url)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=RETRIES))

    def upload(
        self,
        urls: Iterable[str],
        *,
        priority: Priority | None = None,
        idempotency_key: str | None = None,
    ) -> str:
        """Submit the URLs as one job; gives its id, at once. Raises Refused for wrong URLs.

        The same call with the same `idempotency_key` (1 to 255 visible ASCII characters) gives the
        same job for a day, so it may be called again after ServiceUnreachable, also by another
        process. With that key and another batch it is Refused.
        """
        body: dict[str, Any] = {"urls": _several(urls)}
        if priority is not None:
            body["priority"] = priority
        key = str(uuid4()) if idempotency_key is None else idempotency_key
        if not re.fullmatch("[!-~]{1,255}", key):
            raise ValueError("idempotency_key takes 1 to 255 visible ASCII characters")
        quoted = re.sub(r'(["\\])', r"\\\1", key)  # a string of RFC 9651
        headers = {"Idempotency-Key": f'"{quoted}"'}
        return str(self._call("POST", "/upload", json=body, headers=headers)["jobId"])

    def job(self, job_id: str) -> Job:
        """How far the job is. Raises JobNotFound."""
        return Job.read(self._call("GET", f"/upload/{_quoted(job_id)}"))

    def wait(self, job_id: str, on_progress: Callable[[Job], None] | None = None) -> Job:
        """Wait until no image is pending, however long that takes, and give the finished job.

        `on_progress` is called with every state that was read, the last one included. Raises
        JobNotFound. After ServiceUnreachable it may be called again with the same id.
        """
        pause = 0.1
        while True:
            job = self.job(job_id)
            if on_progress:
                on_progress(job)
            if job.status == "complete":
                return job
            time.sleep(pause)
            pause = min(pause * 1.2, 2)

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
            body["urls"] = _several(urls)
        if only_retryable:
            body["only"] = "retryable"
        return int(self._call("POST", f"/upload/{_quoted(job_id)}/retry", json=body)["retried"])

    def jobs(self, status: JobStatus | None = None) -> Iterator[JobSummary]:
        """The jobs, all or those of one status, newest first."""
        for page in self._pages("/upload", {"limit": 1000, "status": status}):
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

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

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
        url = f"{self._base_url}/v1/images{path}"
        try:
            answer = self._session.request(method, url, timeout=self._timeout, **content)
        except requests.RequestException as error:
            reason = "no answer in time" if isinstance(error, requests.Timeout) else "no connection"
            raise ServiceUnreachable(f"Imgferry at {self._base_url}: {reason}.") from error
        if answer.status_code >= 500:
            raise ServiceUnreachable(
                f"Imgferry at {self._base_url} cannot answer now (HTTP {answer.status_code})."
            )
        expected = "application/json" if answer.ok else "application/problem+json"
        if answer.headers.get("Content-Type") != expected:
            raise ImgferryError(f"What answers at {self._base_url} is not Imgferry.")
        if answer.ok:
            return dict(answer.json())
        raise (JobNotFound if answer.status_code == 404 else Refused)(answer.json())


class _Bearer(requests.auth.AuthBase):
    """Sends the key; a header alone would give way to an entry in ~/.netrc."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _several(urls: Iterable[str]) -> list[str]:
    if isinstance(urls, str):
        raise TypeError("urls takes several URLs, not one string")
    return list(urls)


def _quoted(job_id: str) -> str:
    return quote(job_id, safe="")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
