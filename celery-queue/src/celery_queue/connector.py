"""The connections of the fetcher: no socket is made for an address that the guard does not permit.

Both of aiohttp's public hooks are used. The resolver refuses a name when any of its addresses is
refused. The socket factory is asked for every address right before connect(), whether it was
resolved, cached or written in the URL; aiohttp asks no resolver about an IP literal.

A connection that is kept alive belongs to the name it was opened for, not to its address:
aiohttp's pool is keyed by host, port and TLS.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

from aiohttp import ClientRequest, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType, Connection
from aiohttp.tracing import Trace

from celery_queue.addresses import Guard
from celery_queue.errors import ForbiddenAddress

_host: ContextVar[str] = ContextVar("host")
"""The host this request is for; a socket factory is told the address only."""


class GuardedConnector(TCPConnector):
    """Up to `limit` connections at once. Raises ForbiddenAddress for what the guard refuses.

    aiohttp retries and wraps OSError and ClientError, and this is neither. Its race between several
    addresses would swallow it, but a name with a refused address does not get as far as that.
    """

    def __init__(self, guard: Guard, limit: int) -> None:
        self._guard = guard
        self._guarded_resolver = GuardedResolver(guard, threads=limit)
        super().__init__(
            resolver=self._guarded_resolver, socket_factory=self._guarded_socket, limit=limit
        )

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109 (aiohttp's signature)
    ) -> Connection:
        """Give an open connection to the request's host, a kept one or a new one."""
        _host.set(req.url.raw_host or "")
        return await super().connect(req, traces, timeout)

    async def close(self, *, abort_ssl: bool = False) -> None:
        """Close all connections and stop resolving."""
        await super().close(abort_ssl=abort_ssl)
        await self._guarded_resolver.close()

    def _guarded_socket(self, addr_info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, (address, port, *_) = addr_info
        if not self._guard.permits(_host.get(), str(address), int(port)):
            raise ForbiddenAddress
        return socket.socket(family, kind, protocol)


class GuardedResolver(AbstractResolver):
    """The system's resolver, in threads of its own.

    getaddrinfo() knows no deadline: a name whose servers are silent holds its thread for as long as
    resolv.conf says. With a thread for every connection it holds up no other image.
    """

    def __init__(self, guard: Guard, threads: int) -> None:
        self._guard = guard
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolve")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give all addresses of a name. Raises OSError, ForbiddenAddress if one is refused."""
        answers = await asyncio.get_running_loop().run_in_executor(
            self._threads, socket.getaddrinfo, host, port, family, socket.SOCK_STREAM
        )
        addresses = [str(sockaddr[0]) for *_, sockaddr in answers]
        if not all(self._guard.permits(host, address, port) for address in addresses):
            raise ForbiddenAddress
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=answer[0], proto=answer[2], flags=0
            )
            for answer, address in zip(answers, addresses, strict=True)
        ]

    async def close(self) -> None:
        """Start no more lookups; those under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
