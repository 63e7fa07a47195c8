"""The shape of the older services: a Celery task per job, which takes its images one by one."""

from collections.abc import Sequence
from contextlib import suppress

import requests
from celery import Celery

from sandbox.bench import with_requests
from sandbox.bench.peers.places import IMGUR_URL, REDIS_URL

app = Celery("older", broker=REDIS_URL)
app.conf.task_ignore_result = True


@app.task  # type: ignore[untyped-decorator]
def upload_images(urls: Sequence[str]) -> None:
    """Ferry all images of a job; one that fails costs no other."""
    for url in urls:
        with suppress(requests.RequestException):
            with_requests.ferry(url, IMGUR_URL)


def send(urls: Sequence[str]) -> None:
    """Send the one task."""
    upload_images.delay(urls)
