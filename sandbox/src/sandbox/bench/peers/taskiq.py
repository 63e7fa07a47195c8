"""taskiq: a task per URL on one event loop, with aiohttp."""

import asyncio
from collections.abc import Sequence

from taskiq import TaskiqEvents, TaskiqState
from taskiq_redis import ListQueueBroker

from sandbox.bench import with_aiohttp
from sandbox.bench.peers.places import IMGUR_URL, REDIS_URL

broker = ListQueueBroker(REDIS_URL)


@broker.on_event(TaskiqEvents.WORKER_STARTUP)  # type: ignore[untyped-decorator]
async def open_session(state: TaskiqState) -> None:
    """Keep connections from task to task."""
    state.session = with_aiohttp.open_session()


@broker.on_event(TaskiqEvents.WORKER_SHUTDOWN)  # type: ignore[untyped-decorator]
async def close_session(state: TaskiqState) -> None:
    """Close them."""
    await state.session.close()


@broker.task  # type: ignore[untyped-decorator]
async def upload_image(url: str) -> None:
    """Ferry one image."""
    await with_aiohttp.ferry(broker.state.session, url, IMGUR_URL)


def send(urls: Sequence[str]) -> None:
    """Send a task for each image."""
    asyncio.run(_send(urls))


async def _send(urls: Sequence[str]) -> None:
    await broker.startup()
    for url in urls:
        await upload_image.kiq(url)
    await broker.shutdown()
