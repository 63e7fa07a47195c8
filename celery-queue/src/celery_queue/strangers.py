"""What every request to a stranger needs, be it a source or the receiver of a webhook. No request.

The guard stands in the way of each connection; no cookie, proxy, `.netrc` or encoding is used.
"""

import re
from datetime import UTC, datetime

import aiohttp
from yarl import URL

from celery_queue.addresses import Guard
from celery_queue.connector import GuardedConnector
from jobs.urls import check_source_url

_USER_AGENT = "Imgferry/0.1"
_MAX_URL_LENGTH = 8190
"""Of any hop: what aiohttp takes as a header line, so a Location can hold no more."""
_MAX_RETRY_AFTER = 86_400.0


def open_session(guard: Guard, limit: int, accept: str) -> aiohttp.ClientSession:
    """A session of up to `limit` connections at once. Its user sets the deadlines."""
    headers = {"User-Agent": _USER_AGENT, "Accept": accept, "Accept-Encoding": "identity"}
    return aiohttp.ClientSession(
        connector=GuardedConnector(guard, limit),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        auto_decompress=False,
        trust_env=False,
    )


def parse_url(url: str) -> URL:
    """The URL as it will be requested: byte for byte, for a signature may cover it.

    Raises InvalidURL.
    """
    check_source_url(url, _MAX_URL_LENGTH)
    return URL(url, encoded=url.isascii())


def read_retry_after(value: str) -> float | None:
    """Seconds or a date (RFC 9110 §10.2.3), at most a day; None for anything else."""
    if re.fullmatch(r"[0-9]{1,9}", value):
        seconds = float(value)
    else:
        try:
            date = datetime.strptime(value, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
        except ValueError:
            return None
        seconds = (date - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER)
