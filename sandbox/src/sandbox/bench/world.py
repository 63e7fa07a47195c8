"""What every way is measured against: one image source, one stand-in Imgur, one Redis, the API."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox import parts
from sandbox.errors import SandboxError
from sandbox.process import Process
from sandbox.source.photos import SCENES
from sandbox.stack import Stack

#: Of every image: a JPEG.
IMAGE_BYTES = 100_000
#: Seconds after which a batch will not be done any more.
PATIENCE = 300.0
#: Seconds between two looks at a batch: a look takes milliseconds from who is measured.
LOOK_AGAIN = 0.5


class World:
    """A running service without a worker, its quotas off. Delays are in seconds."""

    def __init__(self, stack: Stack, session: requests.Session) -> None:
        self.stack = stack
        self.store = JobStore.connect(JobsSettings(redis_url=stack.redis.url))
        self._images = stack.directory / "imgur"
        self._session = session
        self._numbers = count()

    def prepare(self, imgur_delay: float) -> None:
        """Delete the images of the run before; let the stand-in wait so long with every answer."""
        for image in self._images.glob("*.jpg"):
            image.unlink()
        self._call("PUT", f"{self.stack.imgur.url}/_stand-in/delay", {"seconds": imgur_delay})

    def kept(self) -> int:
        """How many images the stand-in was sent since it was prepared. Asking costs it nothing."""
        return sum(path.suffix == ".jpg" for path in self._images.iterdir())

    def check(self, images: int) -> None:
        """Raise SandboxError unless the stand-in was sent so many images since it was prepared."""
        if (kept := self.kept()) != images:
            raise SandboxError(f"{kept} images of the bench arrived instead of {images}.")

    def last_kept(self) -> float:
        """The epoch when the stand-in was sent its last image."""
        return (self._images / "journal.jsonl").stat().st_mtime

    def urls(self, images: int, delay: float = 0) -> list[str]:
        """URLs of so many images, other ones at each call; each is served after the delay."""
        photo = f"{self.stack.source.url}/photo/%d.jpg?bytes={IMAGE_BYTES}&delay={delay:g}"
        return [photo % number for number in islice(self._numbers, images)]

    @contextmanager
    def workers(self, count: int, at_once: int) -> Iterator[Sequence[Process]]:
        """So many workers with this WORKER_IMAGES_AT_ONCE, ready for messages."""
        environment = dict(self.stack.workers[0].environment)
        environment |= parts.exactly(WORKER_IMAGES_AT_ONCE=str(at_once))
        logs = self.stack.directory / "logs"
        workers = [parts.worker(number + 1, environment, logs) for number in range(count)]
        try:
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.wait_for_line(r" ready\.")
            yield workers
        finally:
            for worker in workers:
                worker.stop()

    def submit(self, urls: Sequence[str]) -> str:
        """Submit a job to the API; gives its id."""
        answer = self._call("POST", f"{self.stack.api.url}/v1/images/upload", {"urls": urls})
        return str(answer.json()["jobId"])

    def job(self, job_id: str) -> Any:
        """Get a job from the API."""
        return self._call("GET", f"{self.stack.api.url}/v1/images/upload/{job_id}").json()

    def wait(self, job_id: str) -> float:
        """Wait until the job is complete; gives the epoch when that was."""
        finished: list[datetime] = []

        def complete() -> bool:
            job = self.job(job_id)
            if job["finished"]:
                finished.append(datetime.fromisoformat(job["finished"]))
            return bool(finished)

        self.wait_until(complete)
        return finished[0].timestamp()

    def wait_until(self, done: Callable[[], bool]) -> None:
        """Wait for a batch. Raises SandboxError when it takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not done():
            self.stack.redis.process.check()
            if time.monotonic() > deadline:
                raise SandboxError(f"A batch was not done after {PATIENCE:.0f} seconds.")
            time.sleep(LOOK_AGAIN)

    def _call(self, method: str, url: str, body: Any = None) -> requests.Response:
        try:
            answer = self._session.request(method, url, json=body, timeout=30)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise SandboxError(f"{method} of the bench failed ({type(error).__name__}).") from error
        return answer


@contextmanager
def open_world() -> Iterator[World]:
    """Start the service in a temporary directory, and stop it."""
    with (
        TemporaryDirectory(prefix="imgferry-bench-") as directory,
        Stack(Path(directory), environment=parts.exactly(LOG_LEVEL="info")) as stack,
        requests.Session() as session,
    ):
        stack.workers[0].stop()  # those of the bench come and go
        session.trust_env = False  # a proxy of the environment cannot reach our loopback
        world = World(stack, session)
        for url in world.urls(SCENES):  # the source draws them once
            session.get(url, timeout=30)
        yield world
