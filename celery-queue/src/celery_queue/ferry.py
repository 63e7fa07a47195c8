"""Ferrying: each image is fetched and uploaded, all that this process has begun side by side."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from traceback import format_tb

import structlog

from celery_queue.errors import SourceError
from celery_queue.fetch import Fetched, Fetcher
from celery_queue.policy import after_failure, pause_after
from celery_queue.recorder import Recorder
from celery_queue.upload import Uploader
from imgur import ImgurError, UploadedImage
from jobs.model import Begun, Failed, Failure, Held, Outcome, Released, Result, Uploaded

log = structlog.get_logger()

_DEFECT = Failure(
    "internal-error", "Imgferry failed on this image; its operator finds why in the log.", True
)


class Ferry:
    """The images of this process: at most `images_at_once` under way, the others wait for room.

    `pause(reason, seconds)` is told when Imgur wants nothing more for a time; it may block.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        uploader: Uploader,
        recorder: Recorder,
        images_at_once: int,
        pause: Callable[[str, float], None],
    ) -> None:
        self._fetcher = fetcher
        self._uploader = uploader
        self._recorder = recorder
        self._room = asyncio.Semaphore(images_at_once)
        self._pause = pause
        self._paused_until = 0.0
        self._leaving = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._lost: set[Held] = set()
        self._held_until = 0.0
        self.held: set[Held] = set()

    async def run(self, job_id: str, images: Sequence[Begun]) -> None:
        """Ferry these images, just begun, and return when the last of them is recorded."""
        held = {Held(job_id, image.index, image.attempt): image.url for image in images}
        self.held |= held.keys()
        self._idle.clear()
        await asyncio.gather(*(self._settle(image, url) for image, url in held.items()))

    def renewed(self, until: float, lost: set[Held]) -> None:
        """Hear that the leases are good until then, on the monotonic clock, but those of `lost`."""
        self._lost |= lost & self.held
        self._held_until = until

    async def leave(self) -> None:
        """Upload nothing more; return when what is under way is recorded, the rest given back."""
        self._leaving = True
        await self._idle.wait()

    async def _settle(self, image: Held, url: str) -> None:
        try:
            async with self._room:
                result = await self._ferry(image, url)
            await self._recorder.record(Outcome(image, result))
        finally:
            self.held.discard(image)
            self._lost.discard(image)
            if not self.held:
                self._idle.set()

    async def _ferry(self, image: Held, url: str) -> Result:
        ids = asdict(image)
        try:
            if not self._may_upload(image):
                return Released()
            fetched = await self._fetcher.fetch(url)
            if not self._may_upload(image):
                return Released()
            return _uploaded(fetched, await self._uploader.upload(fetched))
        except (SourceError, ImgurError) as error:
            log.info("attempt failed", code=error.code, cause=_cause(error), **ids)
            pause = pause_after(error)
            if pause is None:
                return after_failure(error, image.attempt)
            self._paused_until = time.monotonic() + pause
            await asyncio.to_thread(self._pause, error.code, pause)
            return Released()
        except Exception as error:
            # Where it happened, but not its message: that may hold a URL.
            where = "".join(format_tb(error.__traceback__))
            log.error("defect", error=type(error).__name__, where=where, **ids)  # noqa: TRY400
            return Failed(_DEFECT)

    def _may_upload(self, image: Held) -> bool:
        # A process that slept (SIGSTOP, a suspended machine) wakes when others have its images.
        is_held = time.monotonic() < self._held_until and image not in self._lost
        return is_held and not self._leaving and self._paused_until <= time.monotonic()


def _uploaded(fetched: Fetched, done: UploadedImage) -> Uploaded:
    # Imgur may have converted the image, so its word goes before what was sent.
    return Uploaded(
        link=done.link,
        id=done.id,
        deletehash=done.deletehash or "",
        type=done.type or fetched.facts.type,
        width=done.width or fetched.facts.width,
        height=done.height or fetched.facts.height,
        bytes=done.size or len(fetched.content),
    )


def _cause(error: BaseException) -> str:
    """The chain of causes, for the log: what the public message leaves out."""
    causes = [str(error)]
    while error := error.__cause__ or error.__context__:  # type: ignore[assignment]
        causes.append(type(error).__name__)
    return " < ".join(causes)
