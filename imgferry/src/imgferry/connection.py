"""The requests of the client: sent, tried again, and their answers read."""

import os
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from imgferry.errors import ImgferryError, JobNotFound, Refused, ServiceUnreachable


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


class Connection:
    """To the service at `base_url`; for one thread at a time. Raises ValueError for another URL."""

    def __init__(self, base_url: str, timeout: float, api_key: str | None) -> None:
        self.url = base_url.rstrip("/")
        if not _is_http(self.url):
            raise ValueError("takes the URL of a service, as http://127.0.0.1:8080")
        self._timeout = timeout
        self._session = requests.Session()
        key = os.environ.get("IMGFERRY_API_KEY") if api_key is None else api_key
        if key:
            self._session.auth = _Bearer(key)
        # A proxy of the environment cannot reach this machine's own loopback.
        self._session.trust_env = not _is_loopback(base_url)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=RETRIES))

    def call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Send a request, and give the JSON of the answer.

        Raises ServiceUnreachable, Refused, JobNotFound; ImgferryError when another service answers.
        """
        answer = self.send(method, path, **content)
        if answer.status_code >= 500:
            raise ServiceUnreachable(
                f"Imgferry at {self.url} cannot answer now (HTTP {answer.status_code})."
            )
        expected = "application/json" if answer.ok else "application/problem+json"
        if answer.headers.get("Content-Type") != expected:
            raise self._stranger()
        if answer.ok:
            return dict(answer.json())
        raise (JobNotFound if answer.status_code == 404 else Refused)(answer.json())

    def send(self, method: str, path: str, **content: Any) -> requests.Response:
        """Send a request, and give whatever is answered. Raises ServiceUnreachable."""
        content.setdefault("timeout", self._timeout)
        try:
            return self._session.request(method, f"{self.url}{path}", **content)
        except requests.RequestException as error:
            reason = "no answer in time" if isinstance(error, requests.Timeout) else "no connection"
            raise ServiceUnreachable(f"Imgferry at {self.url}: {reason}.") from error

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _stranger(self) -> ImgferryError:
        return ImgferryError(f"What answers at {self.url} is not Imgferry.")


class _Bearer(requests.auth.AuthBase):
    """Sends the key; a header alone would give way to an entry in ~/.netrc."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


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
