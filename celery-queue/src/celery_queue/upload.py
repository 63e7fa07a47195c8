"""Uploading: from the bytes of an image to its place at Imgur, over aiohttp."""

import time
from typing import Self

import aiohttp

from celery_queue.fetch import Fetched
from imgur import ImgurUnavailable, UploadedImage, calls, read_upload

#: Bytes of an answer that are read: Imgur's are about 1 KB, an error page of a proxy some more.
_ANSWER_BYTES = 200_000


class Uploader:
    """Uploads images, many at once, over one session for the process's life.

    An async context manager. `timeout` is seconds for one upload; `limit` is connections at once.
    """

    def __init__(self, api_url: str, client_id: str, *, timeout: float, limit: int) -> None:
        self._url = api_url.rstrip("/") + calls.UPLOAD_PATH
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

    async def upload(self, fetched: Fetched) -> UploadedImage:
        """Upload an image. Raises ImgurError and nothing else."""
        form = aiohttp.FormData(calls.upload_fields())
        form.add_field(
            calls.IMAGE_PART,
            fetched.content,
            content_type=fetched.facts.type,
            filename=fetched.facts.type.replace("/", "."),
        )
        try:
            async with self._session.post(self._url, data=form) as response:
                body = await response.content.read(_ANSWER_BYTES)
                return read_upload(response.status, response.headers, body, time.time())
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ImgurUnavailable(str(error)) from error
