"""Sends one request again and again over some connections, and says how that went.

A program: `python -m sandbox.bench.press PORT CONNECTIONS SECONDS`, with the request's bytes on
stdin. It prints `{"rate": a second, "p50": milliseconds, "p99": milliseconds, "status": the last}`.
It speaks no more HTTP than it needs, so that it is never what limits: on one core it asks for
several times what a Flask route answers.
"""

import asyncio
import json
import sys
import time
from statistics import quantiles

from sandbox.ports import LOOPBACK


class Client(asyncio.Protocol):
    """One connection: the next request follows the answer."""

    def __init__(self, request: bytes, waits: list[float]) -> None:
        self._request = request
        self._waits = waits
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.WriteTransport | None = None
        self.status = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Take what came; when it is the whole answer, ask again."""
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head):
            self.status = int(head[9:12])
            self._waits.append(time.perf_counter() - self._sent)
            self._buffer = b""
            self._send()

    def _send(self) -> None:
        assert self._transport
        self._sent = time.perf_counter()
        self._transport.write(self._request)


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def press(port: int, connections: int, seconds: float, request: bytes) -> dict[str, float]:
    """Send for so long."""
    waits: list[float] = []
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(lambda: Client(request, waits), LOOPBACK, port))[1]
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds / 4)  # to warm up
    waits.clear()
    await asyncio.sleep(seconds)
    statuses = {client.status for client in clients}
    if len(waits) < 2 or len(statuses) > 1 or min(statuses) >= 400:
        raise SystemExit(f"answers: {len(waits)}, statuses: {statuses}")
    cuts = quantiles(waits, n=100)
    return {
        "rate": len(waits) / seconds,
        "p50": cuts[49] * 1000,
        "p99": cuts[98] * 1000,
        "status": clients[-1].status,
    }


def main() -> None:
    """Run as a program."""
    port, connections, seconds = sys.argv[1:]
    request = sys.stdin.buffer.read()
    json.dump(asyncio.run(press(int(port), int(connections), float(seconds), request)), sys.stdout)


if __name__ == "__main__":
    main()
