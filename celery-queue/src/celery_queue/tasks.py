"""The Celery tasks. What is no call of them as dispatch sends it is dropped."""

import structlog
from celery import Task

from celery_queue.process import WorkerProcess
from jobs.model import Message
from jobs.queue import DELETE_IMAGE, UPLOAD_IMAGES

log = structlog.get_logger(__name__)


class UploadImages(Task):  # type: ignore[misc]
    """Ferry images of one job: `upload_images(job_id, [index, ...])`. Returns nothing.

    Its thread waits while the process's event loop does the work. An image's failure is an
    outcome in the store, never an exception here, so Celery has nothing to retry.
    """

    name = UPLOAD_IMAGES
    typing = False  # else Celery raises for a sender of another version

    def __init__(self, process: WorkerProcess) -> None:
        self._process = process

    def run(self, *arguments: object, **named: object) -> None:
        """Run in one of Celery's threads."""
        match arguments:
            case (str(job_id), list(indexes)) if not named and all(map(_is_index, indexes)):
                self._process.ferry(self.request.id, Message(job_id, indexes))
            case _:
                # Its images, if it has any, run again when their leases end.
                log.warning("message not understood", task=self.name)


class DeleteImage(Task):  # type: ignore[misc]
    """Delete an image at Imgur: `delete_image(job_id, index)`. Returns nothing."""

    name = DELETE_IMAGE
    typing = False

    def __init__(self, process: WorkerProcess) -> None:
        self._process = process

    def run(self, *arguments: object, **named: object) -> None:
        """Run in one of Celery's threads."""
        match arguments:
            case (str(job_id), int(index)) if not named and _is_index(index):
                self._process.delete(job_id, index)
            case _:
                log.warning("message not understood", task=self.name)


def _is_index(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
