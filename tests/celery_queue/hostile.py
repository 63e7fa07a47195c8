"""Origins that mean harm, on real sockets: what each sends, and how a fetch of it should end."""

import asyncio
import ssl
import struct
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

PNG = (
    b"\x89PNG\r\n\x1a\n"
    + struct.pack(">I4sII9x", 13, b"IHDR", 3, 2)
    + struct.pack(">I4s4xI4s4x", 0, b"IDAT", 0, b"IEND")
)
#: What an image may have at most where these are fetched.
MAX_BYTES = 1_000_000

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Lives = dict[str, list[float]]


def answer(status: int, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} Any", *headers, "", ""]).encode()


def ok(body: bytes = PNG, *headers: str) -> bytes:
    return answer(200, f"Content-Length: {len(body)}", *headers) + body


def redirect(location: str) -> bytes:
    return answer(302, f"Location: {location}", "Content-Length: 0")


def ends(*parts: bytes) -> Handler:
    """Sends these bytes and hangs up."""

    async def handler(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))

    return handler


def hangs(*parts: bytes) -> Handler:
    """Sends these bytes, then nothing more."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))
        await reader.read()

    return handler


def endless(start: bytes, part: bytes, pause: float = 0.0) -> Handler:
    """Sends `start`, then `part` again and again until nobody listens."""

    async def handler(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return handler


def _bomb() -> bytes:
    """A gzip of 100 million zeros, which takes 100,000 bytes."""
    squeeze = zlib.compressobj(9, wbits=31)
    zeros = bytes(1_000_000)
    return b"".join(squeeze.compress(zeros) for _ in range(100)) + squeeze.flush()


CHUNKED = answer(200, "Transfer-Encoding: chunked")
PART = 65_536

#: They keep a fetch waiting, until its deadline.
HOLDING: dict[str, Handler] = {
    "silence": hangs(),
    "header-drip": endless(answer(200)[:-2], b"X", pause=0.02),
    "1xx-flood": endless(b"", answer(100) * 40, pause=0.001),
    "body-drip": endless(answer(200, "Content-Length: 1000"), b"x", pause=0.02),
    "chunk-drip": endless(CHUNKED, b"1\r\nx\r\n", pause=0.02),
    "chunk-size-drip": endless(CHUNKED + b"1;", b"x", pause=0.02),
    "less-than-announced": hangs(answer(200, f"Content-Length: {len(PNG) + 1}"), PNG),
}
#: They send more than an image may have.
FILLING: dict[str, Handler] = {
    "announced": hangs(answer(200, f"Content-Length: {MAX_BYTES + 1}")),  # it is not waited for
    "chunked": endless(CHUNKED, b"%x\r\n%s\r\n" % (PART, b"x" * PART)),
    "until-close": endless(answer(200), b"x" * PART),
    "one-byte-more": ends(answer(200), b"x" * (MAX_BYTES + 1)),
}
#: They break off.
CUT: dict[str, Handler] = {
    "length": ends(answer(200, f"Content-Length: {len(PNG) + 1}"), PNG),
    "within-chunk": ends(CHUNKED, b"%x\r\n" % len(PNG), PNG),
    "between-chunks": ends(CHUNKED, b"%x\r\n%s\r\n" % (len(PNG), PNG)),
}
#: What they send is not HTTP, or more of it than anybody needs.
NOT_HTTP: dict[str, Handler] = {
    "nothing": ends(),
    "ssh": ends(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "cut": ends(b"HTTP/1.1 200"),
    "zeros": ends(b"\0" * 1000),
    "negative-length": ends(answer(200, "Content-Length: -5"), PNG),
    "two-lengths": ends(answer(200, "Content-Length: 5", "Content-Length: 6"), PNG),
    "more-than-announced": ends(answer(200, "Content-Length: 4"), PNG),
    "long-header": ends(answer(200, "X: " + "x" * 100_000), PNG),
    "many-headers": ends(answer(200, *(f"X{n}: x" for n in range(1000))), PNG),
    "bad-chunk": ends(CHUNKED + b"zz\r\n"),
    "endless-headers": endless(answer(200)[:-2], b"X: x\r\n"),
    "endless-header": endless(answer(200)[:-2] + b"X: ", b"x" * 1000),
}
#: A body in an encoding that nobody asked for, most of them a bomb.
ENCODED: dict[str, Handler] = {
    encoding: ends(ok(body, f"Content-Encoding: {encoding}"))
    for body in [_bomb()]
    for encoding in ("gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip", "x")
}


@asynccontextmanager
async def listening(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server on loopback: its base URL. What it still does at the end is broken off."""
    serving: list[tuple[asyncio.Task[None], asyncio.StreamWriter]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await handler(reader, writer)
        writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append((asyncio.create_task(serve(reader, writer)), writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task, writer in serving:
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*(task for task, _ in serving), return_exceptions=True)


@asynccontextmanager
async def source(answers: Mapping[str, bytes | Handler]) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A real HTTP origin: its base URL, and the request heads it got."""
    requests: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            requests.append(head)
            found = answers[head.split()[1].decode()]
            if not isinstance(found, bytes):
                return await found(reader, writer)
            writer.write(found)
            await writer.drain()

    async with listening(serve) as base:
        yield base, requests


def timed(name: str, handler: Handler, lives: Lives) -> Handler:
    """The same; `lives` has its name once it was met, and the seconds of each that ended."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended, began = lives.setdefault(name, []), time.monotonic()
        try:
            await handler(reader, writer)
        finally:
            ended.append(time.monotonic() - began)

    return serve
