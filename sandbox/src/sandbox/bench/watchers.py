"""Watches one job by as many clients: `python -m sandbox.bench.watchers PORT JOB COUNT`.

Prints `watching` when every client has its first event, and at last the epoch when the last stream
had ended, and how many streams had told of the end.
"""

import asyncio
import json
import sys
import time

from api.files import raise_limit
from sandbox.ports import LOOPBACK


async def watch(port: int, job_id: str, count: int) -> None:
    """Watch until the job is complete."""
    begun = asyncio.Semaphore(0)
    paces = asyncio.Semaphore(50)  # that many connect at once

    async def client() -> bool:
        async with paces:
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            path = f"/v1/images/upload/{job_id}/events"
            head = f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode())
            told = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in told:
                raise SystemExit(told.decode())
            told = await reader.readuntil(b"event: snapshot")
        begun.release()
        told += await reader.read()
        writer.close()
        return b'"status":"complete"' in told

    clients = asyncio.gather(*(client() for _ in range(count)))
    for _ in range(count):
        await begun.acquire()
    print("watching", flush=True)  # noqa: T201 - who started us waits for this line
    told = sum(await clients)
    print(json.dumps({"ended": time.time(), "told": told}), flush=True)  # noqa: T201


if __name__ == "__main__":
    raise_limit()
    asyncio.run(watch(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
