"""RQ: a job per URL, sent many at once, in processes that do not fork for each (SimpleWorker)."""

from collections.abc import Sequence

from redis import Redis
from rq import Queue

from sandbox.bench import with_requests
from sandbox.bench.peers.places import IMGUR_URL, REDIS_URL

AT_ONCE = 100
"""Jobs that one pipeline sends: the workers need not wait for the last."""


def upload_image(url: str) -> None:
    """Ferry one image."""
    with_requests.ferry(url, IMGUR_URL)


def send(urls: Sequence[str]) -> None:
    """Send a job for each image."""
    queue = Queue(connection=Redis.from_url(REDIS_URL))
    for start in range(0, len(urls), AT_ONCE):
        queue.enqueue_many(
            Queue.prepare_data(upload_image, args=(url,), result_ttl=0)
            for url in urls[start : start + AT_ONCE]
        )
