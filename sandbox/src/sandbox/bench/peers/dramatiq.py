"""dramatiq: an actor per URL, in threads."""

from collections.abc import Sequence

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from sandbox.bench import with_requests
from sandbox.bench.peers.places import IMGUR_URL, REDIS_URL

dramatiq.set_broker(RedisBroker(url=REDIS_URL))


@dramatiq.actor  # type: ignore[untyped-decorator]
def upload_image(url: str) -> None:
    """Ferry one image."""
    with_requests.ferry(url, IMGUR_URL)


def send(urls: Sequence[str]) -> None:
    """Send a message for each image."""
    for url in urls:
        upload_image.send(url)
