"""The ways to ferry a batch: each does it once, from nothing begun to everything uploaded."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Protocol

from sandbox.bench import idiomatic, reference
from sandbox.bench.runs import Meter, Run
from sandbox.bench.world import PATIENCE, World
from sandbox.errors import SandboxError
from sandbox.ports import LOOPBACK
from sandbox.process import Process


class Way(Protocol):
    """One way, with its settings."""

    name: ClassVar[str]

    @property
    def delay(self) -> float:
        """Seconds that the source waits with each image, and the stand-in with each answer."""

    def how(self) -> str:
        """Say how it is run."""

    def ferry(self, world: World, images: int) -> Run:
        """Ferry so many images. Raises SandboxError."""


@dataclass(frozen=True, slots=True)
class Reference:
    """`sandbox.bench.reference`."""

    name: ClassVar[str] = "bare aiohttp loop"
    at_once: int
    delay: float = 0

    def how(self) -> str:
        """Say how it is run."""
        return f"{_delay(self.delay)}, 1 process, {self.at_once} at once"

    def ferry(self, world: World, images: int) -> Run:
        """Ferry so many images."""
        program = [sys.executable, "-m", reference.__name__]
        meter = Meter(world)
        try:
            done = subprocess.run(
                [*program, world.stack.imgur.url, str(self.at_once)],
                input="\n".join(world.urls(images, self.delay)),
                stdout=subprocess.PIPE,
                text=True,
                timeout=PATIENCE,
                check=True,
            )
        except subprocess.SubprocessError as error:
            raise SandboxError("The reference of the bench failed.") from error
        seconds = json.loads(done.stdout)
        _, _, outside = meter.used()
        return Run(images, seconds["wall"], seconds["cpu"], 0, outside)


@dataclass(frozen=True, slots=True)
class Imgferry:
    """A job, from its POST to `complete`."""

    name: ClassVar[str] = "Imgferry"
    workers: int
    at_once: int
    delay: float = 0

    def how(self) -> str:
        """Say how it is run."""
        workers = f"{self.workers} worker{'s' if self.workers > 1 else ''}"
        return f"{_delay(self.delay)}, {workers}, {self.at_once} at once"

    def ferry(self, world: World, images: int) -> Run:
        """Ferry so many images."""
        urls = world.urls(images, self.delay)
        with world.workers(self.workers, self.at_once) as workers:
            meter = Meter(world, workers, [world.stack.redis.process, world.stack.api])
            began = time.time()
            finished = world.wait(world.submit(urls))
            used = meter.used()
        return Run(images, finished - began, *used)


@dataclass(frozen=True, slots=True)
class Idiomatic:
    """`sandbox.bench.idiomatic`, from the first task sent to the last image kept."""

    name: ClassVar[str] = "Celery with requests"
    processes: int
    delay: float = 0

    def how(self) -> str:
        """Say how it is run."""
        return f"{_delay(self.delay)}, prefork {self.processes}, a task per URL"

    def ferry(self, world: World, images: int) -> Run:
        """Ferry so many images."""
        urls = world.urls(images, self.delay)
        with self._worker(world) as worker:
            meter = Meter(world, [worker], [world.stack.redis.process])
            began, cpu = time.time(), time.process_time()
            for url in urls:
                idiomatic.upload_image.delay(url)
            sending = time.process_time() - cpu
            world.wait_until(lambda: world.kept() >= images)
            workers, redis, outside = meter.used()
        return Run(images, world.last_kept() - began, workers, redis + sending, outside)

    @contextmanager
    def _worker(self, world: World) -> Iterator[Process]:
        # A database of its own: the keys of two Celery applications are the same.
        broker = world.stack.redis.url.removesuffix("/0") + "/1"
        idiomatic.app.conf.broker_url = broker
        worker = Process(
            "idiomatic",
            [
                *(sys.executable, "-m", "celery", "-A", idiomatic.__name__, "worker"),
                f"--concurrency={self.processes}",
            ],
            world.stack.directory / "logs",
            {
                "CELERY_BROKER_URL": broker,
                "IMGUR_API_URL": world.stack.imgur.url,
                "NO_PROXY": LOOPBACK,
            },
        )
        try:
            worker.start()
            worker.wait_until(lambda: bool(idiomatic.app.control.ping(timeout=0.2)))
            yield worker
        finally:
            worker.stop()
            idiomatic.app.close()


def _delay(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms per hop" if seconds else "no delay"
