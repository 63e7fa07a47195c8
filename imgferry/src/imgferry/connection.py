"""The requests of the client: sent, tried again, and their answers read."""

import os
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from imgferry.errors import ImgferryError, JobNotFound, Refused, ServiceUnreachable
from imgferry.events import Message, read_messages


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


SILENCE = 45
"""Seconds without a byte after which a stream is given up: the service sends one every 15."""


class Connection:
    """To the service at `base_url`; for one thread at a time. Raises ValueError for another URL."""

    def __init__(self, base_url: str, timeout: float, api_key: str | None) -> None:
        self.url = base_url.rstrip("/")
        if not _is_http(self.url):
            raise ValueError("takes the URL of a service, as http://127.0.0.1:8080")
        self._timeout = timeout
        key = os.environ.get("IMGFERRY_API_KEY") if api_key is None else api_key
        self._session = _session(self.url, key, RETRIES)
        self._once = _session(self.url, key, Retry(0))

    def call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Send a request, and give the JSON of the answer.

        Raises ServiceUnreachable, Refused, JobNotFound; ImgferryError when another service answers.
        """
        answer = self.ask(method, path, **content)
        if answer.headers.get("Content-Type") != "application/json":
            raise self._stranger()
        return dict(answer.json())

    def ask(self, method: str, path: str, **content: Any) -> requests.Response:
        """The same for an answer of any type."""
        try:
            answer = self._session.request(
                method, f"{self.url}{path}", timeout=self._timeout, **content
            )
        except requests.RequestException as error:
            raise self._unreachable(error) from error
        if answer.ok:
            return answer
        is_problem = answer.headers.get("Content-Type") == "application/problem+json"
        if answer.status_code >= 500:
            why = answer.json()["detail"] if is_problem else f"HTTP status {answer.status_code}."
            raise ServiceUnreachable(f"Imgferry at {self.url} cannot answer now. {why}")
        if not is_problem:
            raise self._stranger()
        raise (JobNotFound if answer.status_code == 404 else Refused)(answer.json())

    def glance(self, path: str) -> requests.Response:
        """Ask once, and give whatever is answered, also 503. Raises ServiceUnreachable."""
        try:
            return self._once.get(f"{self.url}{path}", timeout=self._timeout)
        except requests.RequestException as error:
            raise self._unreachable(error) from error

    def messages(self, path: str, after: str) -> Iterator[Message]:
        """What a stream sends after the message of this id.

        It ends when the service ends it, has no room for us, or is away: a `call` says which.
        """
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        try:
            with self._once.get(
                f"{self.url}{path}", headers=headers, stream=True, timeout=(self._timeout, SILENCE)
            ) as answer:
                if answer.ok:
                    yield from read_messages(answer.iter_lines(chunk_size=65536))
        except requests.RequestException:
            return

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        self._once.close()

    def _stranger(self) -> ImgferryError:
        return ImgferryError(f"What answers at {self.url} is not Imgferry.")

    def _unreachable(self, error: requests.RequestException) -> ServiceUnreachable:
        reason = "no answer in time" if isinstance(error, requests.Timeout) else "no connection"
        return ServiceUnreachable(f"Imgferry at {self.url}: {reason}.")


class _Bearer(requests.auth.AuthBase):
    """Sends the key; a header alone would give way to an entry in ~/.netrc."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _session(url: str, key: str | None, retries: Retry) -> requests.Session:
    session = requests.Session()
    if key:
        session.auth = _Bearer(key)
    # A proxy of the environment cannot reach this machine's own loopback.
    session.trust_env = not _is_loopback(url)
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retries))
    return session


def _is_http(url: str) -> bool:
    try:
        split = urlsplit(url)
    except ValueError:
        return False
    return split.scheme in {"http", "https"} and bool(split.hostname)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
