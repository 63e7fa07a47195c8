"""The whole internet on one machine: run by test_connector.py inside `unshare --net --mount`.

Every address is local and answers HTTP on port 80; port 443 answers and hangs up; names are
answered by a DNS server of its own through the system's resolver. Nothing is replaced: a connection
attempt is seen by an audit hook of the interpreter.

Reads from stdin {"urls": [...], "names": {name: [addresses, ...]}, "slow": {name: seconds},
"at_once": bool}; the nth lookup of a name is answered with its nth list of addresses, or the last.
Writes [{"url", "outcome", "connects": [address, ...], "lookups": {name: count}}, ...].
"""

import asyncio
import json
import socket
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import uvloop

from celery_queue.addresses import Guard
from celery_queue.errors import SourceError
from celery_queue.fetch import Fetcher

PNG = (
    b"\x89PNG\r\n\x1a\n"
    + struct.pack(">I4sII9x", 13, b"IHDR", 1, 1)
    + struct.pack(">I4s4xI4s4x", 0, b"IDAT", 0, b"IEND")
)
A, AAAA = 1, 28


def make_every_address_local() -> None:
    for command in (
        "ip link set lo up",
        "ip route add local 0.0.0.0/0 dev lo",
        "ip -6 route add local ::/0 dev lo",
    ):
        subprocess.run(command.split(), check=True)
    with tempfile.TemporaryDirectory() as directory:
        for path, text in (
            ("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:5 attempts:1\n"),
            ("/etc/hosts", ""),
        ):
            file = Path(directory, "text")
            file.write_text(text)
            subprocess.run(["mount", "--bind", file, path], check=True)
            file.unlink()  # the mount keeps it


class Names(asyncio.DatagramProtocol):
    """A DNS server (RFC 1035): A and AAAA with a TTL of 0, NXDOMAIN for any other name."""

    def __init__(self, names: dict[str, list[list[str]]], slow: dict[str, float]) -> None:
        self.names = names
        self.slow = slow
        self.lookups: Counter[str] = Counter()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        labels, position = [], 12
        while length := data[position]:
            labels.append(data[position + 1 : position + 1 + length].decode())
            position += 1 + length
        name = ".".join(labels).lower()
        (kind,) = struct.unpack_from(">H", data, position + 1)
        question = data[12 : position + 5]
        versions = {A: 4, AAAA: 6}
        known = self.names.get(name)
        addresses = []
        if known:
            turn = min(self.lookups[name], len(known) - 1)
            addresses = [a for a in known[turn] if ip_address(a).version == versions.get(kind)]
            self.lookups[name] += kind == AAAA  # the resolver asks for A first, then AAAA
        answer = data[:2] + struct.pack(
            ">HHHHH", 0x8180 if known else 0x8183, 1, len(addresses), 0, 0
        )
        answer += question
        for address in map(ip_address, addresses):
            answer += struct.pack(">HHHIH", 0xC00C, kind, 1, 0, len(address.packed))
            answer += address.packed
        delay = self.slow.get(name, 0.0)
        asyncio.get_running_loop().call_later(delay, self.transport.sendto, answer, addr)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Redirect to what the query says, else send an image."""
    target = (await reader.readline()).split()[1].decode().partition("?to=")[2]
    while (await reader.readline()).strip():
        pass
    if target:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: %s\r\n" % unquote(target).encode())
    else:
        writer.write(b"HTTP/1.1 200 OK\r\n")
    body = b"" if target else PNG
    writer.write(b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    writer.close()


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def outcome(url: str, fetcher: Fetcher) -> str:
    try:
        await fetcher.fetch(url)
    except SourceError as error:
        return error.code
    return "fetched"


async def main(cases: dict[str, Any]) -> list[dict[str, Any]]:
    connects: list[str] = []

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            connects.append(str(args[1][0]))

    names = Names(cases["names"], cases.get("slow", {}))
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: names, ("127.0.0.1", 53))
    for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        for port, handler in ((80, answer), (443, hang_up)):
            await asyncio.start_server(handler, host, port, family=family)
    sys.addaudithook(watch)

    results: list[dict[str, Any]] = []

    async def fetch(url: str, fetcher: Fetcher) -> None:
        before, lookups = len(connects), names.lookups.copy()
        result = await outcome(url, fetcher)
        results.append(
            {
                "url": url,
                "outcome": result,
                "connects": connects[before:],
                "lookups": names.lookups - lookups,
            }
        )

    limit = len(cases["urls"]) if cases.get("at_once") else 2
    if cases.get("at_once"):
        async with Fetcher(Guard(), timeout=3, max_bytes=1000, limit=limit) as fetcher:
            await asyncio.gather(*(fetch(url, fetcher) for url in cases["urls"]))
    else:
        for url in cases["urls"]:  # each with a new fetcher: nothing is cached
            async with Fetcher(Guard(), timeout=3, max_bytes=1000, limit=limit) as fetcher:
                await fetch(url, fetcher)
    return results


if __name__ == "__main__":
    make_every_address_local()
    json.dump(uvloop.run(main(json.load(sys.stdin))), sys.stdout)
