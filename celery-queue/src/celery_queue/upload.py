"""Uploading: from the bytes of an image to its place at Imgur, and away again, over aiohttp."""

import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Self

import aiohttp

from celery_queue.budget import told_by
from celery_queue.deletehashes import Seal
from celery_queue.fetch import Fetched
from imgur import (
    ImgurError,
    ImgurNoAnswer,
    ImgurUnavailable,
    UploadedImage,
    calls,
    read_credits,
    read_deletion,
    read_limits,
    read_upload,
)
from jobs.model import ImageOptions, Told

#: Bytes of an answer that are read: Imgur's are about 1 KB, an error page of a proxy some more.
_ANSWER_BYTES = 200_000
_NO_OPTIONS = ImageOptions()


class Uploader:
    """Uploads images, many at once, over one session for the process's life.

    An async context manager. `timeout` is seconds for one upload; `limit` is connections at once;
    `learn` hears what every answer tells of Imgur's windows; `seal` is for deletehashes.
    """

    def __init__(
        self,
        api_url: str,
        client_id: str,
        *,
        timeout: float,
        limit: int,
        learn: Callable[[Sequence[Told]], None],
        seal: Seal,
    ) -> None:
        self._root = api_url.rstrip("/")
        self._learn = learn
        self._seal = seal
        self._headers = calls.authorization(client_id)
        self._timeout = timeout
        self._limit = limit

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._limit),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=self._timeout),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def upload(self, fetched: Fetched, options: ImageOptions = _NO_OPTIONS) -> UploadedImage:
        """Upload an image; its deletehash comes back sealed. Raises ImgurError and nothing else."""
        fields = calls.upload_fields(title=options.title, description=options.description)
        form_type, before, after = calls.upload_form(fields, fetched.facts.type)
        parts = (before, fetched.content, after)
        headers = {"Content-Type": form_type, "Content-Length": str(sum(map(len, parts)))}
        url = self._root + calls.UPLOAD_PATH
        async with self._answer("POST", url, _stream(parts), headers) as (response, body):
            now = time.time()
            limits = read_limits(response.headers, now)
            try:
                image = read_upload(response.status, response.headers, body, now)
            except ImgurError:
                self._learn(told_by(limits))
                raise
            self._learn(told_by(limits, uploads=1))
            deletehash = image.deletehash and self._seal(image.deletehash)
            return replace(image, deletehash=deletehash)

    async def delete(self, deletehash: str) -> list[Told]:
        """Delete an image, or find it gone; what the answer told. Raises ImgurError."""
        url = self._root + calls.deletion_path(deletehash)
        async with self._answer("DELETE", url) as (response, body):
            now = time.time()
            told = told_by(read_limits(response.headers, now))
            try:
                read_deletion(response.status, response.headers, body, now)
            except ImgurError:
                self._learn(told)
                raise
            return told

    async def ask_credits(self) -> list[Told]:
        """What is left before anything is uploaded. Raises ImgurError."""
        async with self._answer("GET", self._root + calls.CREDITS_PATH) as (response, body):
            return told_by(read_credits(response.status, response.headers, body, time.time()))

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        url: str,
        data: AsyncIterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[tuple[aiohttp.ClientResponse, bytes]]:
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, allow_redirects=False
            ) as response:
                yield response, await _read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise ImgurUnavailable(str(error)) from error  # nothing was sent
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ImgurNoAnswer(str(error)) from error


async def _stream(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    """One part after another, without a copy of the image."""
    for part in parts:
        yield part


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    while len(body) < _ANSWER_BYTES and (part := await response.content.readany()):
        body += part
    return body
