"""arq: a job per URL on one event loop, with aiohttp."""

import asyncio
import os
from collections.abc import Sequence
from typing import Any

from arq import create_pool, func
from arq.connections import RedisSettings

from sandbox.bench import with_aiohttp
from sandbox.bench.peers.places import IMGUR_URL, REDIS_URL

QUIET = {"version": 1}
"""For --custom-log-dict: by itself it writes two lines a job."""


async def upload_image(ctx: dict[str, Any], url: str) -> None:
    """Ferry one image."""
    await with_aiohttp.ferry(ctx["session"], url, IMGUR_URL)


async def open_session(ctx: dict[str, Any]) -> None:
    """Keep connections from job to job."""
    ctx["session"] = with_aiohttp.open_session()


async def close_session(ctx: dict[str, Any]) -> None:
    """Close them."""
    await ctx["session"].close()


class WorkerSettings:
    """What `arq sandbox.bench.peers.arq.WorkerSettings` runs."""

    functions = (func(upload_image, keep_result=0),)
    redis_settings = RedisSettings.from_dsn(REDIS_URL)
    max_jobs = int(os.environ.get("ARQ_MAX_JOBS", "10"))
    on_startup = open_session
    on_shutdown = close_session


def send(urls: Sequence[str]) -> None:
    """Send a job for each image."""
    asyncio.run(_send(urls))


async def _send(urls: Sequence[str]) -> None:
    pool = await create_pool(RedisSettings.from_dsn(REDIS_URL))
    for url in urls:
        await pool.enqueue_job("upload_image", url)
    await pool.aclose()
