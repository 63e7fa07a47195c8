"""How the worker process starts and stops with Celery's worker."""

import asyncio
import sys
from typing import Any

from celery import bootsteps

from celery_queue.process import WorkerProcess
from celery_queue.selftest import GuardBroken, check_guard
from celery_queue.settings import WorkerSettings
from celery_queue.tasks import DeleteImage, UploadImages
from jobs.dispatch import Dispatcher
from jobs.settings import JobsSettings
from jobs.store import JobStore


class FerryStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts before the first message is taken; stops after the last, before the threads end."""

    requires = ("celery.worker.components:Pool",)

    def start(self, worker: Any) -> None:
        """Put the process together and give it its tasks."""
        settings = WorkerSettings.load()
        if not settings.imgur_client_id:
            sys.exit(
                "IMGUR_CLIENT_ID: takes the id of an application registered at Imgur. "
                "Without one, `imgferry up` runs a stand-in Imgur."
            )
        try:
            asyncio.run(check_guard())
        except GuardBroken as error:
            sys.exit(f"The address guard lets {error} through: this worker does not start.")
        store = JobStore.connect(JobsSettings.load())
        self._process = WorkerProcess(
            worker.hostname, settings, store, Dispatcher(store, worker.app)
        )
        self._process.start()
        worker.share = self._process.share  # for our consumer
        worker.app.register_task(UploadImages(self._process))
        worker.app.register_task(DeleteImage(self._process))

    def stop(self, _worker: Any) -> None:
        """Finish and give back what is held."""
        self._process.stop()
