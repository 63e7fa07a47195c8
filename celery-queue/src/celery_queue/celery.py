"""What `celery -A celery_queue worker` and `celery -A celery_queue flower` find."""

import logging
from typing import Any

from celery.signals import setup_logging

from celery_queue.bootsteps import FerryStep
from celery_queue.settings import WorkerSettings
from jobs.logs import configure_logging
from jobs.queue import make_celery
from jobs.settings import JobsSettings

_settings = JobsSettings.load()

app = make_celery(_settings)
app.conf.update(
    worker_pool="threads",
    worker_consumer="celery_queue.consumer:OurConsumer",
    # A thread only waits for its message, which may be of one image; and there are deletions.
    worker_concurrency=WorkerSettings.load().worker_images_at_once + 8,
    # No message is taken that no thread is free for: what waits here, no other worker could run.
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_hijack_root_logger=False,
)
app.steps["worker"].add(FerryStep)


@setup_logging.connect(weak=False)  # type: ignore[untyped-decorator]
def _configure_logging(**_: Any) -> None:
    configure_logging(_settings.log_level)
    # Two lines for every message, which say less than our own one.
    for name in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)
