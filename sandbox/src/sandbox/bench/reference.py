"""The reference: what one process with one aiohttp loop can do. No queue, no store, no checks.

A program: reads URLs from stdin, a line each, and prints the seconds that it took, of wall time
and of CPU. Every image is one GET and one POST, as the worker makes them.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator

import aiohttp

from imgur import calls


async def ferry(urls: Iterator[str], imgur_url: str, at_once: int) -> None:
    """Fetch and upload all images, so many side by side. Raises aiohttp.ClientError."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), raise_for_status=True
    ) as session:

        async def lane() -> None:
            for url in urls:
                async with session.get(url) as response:
                    image = await response.read()
                form = aiohttp.FormData(calls.upload_fields())
                form.add_field(
                    calls.IMAGE_PART, image, content_type="image/jpeg", filename="image.jpeg"
                )
                async with session.post(
                    imgur_url + calls.UPLOAD_PATH, data=form, headers=calls.authorization("bench")
                ) as response:
                    await response.read()

        await asyncio.gather(*(lane() for _ in range(at_once)))


def main() -> None:
    """Run as a program: `reference <imgur url> <images at once>`."""
    imgur_url, at_once = sys.argv[1:]
    urls = sys.stdin.read().split()
    wall, cpu = time.perf_counter(), time.process_time()
    asyncio.run(ferry(iter(urls), imgur_url, int(at_once)))
    seconds = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    json.dump(seconds, sys.stdout)


if __name__ == "__main__":
    main()
