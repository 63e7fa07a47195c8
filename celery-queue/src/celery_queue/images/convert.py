"""Converting what Imgur refuses to PNG or JPEG, in processes of their own (`images.decoder`).

Pillow is not in the worker's process, and need not be installed where nothing is converted.
"""

import asyncio
import io
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Collection
from contextlib import suppress
from importlib.util import find_spec

from celery_queue.errors import NotConverted, TooManyPixels
from celery_queue.images import webp
from celery_queue.images.formats import damage_in
from celery_queue.images.limits import MAX_PIXELS, check_pixels
from celery_queue.images.verdicts import Verdict

CONVERTIBLE = ("webp", "heic", "avif", "bmp")

_AT_ONCE = 2
"""Processes; each may take a gigabyte."""
_PART = 1 << 16
"""Bytes given to a process in one go: so much a pipe holds."""

_DEFECTS = {1, 2, 120}
"""Exit statuses of Python: what the decoder did not expect, as a broken installation."""
_TOO_MUCH = "takes too much time or memory to convert"
_WHY = {
    Verdict.SEVERAL_PICTURES: "holds several pictures, of which only one would be left",
    Verdict.TOO_MUCH_MEMORY: _TOO_MUCH,
    -signal.SIGXCPU: _TOO_MUCH,
    -signal.SIGKILL: _TOO_MUCH,
}


def check_convertible(kinds: Collection[str]) -> None:
    """Raise ValueError for a type that cannot be converted, or not with what is installed."""
    if unknown := set(kinds) - set(CONVERTIBLE):
        raise ValueError(f"takes {', '.join(CONVERTIBLE)}; not {', '.join(sorted(unknown))}")
    if kinds and not find_spec("PIL"):
        raise ValueError("takes Pillow, which is not installed: imgferry-worker[convert] has it")
    if "heic" in kinds and not find_spec("pillow_heif"):
        raise ValueError("heic takes pillow-heif, which is not installed")


class Converter:
    """Converts images, a few at once; the others wait.

    `max_bytes` is of the result. `timeout` is seconds for one image, beside the seconds of CPU
    after which its process ends by itself.
    """

    def __init__(self, max_bytes: int, timeout: float = 60.0) -> None:
        self._max_bytes = max_bytes
        self._timeout = timeout
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def convert(self, content: bytes, kind: str) -> bytes:
        """Convert an image of a type as TypeNotAccepted names it.

        Raises SourceError, and RuntimeError where not the image but the decoder is at fault.
        """
        if kind == "WebP":
            # Its decoder makes room for the picture before anyone can ask how large it is.
            with damage_in("image/webp"):
                check_pixels(*webp.size(content))
        async with self._room:
            converted, status = await self._decode(content, kind)
        if status in _DEFECTS:
            raise RuntimeError(f"the decoder ended with status {status}")
        if status == Verdict.TOO_MANY_PIXELS:
            raise TooManyPixels(MAX_PIXELS)
        if len(converted) > self._max_bytes:
            raise NotConverted(
                kind, f"is larger than {self._max_bytes / 1_000_000:g} MB when converted"
            )
        if status:
            raise NotConverted(kind, _WHY.get(status, "cannot be decoded"))
        return converted

    async def _decode(self, content: bytes, kind: str) -> tuple[bytes, int]:
        process = await _started(kind)
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        assert process.stdout is not None  # noqa: S101
        converted = b""
        try:
            async with asyncio.timeout(self._timeout):
                _, converted = await asyncio.gather(
                    _send(process.stdin, content), _read(process.stdout, self._max_bytes + 1)
                )
                if len(converted) <= self._max_bytes:
                    await process.wait()
        except TimeoutError:
            pass
        finally:
            if process.returncode is None:
                process.kill()
            while await process.stdout.read(_PART):
                pass  # before Python 3.13, wait() waits for the end of the pipes as well
            status = await process.wait()
        return converted, status


async def _started(kind: str) -> Process:
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", "celery_queue.images.decoder", kind),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={},
            start_new_session=True,  # Ctrl-C is for the worker, which lets it finish
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # uvloop leaves a process running whose start was cancelled.
        process = await starting
        process.kill()
        await process.wait()
        raise


async def _send(stream: asyncio.StreamWriter, content: bytes) -> None:
    # It ended without reading: its status says why. The second error is uvloop's.
    with suppress(ConnectionError, RuntimeError):
        for start in range(0, len(content), _PART):
            stream.write(content[start : start + _PART])
            await stream.drain()
    stream.close()


async def _read(stream: asyncio.StreamReader, most: int) -> bytes:
    body = io.BytesIO()
    while body.tell() < most and body.write(await stream.read(_PART)):
        pass
    return body.getvalue()
