"""Fetching: from a source URL to the bytes of an image. What they say they are is not believed.

A stranger chose the URL, and perhaps owns the server. Where it may lead is the guard's matter
(`celery_queue.connector`); here are how long, how much, how often, and what may come back.
"""

import asyncio
import io
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from celery_queue import errors
from celery_queue.addresses import Guard
from celery_queue.hosts import Place
from celery_queue.images.formats import ImageFacts
from celery_queue.images.prepare import Preparation
from celery_queue.memory import Portion
from celery_queue.strangers import open_session, parse_url, read_retry_after

_REDIRECTS = {301, 302, 303, 307, 308}
_TRANSIENT = {408, 425, 429}
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
_IMGUR_HOST = re.compile(r"(.+\.)?imgur\.(com|io)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An image as it will be uploaded, and what its header says."""

    content: bytes
    facts: ImageFacts


class Fetcher:
    """Fetches images, many at once, over one session for the process's life.

    An async context manager. `timeout` is seconds for one whole fetch: names, redirects, body.
    `max_bytes` is counted, whatever a Content-Length says. `limit` is connections at once.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        timeout: float,
        max_bytes: int,
        limit: int,
        max_redirects: int = 5,
        preparation: Preparation | None = None,
    ) -> None:
        self._guard = guard
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._limit = limit
        self._max_redirects = max_redirects
        self._preparation = preparation or Preparation()

    async def __aenter__(self) -> Self:
        self._session = open_session(self._guard, self._limit, accept="image/*")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def fetch(
        self,
        url: str,
        place: Place | None = None,
        portion: Portion | None = None,
        referer: str | None = None,
    ) -> Fetched:
        """Fetch the image at `url`. Raises SourceError, HostBusy for a redirect, and MemoryFull.

        Only the URL's own origin is told the `referer`. The place follows the redirects and is left
        with the last byte. Without place and portion nobody counts.
        """
        try:
            async with asyncio.timeout(self._timeout) as deadline:
                content = await self._follow(url, place, portion, referer, deadline)
        except FOREIGN_ERRORS as error:
            raise translate(error) from error
        if place:
            place.leave()  # what is done with the bytes is nothing to the host
        return Fetched(*await self._preparation.prepare(content, portion))

    async def _follow(
        self,
        url: str,
        place: Place | None,
        portion: Portion | None,
        referer: str | None,
        deadline: asyncio.Timeout,
    ) -> bytes:
        first = None
        for _ in range(self._max_redirects + 1):
            hop = _checked(url)
            first = first or hop.origin()
            # An idle connection is one too: it is kept only for an image that is on its way.
            keep = place is None or await place.connect(hop.raw_host or "")
            headers = {} if keep else {"Connection": "close"}
            if referer and hop.origin() == first:
                headers |= _telling(referer, hop)
            # A body that is not read to its end is never drained: its connection is closed.
            async with self._session.get(hop, allow_redirects=False, headers=headers) as response:
                location = response.headers.get("Location")
                if response.status not in _REDIRECTS or location is None:
                    _check_status(response)
                    return await self._read(response, portion, deadline)
            url = urljoin(url, location)
        raise errors.TooManyRedirects

    async def _read(
        self, response: aiohttp.ClientResponse, portion: Portion | None, deadline: asyncio.Timeout
    ) -> bytes:
        if _is_encoded(response):
            raise errors.EncodedBody
        length = response.content_length
        most = length or self._max_bytes
        if most > self._max_bytes:
            raise errors.ImageTooLarge(self._max_bytes)
        read_on = portion.before_claim(most) if portion else most
        body = io.BytesIO()  # gives its bytes without another copy, unlike a list that is joined
        if length:
            _make_room(body, read_on)
        while body.write(await response.content.readany()):
            if body.tell() > self._max_bytes:
                raise errors.ImageTooLarge(self._max_bytes)
            if portion and body.tell() > read_on:
                with _stopped(deadline):  # that nothing is read is not the source's fault
                    await portion.grow(most, self._timeout)
                read_on = most
                if length:
                    _make_room(body, most)
        body.truncate()
        return body.getvalue()


def _make_room(body: io.BytesIO, size: int) -> None:
    """Let it have so many bytes at once: growing with them, it is copied, and takes some more."""
    here = body.tell()
    body.seek(max(size - 1, here))
    body.write(b"\0")
    body.seek(here)


@contextmanager
def _stopped(deadline: asyncio.Timeout) -> Iterator[None]:
    """Let no time pass for whom this deadline is."""
    now = asyncio.get_running_loop().time
    left = (deadline.when() or 0.0) - now()
    deadline.reschedule(None)
    try:
        yield
    finally:
        deadline.reschedule(now() + left)


def _telling(referer: str, hop: URL) -> dict[str, str]:
    """The header for this hop; a page of https is not told over http (RFC 9110 §10.1.3)."""
    page = parse_url(referer).with_fragment(None)
    return {} if page.scheme == "https" != hop.scheme else {"Referer": str(page)}


def _checked(url: str) -> URL:
    """The URL of a hop."""
    parsed = parse_url(url)
    if parsed.path == "/removed.png" and _IMGUR_HOST.fullmatch(parsed.host or ""):
        raise errors.SourceRemoved
    return parsed


def _check_status(response: aiohttp.ClientResponse) -> None:
    status = response.status
    if 200 <= status < 300:
        return
    if status in {404, 410}:
        raise errors.SourceNotFound
    if status in _TRANSIENT or status >= 500:
        wait = read_retry_after(response.headers.get("Retry-After", ""))
        raise errors.SourceUnavailable(status, retry_after=wait)
    raise errors.SourceRefused(status)


def _is_encoded(response: aiohttp.ClientResponse) -> bool:
    encodings = response.headers.getall("Content-Encoding", [])
    return any(encoding.strip().lower() not in {"", "identity"} for encoding in encodings)


def translate(error: Exception) -> errors.SourceError:
    """What an exception of aiohttp or below means for the user; one of FOREIGN_ERRORS."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        gone = error.os_error.errno in _NO_SUCH_HOST
        return errors.HostNotFound() if gone else errors.SourceUnreachable()
    return next(ours() for theirs, ours in _TRANSLATIONS if isinstance(error, theirs))


# The first that fits: a certificate error is a ClientConnectorError and a ValueError.
_TRANSLATIONS: list[tuple[type[Exception], type[errors.SourceError]]] = [
    (TimeoutError, errors.SourceTimeout),
    (aiohttp.ClientConnectionError, errors.SourceUnreachable),
    (aiohttp.ClientPayloadError, errors.IncompleteBody),
    (aiohttp.TooManyRedirects, errors.TooManyRedirects),
    (aiohttp.InvalidURL, errors.InvalidSource),
    (aiohttp.NonHttpUrlClientError, errors.InvalidSource),
    (aiohttp.RedirectClientError, errors.InvalidSource),
    (aiohttp.ClientError, errors.SourceUnreachable),
    (HttpProcessingError, errors.SourceUnreachable),
    (OSError, errors.SourceUnreachable),
    (ValueError, errors.InvalidSource),
]
FOREIGN_ERRORS = tuple(theirs for theirs, _ in _TRANSLATIONS)
