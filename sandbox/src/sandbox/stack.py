"""The whole service on one machine, its parts as child processes of ours."""

import fcntl
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from jobs.webhooks import make_secret
from sandbox import parts
from sandbox.errors import SandboxError
from sandbox.ports import LOOPBACK, check_port, free_port, kept_port
from sandbox.process import Process
from sandbox.redis import RedisServer, check_redis
from sandbox.server import Server
from sandbox.settings import SandboxSettings

LONGEST_DRAIN = 100
"""Seconds that a worker may take to stop: a fetch may take 30, an upload 60."""

NO_LIMITS = ("--user-limit=0", "--client-limit=0", "--post-limit=0")
"""A stand-in without Imgur's quotas: with them, image 51 of a demo waits for an hour."""


@dataclass(eq=False)
class Stack:
    """Redis, stand-in Imgur, image source, API, workers and Flower. A context manager.

    Every part is an attribute, has its `url` where it listens, and can be killed and started.
    """

    directory: Path
    """Keeps the data from run to run, and the logs of the last one."""
    _: KW_ONLY
    port: int = 0
    """The API's; 0 takes a free one."""
    flower_port: int | None = None
    """0 takes a free one, None leaves Flower out."""
    scale: int = 1
    """How many workers."""
    redis_url: str | None = None
    """A Redis that runs already, in place of ours."""
    stand_in: bool = True
    """Without it neither stand-in nor source runs, and our environment says where images go."""
    stand_in_options: Sequence[str] = NO_LIMITS
    fetch_allow: str = LOOPBACK
    """What the workers of a stand-in may fetch at any port."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Settings for API, workers and Flower."""

    def __post_init__(self) -> None:
        self.directory = self.directory.resolve()
        logs = self.directory / "logs"
        self.redis = RedisServer(self.directory / "redis", logs=logs)
        self.imgur = parts.imgur(
            kept_port(self.directory / "imgur.port"),
            self.directory / "imgur",
            self.stand_in_options,
            logs,
        )
        self.source = parts.source(kept_port(self.directory / "source.port"), logs)

        service = parts.exactly(STAGING_URL=str(self.directory / "staging"))
        service |= self.environment
        if self.redis_url is None:
            service |= parts.exactly(REDIS_URL=self.redis.url, BROKER_URL="")
        if not os.environ.get("WEBHOOK_SECRETS"):
            service = {"WEBHOOK_SECRETS": _kept_secret(self.directory / "webhook.secret")} | service
        outside = parts.outside(self.imgur, self.fetch_allow) if self.stand_in else {}
        self.api = parts.api(self.port or free_port(), service, logs)
        self.workers = [
            parts.worker(number + 1, service | outside, logs) for number in range(self.scale)
        ]
        self.flower = parts.flower(self.flower_port or free_port(), service, logs)
        self._lock: IO[str] | None = None

    @classmethod
    def from_settings(cls, directory: Path, settings: SandboxSettings) -> Self:
        """As `imgferry up` runs it."""
        return cls(
            directory,
            port=settings.port,
            flower_port=settings.flower_port,
            redis_url=None if settings.own_redis else settings.redis_url,
            stand_in=not settings.imgur_client_id,
            fetch_allow=",".join(filter(None, [LOOPBACK, settings.fetch_allow])),
        )

    def start(self) -> None:
        """Start all parts and wait until the service is ready. Raises SandboxError."""
        try:
            self._lock = _lock(self.directory)
            self._check_ports()
            if self.redis_url:
                check_redis(self.redis_url)
            else:
                self.redis.start()
            for part in self._parts():  # side by side: most of the time goes to starting Python
                part.log.unlink(missing_ok=True)
                part.start()
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def check(self) -> None:
        """Raise ProcessFailed when a part has ended."""
        for part in self._parts():
            part.check()
        if not self.redis_url:
            self.redis.process.check()

    def stop(self) -> None:
        """End all parts in order: the workers finish what they hold. Not running is fine."""
        for part in self._parts():
            # A worker may be uploading: killed in the middle, it would upload again.
            part.stop(timeout=LONGEST_DRAIN if part in self.workers else 10)
        self.redis.stop()
        if self._lock:
            self._lock.close()

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

    def _parts(self) -> list[Process]:
        """What runs beside Redis, in the order in which it is stopped."""
        flower = [] if self.flower_port is None else [self.flower]
        outside = [self.imgur, self.source] if self.stand_in else []
        return [self.api, *self.workers, *flower, *outside]

    def _check_ports(self) -> None:
        if self.api.port == self.flower.port:
            raise SandboxError("PORT and FLOWER_PORT are the same. Set one of them to another.")
        for variable, server in {"PORT": self.api, "FLOWER_PORT": self.flower}.items():
            try:
                check_port(server.port)
            except OSError as error:
                raise SandboxError(
                    f"Port {server.port} cannot be used ({error.strerror}). "
                    f"Set {variable} to a free one."
                ) from None

    def _wait_until_ready(self) -> None:
        def wait(part: Process, ready: Callable[[], bool]) -> None:
            def ready_and_all_alive() -> bool:
                self.check()
                return ready()

            part.wait_until(ready_and_all_alive, timeout=60)

        for part in self._parts():
            if isinstance(part, Server):
                wait(part, part.answers)
        wait(self.workers[0], lambda: _workers(self.api.get("/readyz")[1]) >= self.scale)


def _lock(directory: Path) -> IO[str]:
    """Hold the directory: two Redis servers would spoil each other's files."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)  # deletehashes are in it
    lock = (directory / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise SandboxError(f"Imgferry already runs with the data in {directory}.") from None
    return lock


def _kept_secret(file: Path) -> str:
    """The secret of webhooks that this file holds, so that receivers know it in the next run."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(make_secret())
    return file.read_text().strip()


def _workers(readiness: bytes) -> int:
    """How many workers live, from the body of /readyz; 0 from any other."""
    try:
        return int(json.loads(readiness)["workers"])
    except (ValueError, KeyError):
        return 0
