"""How an answer is delivered: late, slowly, with a lie about its length or type, cut in half."""

import asyncio
from dataclasses import dataclass
from typing import Self

from aiohttp import web

PIECES_PER_SECOND = 10
STATUSES = {200, 404, 429, 500, 503}
LENGTHS = {"true", "wrong", "none", "huge"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the query of a request asks for.

    `delay`: seconds before the answer. `drip`: bytes a second, 0 for all at once. `status`: one of
    STATUSES, the error ones with a short text as body; `retry-after`: that header. `length`:
    `wrong` says 1,000 bytes more than come, `huge` says 10 GB, `none` says nothing (chunked).
    `type`: another Content-Type. `truncate`: half of the bytes, truly said.
    """

    delay: float = 0
    drip: int = 0
    status: int = 200
    retry_after: str = ""
    length: str = "true"
    content_type: str = ""
    truncate: bool = False

    @classmethod
    def of(cls, request: web.Request) -> Self:
        """Read the query. Raises web.HTTPBadRequest, which names the parameter."""
        query = request.query
        delivery = cls(
            delay=number(request, "delay", 0.0),
            drip=int(number(request, "drip", 0)),
            status=int(number(request, "status", 200)),
            retry_after=query.get("retry-after", ""),
            length=query.get("length", "true"),
            content_type=query.get("type", ""),
            truncate="truncate" in query,
        )
        if delivery.status not in STATUSES:
            raise web.HTTPBadRequest(text=f"status: takes one of {sorted(STATUSES)}\n")
        if delivery.length not in LENGTHS:
            raise web.HTTPBadRequest(text=f"length: takes one of {sorted(LENGTHS)}\n")
        return delivery

    async def answer(
        self, request: web.Request, body: bytes, content_type: str
    ) -> web.StreamResponse:
        """Answer the request with this body, delivered as asked."""
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.status != 200:
            body, content_type = f"{self.status}, as asked for\n".encode(), "text/plain"
        if self.truncate:
            body = body[: len(body) // 2]
        headers = {"Content-Type": self.content_type or content_type}
        if self.retry_after:
            headers["Retry-After"] = self.retry_after
        if self.length == "true" and not self.drip:
            return web.Response(status=self.status, body=body, headers=headers)

        response = web.StreamResponse(status=self.status, headers=headers)
        if self.length == "none":
            response.enable_chunked_encoding()
        else:
            said = {"true": len(body), "wrong": len(body) + 1000, "huge": 10**10}
            response.content_length = said[self.length]
            if self.length != "true":
                response.force_close()
        await response.prepare(request)
        await self._write(response, body)
        return response

    async def _write(self, response: web.StreamResponse, body: bytes) -> None:
        size = max(self.drip // PIECES_PER_SECOND, 1) if self.drip else len(body)
        for start in range(0, len(body), size):
            if self.drip:
                await asyncio.sleep(size / self.drip)
            await response.write(body[start : start + size])


def number(request: web.Request, name: str, default: float) -> float:
    """A parameter of the query as a number of 0 or more. Raises web.HTTPBadRequest."""
    try:
        value = float(request.query.get(name, default))
    except ValueError:
        value = -1
    if not 0 <= value < 1e9:
        raise web.HTTPBadRequest(text=f"{name}: takes a number, 0 or more\n")
    return value
