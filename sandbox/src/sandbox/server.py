"""A child process that serves HTTP on a loopback port."""

from contextlib import closing
from dataclasses import KW_ONLY, dataclass
from http.client import HTTPConnection, HTTPException

from sandbox.ports import LOOPBACK
from sandbox.process import Process


@dataclass(eq=False)
class Server(Process):
    """A process, and where it listens. The command has to name the port to it."""

    _: KW_ONLY
    port: int
    ready_path: str
    """What it answers with 200 once it is ready."""

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"http://{LOOPBACK}:{self.port}"

    def answers(self) -> bool:
        """Whether it is ready."""
        return self.get(self.ready_path)[0] == 200

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of the answer; status 0 when there is none."""
        # Unlike urllib and requests, this heeds no proxy of our environment.
        with closing(HTTPConnection(LOOPBACK, self.port, timeout=5)) as connection:
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                return answer.status, answer.read()
            except (OSError, HTTPException):
                return 0, b""
