"""A bare aiohttp loop, on asyncio's own event loop (Imgferry's worker runs on uvloop's)."""

import asyncio
from collections.abc import Sequence

from sandbox.bench import with_aiohttp
from sandbox.bench.references import timing


def ferry(urls: Sequence[str], imgur_url: str, at_once: int) -> None:
    """Ferry all images."""
    asyncio.run(_ferry(urls, imgur_url, at_once))


async def _ferry(urls: Sequence[str], imgur_url: str, at_once: int) -> None:
    waiting = iter(urls)
    async with with_aiohttp.open_session() as session:

        async def lane() -> None:
            for url in waiting:
                await with_aiohttp.ferry(session, url, imgur_url)

        await asyncio.gather(*(lane() for _ in range(at_once)))


if __name__ == "__main__":
    timing.run(ferry)
