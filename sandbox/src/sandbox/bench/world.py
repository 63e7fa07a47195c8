"""What every way is measured against: one image source, one stand-in Imgur, one Redis, the API."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
from redis import Redis

from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox import parts
from sandbox.bench.load import Load
from sandbox.errors import SandboxError
from sandbox.process import Process
from sandbox.source.photos import SCENES
from sandbox.stack import NO_LIMITS, Stack

#: Seconds after which no other image will come any more.
PATIENCE = 60
#: Seconds between two looks at a batch: a look takes milliseconds from who is measured.
LOOK_AGAIN = 0.05

SETTINGS = parts.exactly(LOG_LEVEL="info", MAX_URLS_PER_JOB="100000")
"""Of the service; the rest is as it comes."""

STAND_IN = (*NO_LIMITS, "--no-bytes")
"""Files made where many were just deleted cost ext4 up to 1 ms each, more than all the rest."""


class World:
    """A running service without a worker, its quotas off."""

    def __init__(self, stack: Stack, session: requests.Session) -> None:
        self.stack = stack
        self.store = JobStore.connect(JobsSettings(redis_url=stack.redis.url))
        self._journal = stack.directory / "imgur" / "journal.jsonl"
        self._read = self._kept = 0
        self._session = session
        self._numbers = count()

    def draw(self, loads: Iterable[Load]) -> None:
        """Let the source draw its scenes, which it does once for each size of a picture."""
        for load in loads:
            for url in self.urls(load, SCENES):
                self._call("GET", url)

    def prepare(self, load: Load, images: int) -> list[str]:
        """Make ready for such a batch; gives the URLs of so many images, which are new."""
        self._call("PUT", f"{self.stack.imgur.url}/_stand-in/delay", {"seconds": load.delay})
        self._read, self._kept = self._journal.stat().st_size, 0
        return self.urls(load, images)

    def kept(self) -> int:
        """How many images the stand-in was sent since it was prepared. Asking costs it nothing."""
        with self._journal.open("rb") as journal:  # a line for each image
            journal.seek(self._read)
            lines = journal.read()
        self._read += len(lines)
        self._kept += lines.count(b"\n")
        return self._kept

    def check(self, images: int) -> None:
        """Raise SandboxError unless the stand-in was sent so many images since it was prepared."""
        if (kept := self.kept()) != images:
            raise SandboxError(f"{kept} images of the bench arrived instead of {images}.")

    def last_kept(self) -> float:
        """The epoch when the stand-in was sent its last image."""
        return self._journal.stat().st_mtime

    def urls(self, load: Load, images: int) -> list[str]:
        """URLs of so many images, other ones at each call."""
        photo = f"{self.stack.source.url}/photo/%d.jpg?bytes={load.size}&delay={load.delay:g}"
        return [photo % number for number in islice(self._numbers, images)]

    def empty_database(self) -> str:
        """The URL of a Redis database beside that of the service, emptied."""
        url = self.stack.redis.url.removesuffix("/0") + "/1"
        with Redis.from_url(url) as redis:
            redis.flushdb()
        return url

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
            with ThreadPoolExecutor() as side_by_side:  # each takes a second
                list(side_by_side.map(Process.stop, workers))

    def submit(self, urls: Sequence[str]) -> str:
        """Submit a job to the API; gives its id."""
        answer = self._call("POST", f"{self.stack.api.url}/v1/images/upload", {"urls": urls})
        return str(answer.json()["jobId"])

    def get(self, job_id: str, tag: str = "") -> requests.Response:
        """Get a job from the API, unless the ETag is still its own."""
        return self._call("GET", self._url(job_id), headers={"If-None-Match": tag} if tag else {})

    def cancel(self, job_id: str) -> None:
        """Cancel a job."""
        self._call("DELETE", self._url(job_id))

    def wait(self, job_id: str) -> float:
        """Wait until the job is complete; gives the epoch when that was."""
        finished: list[datetime] = []

        def complete() -> bool:
            job = self.get(job_id).json()
            if job["finished"]:
                finished.append(datetime.fromisoformat(job["finished"]))
            return bool(finished)

        self.stack.redis.process.wait_until(complete, PATIENCE)
        return finished[0].timestamp()

    def wait_kept(self, images: int, *processes: Process) -> None:
        """Wait until the stand-in was sent so many images.

        Raises SandboxError when none comes for `PATIENCE` seconds, or one of the processes ends.
        """
        kept, deadline = 0, time.monotonic() + PATIENCE
        while kept < images:
            for process in (self.stack.redis.process, *processes):
                process.check()
            before, kept = kept, self.kept()
            if kept > before:
                deadline = time.monotonic() + PATIENCE
            elif time.monotonic() > deadline:
                raise SandboxError(f"{kept} of {images} images came, and no other for {PATIENCE} s")
            time.sleep(LOOK_AGAIN)

    def _url(self, job_id: str) -> str:
        return f"{self.stack.api.url}/v1/images/upload/{job_id}"

    def _call(self, method: str, url: str, body: Any = None, **options: Any) -> requests.Response:
        try:
            answer = self._session.request(method, url, json=body, timeout=60, **options)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise SandboxError(f"{method} of the bench failed ({type(error).__name__}).") from error
        return answer


@contextmanager
def open_world() -> Iterator[World]:
    """Start the service in a temporary directory, and stop it."""
    with (
        TemporaryDirectory(prefix="imgferry-bench-") as directory,
        Stack(Path(directory), stand_in_options=STAND_IN, environment=SETTINGS) as stack,
        requests.Session() as session,
    ):
        stack.workers[0].stop()  # those of the bench come and go
        session.trust_env = False  # a proxy of the environment cannot reach our loopback
        yield World(stack, session)
