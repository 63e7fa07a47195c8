"""When a worker opens: it asks Imgur what is left, for nobody may have been told."""

import structlog

from celery_queue.budget import DOCUMENTED
from celery_queue.upload import Uploader
from imgur import ImgurError, ImgurUnauthorized
from jobs.errors import StoreUnavailable
from jobs.store import JobStore

log = structlog.get_logger(__name__)


async def learn_budget(store: JobStore, uploader: Uploader) -> None:
    """Store what is left; what is documented counts while nobody has told."""
    try:
        destination = store.destination()
        pause = destination.pause
        unauthorized = pause is not None and pause.reason == ImgurUnauthorized.code
        if pause and not unauthorized:
            return  # to ask costs a credit too, and would be refused
        if any(window.remaining < 1 for window in destination.windows):
            return
        try:
            told = await uploader.ask_credits()
        except ImgurError as error:
            log.warning("budget not known", code=error.code, cause=str(error))
            told = []
        else:
            if unauthorized:  # by another client id than ours
                store.resume(ImgurUnauthorized.code)
        known = {one.name for one in told} | {window.name for window in destination.windows}
        store.record([], told + [window for window in DOCUMENTED if window.name not in known])
    except StoreUnavailable as error:
        log.warning("budget not stored", cause=str(error))
