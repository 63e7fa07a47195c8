"""gunicorn's gevent worker, of which no client gets more than its share by being slow or endless.

A slow client costs it a connection, not a thread. gunicorn itself closes a connection on which the
next request has not come within `keepalive` seconds, headers included.
"""

import json
from contextlib import suppress
from http import HTTPStatus
from time import monotonic
from typing import Any
from uuid import uuid4

import gevent
from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.util import write
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker
from werkzeug.exceptions import RequestTimeout

#: Seconds that a body may take to come, and an answer to be taken.
PATIENCE = 60
#: Bytes a second that lengthen the time for a body: files may come over a slow line.
LEAST_RATE = 10_000
#: What is still read of a body that nobody wanted, so that its sender reads the answer: bytes, and
#: seconds.
LEFT_OVER, LINGER = 65_536, 1
#: Bytes that are read at once of a chunked body: each may be a chunk of its own, which takes 5 us.
MOST_CHUNKED = 2048


class Worker(GeventWorker):  # type: ignore[misc]
    """The worker class of `api.gunicorn_conf`."""

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection."""
        client.settimeout(PATIENCE)
        AsyncWorker.handle(self, listener, client, addr)  # not the parent's: it has no timeout

    def notify(self) -> None:
        """Show that this process lives, once a second; end what waits when it is to stop."""
        super().notify()
        if not self.alive:
            self.wsgi.extensions["feed"].close()

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answer one request of a connection; raise StopIteration where it is to be closed."""
        _let_others_in()
        reader = req.body.reader
        req.body.reader = _Timely(reader)
        try:
            super().handle_request(listener_name, req, sock, addr)
        except TimeoutError:
            raise StopIteration from None  # the answer was not taken
        if self.alive and isinstance(reader, LengthReader) and not reader.length:
            return  # it was read to its end, or there was none
        with suppress(Exception), gevent.Timeout(LINGER, False):
            if len(req.body.read(LEFT_OVER)) < LEFT_OVER and self.alive:
                return
        raise StopIteration

    def handle_error(self, _: Any, client: Any, __: Any, exc: BaseException) -> None:
        """Answer what is no request, and show nothing of it, neither in the answer nor the log."""
        request_id = uuid4().hex
        if isinstance(exc, ParseException):
            self.log.info("A request is malformed: %s (%s)", type(exc).__name__, request_id)
        else:
            self.log.error("Unexpected error (%s)", request_id, exc_info=exc)
        with suppress(OSError):
            write(client, _problem(exc, request_id))


class _Timely:
    """What gunicorn reads a body with, for PATIENCE seconds and what its bytes may take."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self._end = monotonic() + PATIENCE

    def read(self, size: int) -> bytes:
        _let_others_in()
        if isinstance(self._reader, ChunkedReader):
            size = min(size, MOST_CHUNKED)
        left = self._end - monotonic()
        if left <= 0:
            raise RequestTimeout
        with gevent.Timeout(left, RequestTimeout):
            data: bytes = self._reader.read(size)
        self._end += len(data) / LEAST_RATE
        return data


def _let_others_in() -> None:
    """Let the sockets of others be looked at. Of one that sends without end no read ever waits."""
    gevent.sleep(1e-6)  # after 0 seconds the same ones may go on, up to 50 times


def _problem(exc: BaseException, request_id: str) -> bytes:
    """The whole answer, as api.problems would give it; there is no request that it could serve."""
    match exc:
        case LimitRequestLine():
            status, detail = HTTPStatus.REQUEST_URI_TOO_LONG, "The request line is too long."
        case LimitRequestHeaders():
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            detail = "The headers are too many, or one is too long."
        case ParseException():
            status, detail = HTTPStatus.BAD_REQUEST, "The request is malformed."
        case _:
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            detail = "The service failed at this request. The log has the reason."
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status,
        "detail": detail,
        "requestId": request_id,
    }
    body = json.dumps(problem, separators=(",", ":")).encode()
    lines = [
        f"HTTP/1.1 {status} {status.phrase}",
        "Connection: close",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(body)}",
        "X-Content-Type-Options: nosniff",
        f"X-Request-ID: {request_id}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
