"""Runs one stand-in until SIGTERM or SIGINT. It says on one line where it is when it is ready."""

import asyncio
import signal
import socket
from collections.abc import Callable

from aiohttp import web

BACKLOG = 1024
"""Connections may come a few hundred at once: every image a worker has in flight."""


def run_app(name: str, host: str, port: int, build: Callable[[str], web.Application]) -> None:
    """Serve what `build` makes of the address `http://host:port`. Port 0 takes a free one.

    Raises OSError where the port is taken.
    """
    listener = socket.create_server((host, port), backlog=BACKLOG)
    address = f"http://{host}:{listener.getsockname()[1]}"
    asyncio.run(_serve(name, address, build(address), listener))


async def _serve(name: str, address: str, app: web.Application, listener: socket.socket) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    # No access log: at 2,000 requests a second it would be most of the work.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.SockSite(runner, listener, backlog=BACKLOG).start()
        print(f"{name} on {address}", flush=True)  # noqa: T201 - who started us waits for this line
        await stopped.wait()
    finally:
        await runner.cleanup()
