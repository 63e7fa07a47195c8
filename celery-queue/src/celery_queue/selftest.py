"""Before a worker takes a message: whether the address guard really stands in every fetch's way."""

from celery_queue.addresses import Guard
from celery_queue.errors import ForbiddenAddress, HostNotFound, SourceError
from celery_queue.fetch import Fetcher


class GuardBroken(Exception):
    """A fetch of this machine was not refused although nothing had opened it."""


async def check_guard(guard: Guard | None = None) -> None:
    """Fetch from this machine, by address and by name. Raises GuardBroken.

    A table that was cut short would show here, and a new aiohttp that asks our hooks no more.
    """
    async with Fetcher(guard or Guard(), timeout=5, max_bytes=1, limit=1) as fetcher:
        for host in ("127.0.0.1", "localhost", "[::1]"):
            try:
                await fetcher.fetch(f"http://{host}/")
            except (ForbiddenAddress, HostNotFound):
                continue
            except SourceError:
                pass
            raise GuardBroken(host)
