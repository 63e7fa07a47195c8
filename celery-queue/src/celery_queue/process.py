"""The worker process: one event loop for all images, beside Celery's threads, and its heartbeat."""

import asyncio
import threading
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import structlog

from celery_queue.addresses import Guard
from celery_queue.ferry import Ferry
from celery_queue.fetch import Fetcher
from celery_queue.recorder import Recorder
from celery_queue.settings import WorkerSettings
from celery_queue.upload import Uploader
from jobs.dispatch import Dispatcher
from jobs.errors import StoreUnavailable
from jobs.model import Message, Worker
from jobs.store import LEASE, JobStore

log = structlog.get_logger()

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
        self._loop = asyncio.new_event_loop()
        self._sessions = AsyncExitStack()
        self._threads = [
            threading.Thread(target=self._loop.run_forever, name="loop", daemon=True),
            threading.Thread(target=self._beat, name="heartbeat", daemon=True),
        ]
        self._left = threading.Event()

    def start(self) -> None:
        """Open the sessions and say that this worker lives."""
        loop, heartbeat = self._threads
        loop.start()
        self._ferry = self._run(self._open())
        heartbeat.start()

    def ferry(self, message: Message) -> None:
        """Ferry those images of a message that nobody else has begun, then top up."""
        try:
            begun = self._store.begin(message)
            if begun:
                began = time.monotonic()
                self._run(self._ferry.run(message.job_id, begun))
                seconds = round(time.monotonic() - began, 3)
                log.info("ferried", job_id=message.job_id, images=len(begun), seconds=seconds)
            self._dispatcher.dispatch()
        except StoreUnavailable:
            # What was admitted or begun runs again when its lease ends.
            log.warning("store away", job_id=message.job_id, exc_info=True)

    def stop(self) -> None:
        """Finish what is being uploaded, give the rest back, and end."""
        try:
            self._store.leave(self._worker)
            most = self._settings.fetch_timeout + self._settings.upload_timeout
            self._run(asyncio.wait_for(self._ferry.leave(), most))
        except (StoreUnavailable, TimeoutError):
            log.warning("left with images held", images=len(self._ferry.held))
        self._left.set()
        self._run(self._sessions.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        for thread in self._threads:
            thread.join()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self) -> Ferry:
        settings = self._settings
        at_once = settings.worker_images_at_once
        fetcher = Fetcher(
            Guard(settings.fetch_allow, settings.fetch_ports),
            timeout=settings.fetch_timeout,
            max_bytes=settings.fetch_max_bytes,
            limit=at_once,
        )
        uploader = Uploader(
            settings.imgur_api_url,
            settings.imgur_client_id or "",
            timeout=settings.upload_timeout,
            limit=at_once,
        )
        return Ferry(
            await self._sessions.enter_async_context(fetcher),
            await self._sessions.enter_async_context(uploader),
            Recorder(self._store),
            at_once,
            self._pause,
        )

    def _pause(self, reason: str, seconds: float) -> None:
        log.warning("destination pauses", reason=reason, seconds=round(seconds))
        try:
            self._store.pause(reason, seconds)
        except StoreUnavailable as error:
            log.warning("not paused", cause=str(error))

    def _beat(self) -> None:
        while True:
            began = time.monotonic()
            try:
                lost = self._store.heartbeat(self._worker, tuple(self._ferry.held))
                self._loop.call_soon_threadsafe(self._ferry.renewed, began + LEASE, lost)
                self._dispatcher.dispatch()
            except StoreUnavailable as error:
                log.warning("no heartbeat", cause=str(error))
            except Exception:
                log.exception("defect in the heartbeat")
            if self._left.wait(_TICK):
                return
