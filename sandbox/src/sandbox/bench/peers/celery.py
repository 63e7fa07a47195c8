"""Celery as its documents have it: a task per URL, which tries again with growing waits."""

from collections.abc import Sequence

import requests
from celery import Celery

from sandbox.bench import with_requests
from sandbox.bench.peers.places import IMGUR_URL, REDIS_URL

app = Celery("peer", broker=REDIS_URL)
app.conf.task_ignore_result = True


@app.task(  # type: ignore[untyped-decorator]
    autoretry_for=(requests.RequestException,), retry_backoff=True
)
def upload_image(url: str) -> None:
    """Ferry one image."""
    with_requests.ferry(url, IMGUR_URL)


def send(urls: Sequence[str]) -> None:
    """Send a task for each image."""
    for url in urls:
        upload_image.delay(url)
