"""The one Celery task."""

from celery import Task

from celery_queue.process import WorkerProcess
from jobs.model import Message
from jobs.queue import UPLOAD_IMAGES


class UploadImages(Task):  # type: ignore[misc]
    """Ferry images of one job: `upload_images(job_id, [index, ...])`. Returns nothing.

    Its thread waits while the process's event loop does the work. An image's failure is an
    outcome in the store, never an exception here, so Celery has nothing to retry.
    """

    name = UPLOAD_IMAGES

    def __init__(self, process: WorkerProcess) -> None:
        self._process = process

    def run(self, job_id: str, indexes: list[int]) -> None:
        """Run in one of Celery's threads."""
        self._process.ferry(Message(job_id, indexes))
