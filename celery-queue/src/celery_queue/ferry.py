"""Ferrying: each image is fetched and uploaded, all that this process has begun side by side."""

import asyncio
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import structlog

from celery_queue.contents import Contents
from celery_queue.defects import log_defect
from celery_queue.errors import SourceError
from celery_queue.fetch import Fetched
from celery_queue.hosts import HostBusy, Place
from celery_queue.memory import MemoryFull
from celery_queue.policy import MOST_PATIENCE, after_busy, after_failure, cool_down_after
from celery_queue.recorder import Recorder
from celery_queue.sources import Sources
from celery_queue.upload import Uploader
from imgur import ImgurError, UploadedImage
from jobs.model import (
    Begun,
    Claim,
    Failed,
    Failure,
    Heartbeat,
    Held,
    Known,
    Outcome,
    Released,
    Result,
    Retry,
    Uploaded,
)

log = structlog.get_logger(__name__)

_DEFECT = Failure(
    "internal-error", "Imgferry failed on this image; its operator finds why in the log.", True
)

#: Seconds until an image asks again whose bytes another one is uploading.
_ASK_AGAIN = 0.2


class Ferry:
    """The images of this process: at most `images_at_once` under way, the others wait for room.

    `done` is called after each, with how many are held.
    """

    def __init__(
        self,
        sources: Sources,
        contents: Contents,
        uploader: Uploader,
        recorder: Recorder,
        done: Callable[[int], object],
        *,
        images_at_once: int,
    ) -> None:
        self._sources = sources
        self._contents = contents
        self._uploader = uploader
        self._recorder = recorder
        self._done = done
        self._room = asyncio.Semaphore(images_at_once)
        self._paused_until = 0.0
        self._leaving = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._lost: set[Held] = set()
        self._held_until = 0.0
        self.held: set[Held] = set()

    async def run(self, images: Sequence[Begun]) -> None:
        """Ferry these images, just begun, and return when the last of them is recorded."""
        self.held |= {begun.image for begun in images}
        self._idle.clear()
        await asyncio.gather(*map(self._settle, images))

    def renewed(self, until: float, heard: Heartbeat) -> None:
        """Hear that the leases are good until then, on the monotonic clock, but for those lost."""
        self._lost |= heard.lost & self.held
        self._held_until = until
        self._paused_until = time.monotonic() + heard.paused_for

    async def leave(self) -> None:
        """Upload nothing more; return when what is under way is recorded, the rest given back."""
        self._leaving = True
        await self._idle.wait()

    async def _settle(self, begun: Begun) -> None:
        image = begun.image
        try:
            result = await self._ferry(begun)
            taken = await self._recorder.record(Outcome(image, result))
            if taken and isinstance(result, Uploaded | Known):  # else it runs again, and needs it
                await self._sources.let_go(begun)
        except Exception as error:
            # Not recorded, and held no longer: the image runs again when its lease ends.
            log_defect(error, **_ids(image))
        finally:
            self.held.discard(image)
            self._lost.discard(image)
            if not self.held:
                self._idle.set()
            self._done(len(self.held))

    async def _ferry(self, begun: Begun) -> Result:
        host = urlsplit(begun.url).hostname or ""
        with self._sources.place() as place:
            try:
                # Before there is room for it: who waits for a busy host holds up no other image.
                if host:
                    await place.reserve(host)
                async with self._room:
                    return await self._attempt(begun, place)
            except (HostBusy, MemoryFull) as busy:
                return after_busy(busy.wait)
            except (SourceError, ImgurError) as error:
                log.info(
                    "attempt failed",
                    code=error.code,
                    cause=_cause(error),
                    host=host,
                    attempt=begun.attempt,
                    **_ids(begun.image),
                )
                return await self._after(error, begun.attempt, place)
            except Exception as error:
                log_defect(error, **_ids(begun.image))
                # What breaks off because this process ends is nobody's failure.
                return Released() if self._leaving else Failed(_DEFECT)

    async def _attempt(self, begun: Begun, place: Place) -> Result:
        if not self._may_upload(begun.image):
            return Released()
        with self._sources.portion() as portion:
            return await self._upload(begun, await self._sources.get(begun, place, portion))

    async def _after(
        self, error: SourceError | ImgurError, attempt: int, place: Place
    ) -> Failed | Retry | Released:
        if isinstance(error, SourceError):
            if error.retry_after:
                await place.avoid(min(error.retry_after, MOST_PATIENCE))
            return after_failure(error, attempt)
        cool_down = cool_down_after(error)
        if cool_down is None:
            return after_failure(error, attempt)
        # Nothing more leaves this process; the others hear of it with their next heartbeat.
        self._paused_until = time.monotonic() + (error.retry_after or cool_down)
        await self._recorder.pause(error, cool_down)
        return Released()

    async def _upload(self, begun: Begun, fetched: Fetched) -> Result:
        image = begun.image
        content = await self._contents.name(fetched.content)
        while self._may_upload(image):
            match await self._recorder.claim(image, content):
                case Claim.GRANTED if self._may_upload(image):  # the store may have been long away
                    done = await self._uploader.upload(fetched, begun.options)
                    return _uploaded(fetched, done, content)
                case Claim.KNOWN if content:
                    return Known(content)
                case Claim.TAKEN:
                    await asyncio.sleep(_ASK_AGAIN)
                case _:
                    break
        return Released()

    def _may_upload(self, image: Held) -> bool:
        # A process that slept (SIGSTOP) wakes when others have its images.
        is_held = time.monotonic() < self._held_until and image not in self._lost
        return is_held and not self._leaving and self._paused_until <= time.monotonic()


def _uploaded(fetched: Fetched, done: UploadedImage, content: str | None) -> Uploaded:
    # Imgur may have converted the image, so its word goes before what was sent.
    return Uploaded(
        link=done.link,
        id=done.id,
        deletehash=done.deletehash or "",
        type=done.type or fetched.facts.type,
        width=done.width or fetched.facts.width,
        height=done.height or fetched.facts.height,
        bytes=done.size or len(fetched.content),
        content=content,
    )


def _ids(image: Held) -> dict[str, str | int]:
    return {"job_id": image.job_id, "index": image.index}


def _cause(error: BaseException) -> str:
    """The chain of causes, for the log: what the public message leaves out."""
    causes = [str(error)]
    while error := error.__cause__ or error.__context__:  # type: ignore[assignment]
        causes.append(type(error).__name__)
    return " < ".join(causes)
