"""A receiver of webhooks: a real HTTP server that keeps what it hears and answers as it is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Heard:
    """One POST."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """A context manager. It listens at `url`, unless it is down."""

    heard: list[Heard] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Status and headers of the next answers; when there are none left: 204."""
    may_answer: Event = field(default_factory=Event)
    """Cleared: who posts waits for an answer."""
    port: int = 0

    def __enter__(self) -> Self:
        self.may_answer.set()
        self.come_up()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.may_answer.set()
        self.go_down()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def come_up(self) -> None:
        """Listen, at the same port as before."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append(Heard(self.path, dict(self.headers), body))
                receiver.may_answer.wait()
                status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            # Of 5 as it comes, a crowd waits for the kernel's second try, and its third.
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                """Who posts may be killed."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        self._serving = Thread(target=self._server.serve_forever, args=(0.02,))
        self._serving.start()

    def go_down(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._serving.join()
