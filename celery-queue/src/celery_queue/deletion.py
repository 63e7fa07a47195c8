"""Deleting: an image that a client wants gone, by its deletehash."""

import asyncio
from collections.abc import Sequence

import structlog

from celery_queue.deletehashes import Unreadable, unseal
from celery_queue.policy import cool_down_after
from celery_queue.recorder import Recorder
from celery_queue.upload import Uploader
from imgur import ImgurError
from jobs.errors import StoreUnavailable
from jobs.store import JobStore

log = structlog.get_logger(__name__)


class Deleter:
    """Deletes images at Imgur. What fails is sent again by dispatch, later each time."""

    def __init__(
        self, store: JobStore, uploader: Uploader, recorder: Recorder, keys: Sequence[str]
    ) -> None:
        self._store = store
        self._uploader = uploader
        self._recorder = recorder
        self._keys = keys

    async def delete(self, job_id: str, index: int) -> None:
        """Delete an image of which the store says that it is to be deleted, and no other."""
        ids: dict[str, str | int] = {"job_id": job_id, "index": index}
        try:
            stored = await asyncio.to_thread(self._store.deletehash, job_id, index)
            if stored is None:
                log.info("nothing to delete", **ids)
                return
            told = await self._uploader.delete(unseal(stored, self._keys))
            await asyncio.to_thread(self._store.deleted, job_id, index, told)
            log.info("deleted", **ids)
        except Unreadable:
            log.warning("not deleted", cause="its key is not among DELETEHASH_KEY", **ids)
        except StoreUnavailable as error:
            log.warning("store away", cause=str(error), **ids)
        except ImgurError as error:
            log.info("not deleted", code=error.code, cause=str(error), **ids)
            cool_down = cool_down_after(error)
            if cool_down is not None:
                await self._recorder.pause(error, cool_down)
