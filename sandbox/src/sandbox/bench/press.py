"""Sends some requests again and again, each over some connections, and says how that went.

A program: `python -m sandbox.bench.press CONNECTIONS SECONDS ROUNDS`, with `[[port, request], ...]`
on stdin. In every round each request is sent for so many seconds, one after another: whatever else
the machine does meets all of them alike. It prints, in the same order, `[{"rates": [a second, of
each round], "p50": milliseconds, "p99": milliseconds, "status": the last}, ...]`.

It speaks no more HTTP than it needs, so that it is never what limits: on one core it asks for
several times what a Flask route answers.
"""

import asyncio
import json
import sys
import time
from statistics import quantiles

from sandbox.ports import LOOPBACK

PATIENCE = 20
"""Seconds that the last answers of a round may take."""


class Target:
    """One request, the connections for it, and what came of it."""

    def __init__(self, port: int, request: str) -> None:
        self.request = request.encode()
        self.waits: list[float] = []
        self.rates: list[float] = []
        self.pressing = False
        self._answered = asyncio.Event()
        self._under_way = 0
        self._port = port
        self._clients: list[Client] = []

    async def connect(self, connections: int) -> None:
        """Open the connections."""
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, client = await loop.create_connection(lambda: Client(self), LOOPBACK, self._port)
            self._clients.append(client)

    def count(self, more: int) -> None:
        """Know of a request that was sent, or of one that was answered: -1."""
        self._under_way += more
        if self._under_way:
            self._answered.clear()
        else:
            self._answered.set()

    async def press(self, seconds: float) -> None:
        """Send for so long."""
        self.pressing = True
        began, before = time.perf_counter(), len(self.waits)
        for client in self._clients:
            client.send()
        await asyncio.sleep(seconds)
        self.rates.append((len(self.waits) - before) / (time.perf_counter() - began))
        self.pressing = False
        async with asyncio.timeout(PATIENCE):
            await self._answered.wait()  # else the rest would take of the next request's time

    def forget(self) -> None:
        """Of what came before nothing is told."""
        self.waits.clear()
        self.rates.clear()

    def told(self) -> dict[str, object]:
        """Say how it went. Raises SystemExit when it did not go well."""
        statuses = {client.status for client in self._clients}
        if len(self.waits) < 2 or len(statuses) > 1 or min(statuses) >= 400:
            raise SystemExit(f"answers: {len(self.waits)}, statuses: {statuses}")
        cuts = quantiles(self.waits, n=100)
        p50, p99 = cuts[49] * 1000, cuts[98] * 1000
        return {"rates": self.rates, "p50": p50, "p99": p99, "status": statuses.pop()}


class Client(asyncio.Protocol):
    """One connection: the next request follows the answer."""

    def __init__(self, target: Target) -> None:
        self.status = 0
        self._target = target
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It may send."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what came; when it is the whole answer, ask again."""
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head):
            self.status = int(head[9:12])
            self._target.waits.append(time.perf_counter() - self._sent)
            self._target.count(-1)
            self._buffer = b""
            if self._target.pressing:
                self.send()

    def send(self) -> None:
        """Send the request."""
        assert self._transport
        self._target.count(1)
        self._sent = time.perf_counter()
        self._transport.write(self._target.request)


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def press(
    asked: list[tuple[int, str]], connections: int, seconds: float, rounds: int
) -> list[dict[str, object]]:
    """Send all of them in so many rounds, after one to warm up."""
    targets = [Target(port, request) for port, request in asked]
    for target in targets:
        await target.connect(connections)
    for number in range(1 + rounds):
        for target in targets:
            await target.press(seconds)
            if number == 0:
                target.forget()
    return [target.told() for target in targets]


def main() -> None:
    """Run as a program."""
    connections, seconds, rounds = sys.argv[1:]
    asked = json.load(sys.stdin)
    json.dump(asyncio.run(press(asked, int(connections), float(seconds), int(rounds))), sys.stdout)


if __name__ == "__main__":
    main()
