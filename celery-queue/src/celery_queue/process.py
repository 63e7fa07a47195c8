"""The worker process: one event loop for all images, beside Celery's threads, and its heartbeat."""

import asyncio
import gc
import threading
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import structlog
import uvloop

from celery_queue.addresses import Guard
from celery_queue.contents import Contents
from celery_queue.deletehashes import sealed_with
from celery_queue.deletion import Deleter
from celery_queue.ferry import Ferry
from celery_queue.fetch import Fetcher
from celery_queue.hosts import Hosts
from celery_queue.images.prepare import Preparation
from celery_queue.memory import Memory, return_large_blocks
from celery_queue.opening import learn_budget
from celery_queue.recorder import Recorder
from celery_queue.refill import Refill
from celery_queue.settings import WorkerSettings
from celery_queue.share import Share
from celery_queue.sources import Sources
from celery_queue.sweeping import Sweeper
from celery_queue.upload import Uploader
from celery_queue.webhooks.posting import Poster
from celery_queue.webhooks.sending import Sender
from jobs.dispatch import Dispatcher
from jobs.errors import StoreUnavailable
from jobs.model import Begun, Message, Worker
from jobs.staging import Staging
from jobs.store import DEPTH, LEASE, JobStore
from jobs.webhooks import read_secret

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: Seconds between two heartbeats, each with a dispatch.
_TICK = 1.0


class WorkerProcess:
    """What this process has for its life: the loop in a thread of its own, sessions, leases."""

    def __init__(
        self, name: str, settings: WorkerSettings, store: JobStore, dispatcher: Dispatcher
    ) -> None:
        self._settings = settings
        self._store = store
        self._dispatcher = dispatcher
        self._worker = Worker(name, settings.worker_images_at_once)
        self._refill = Refill(dispatcher.dispatch_all, settings.worker_images_at_once)
        self.share = Share(DEPTH * settings.worker_images_at_once, LEASE)
        self._hosts = Hosts(store, settings.fetch_connections_per_host)
        self._staging = Staging(settings.staging_url, settings.fetch_max_bytes)
        self._loop = uvloop.new_event_loop()
        self._sessions = AsyncExitStack()
        self._threads = [
            threading.Thread(target=self._loop.run_forever, name="loop", daemon=True),
            threading.Thread(target=self._beat, name="heartbeat", daemon=True),
        ]
        self._leaving = False

    def start(self) -> None:
        """Open the sessions and say that this worker lives."""
        loop, heartbeat = self._threads
        loop.start()
        self._run(self._open())
        self._beat_once()
        heartbeat.start()
        Sweeper(self._store, self._staging).start()
        _spare_what_stays()
        return_large_blocks()

    def ferry(self, task_id: str, message: Message) -> None:
        """Ferry those images of a message that nobody else has begun."""
        try:
            if begun := self._begin(task_id, message):
                began = time.monotonic()
                self._run(self._ferry.run(begun))
                seconds = round(time.monotonic() - began, 3)
                log.info("ferried", job_id=message.job_id, images=len(begun), seconds=seconds)
            else:  # begun before, given back, cancelled, forgotten
                log.info("nothing to begin", job_id=message.job_id)
                self._dispatcher.dispatch()
        except StoreUnavailable as error:
            # What was admitted or begun runs again when its lease ends.
            log.warning("store away", job_id=message.job_id, cause=str(error))

    def _begin(self, task_id: str, message: Message) -> list[Begun]:
        begun: list[Begun] = []
        try:
            begun = self._store.begin(message)
        finally:
            self.share.begin(task_id, len(begun))
        return begun

    def delete(self, job_id: str, index: int) -> None:
        """Delete an image at Imgur."""
        if not self._leaving:  # else another does it, when it is sent again
            self._run(self._deleter.delete(job_id, index))

    def stop(self) -> None:
        """Finish what is being uploaded, and give the rest back.

        Loop and heartbeat end with the process: a thread of Celery's may still come with a message
        that it took before, whose images are given back too.
        """
        self._leaving = True
        try:
            self._store.leave(self._worker)
        except StoreUnavailable as error:
            log.warning("store away", cause=str(error))
        try:
            most = self._settings.fetch_timeout + self._settings.upload_timeout
            self._run(asyncio.wait_for(self._leave(), most))
        except TimeoutError:
            log.warning("left with images held", images=len(self._ferry.held))
        self._run(self._sessions.aclose())

    def _done(self, held: int) -> None:
        self.share.done()
        self._refill.done(under_way=held)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _leave(self) -> None:
        await asyncio.gather(self._ferry.leave(), self._webhooks.leave())

    async def _open(self) -> None:
        settings = self._settings
        at_once = settings.worker_images_at_once
        guard = Guard(settings.fetch_allow, settings.fetch_ports)
        preparation = Preparation(
            settings.convert,
            strip_metadata=settings.strip_metadata,
            max_bytes=settings.fetch_max_bytes,
        )
        fetcher = Fetcher(
            guard,
            timeout=settings.fetch_timeout,
            max_bytes=settings.fetch_max_bytes,
            limit=at_once,
            preparation=preparation,
        )
        await self._sessions.enter_async_context(fetcher)
        memory = Memory(
            settings.worker_bytes_at_once,
            images=at_once,
            largest=settings.fetch_max_bytes,
            copies=settings.copies,
        )
        recorder = Recorder(self._store)
        uploader = Uploader(
            settings.imgur_api_url,
            settings.imgur_client_id or "",
            timeout=settings.upload_timeout,
            limit=at_once,
            learn=recorder.learn,
            seal=sealed_with(settings.deletehash_key),
        )
        await self._sessions.enter_async_context(uploader)
        await learn_budget(self._store, uploader)
        sources = Sources(
            self._hosts,
            fetcher,
            self._staging,
            preparation,
            memory,
            timeout=settings.fetch_timeout,
        )
        self._ferry = Ferry(
            sources,
            Contents(settings.imgur_api_url, deduplicate=settings.deduplicate),
            uploader,
            recorder,
            self._done,
            images_at_once=at_once,
        )
        self._deleter = Deleter(self._store, uploader, recorder, settings.deletehash_key)
        poster = await self._sessions.enter_async_context(Poster(guard, self._hosts))
        keys = [read_secret(secret.get_secret_value()) for secret in settings.webhook_secrets]
        self._webhooks = Sender(self._store, poster, keys)

    def _beat(self) -> None:
        while True:
            time.sleep(_TICK)
            self._beat_once()

    def _beat_once(self) -> None:
        began = time.monotonic()
        try:
            heard = self._store.heartbeat(
                self._worker, tuple(self._ferry.held), leaving=self._leaving
            )
            self._loop.call_soon_threadsafe(self._ferry.renewed, began + LEASE, heard)
            self._store.forget()  # a Redis that is full takes this, and nothing of what follows
            self._hosts.renew()
            # Before what needs the broker too, which may be another Redis, and away.
            self._loop.call_soon_threadsafe(self._webhooks.send, self._webhooks.lease())
            self._dispatcher.dispatch_all()
            self._dispatcher.dispatch_deletions()
        except StoreUnavailable as error:
            log.warning("no heartbeat", cause=str(error))
        except Exception:
            log.exception("defect in the heartbeat")


def _spare_what_stays() -> None:
    """Collect garbage less often, and never look at what lives as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
