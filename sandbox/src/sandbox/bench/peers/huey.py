"""huey: a task per URL, in threads."""

from collections.abc import Sequence

from huey import RedisHuey

from sandbox.bench import with_requests
from sandbox.bench.peers.places import IMGUR_URL, REDIS_URL

app = RedisHuey("peer", url=REDIS_URL, results=False)


@app.task()  # type: ignore[untyped-decorator]
def upload_image(url: str) -> None:
    """Ferry one image."""
    with_requests.ferry(url, IMGUR_URL)


def send(urls: Sequence[str]) -> None:
    """Send a task for each image."""
    for url in urls:
        upload_image(url)
