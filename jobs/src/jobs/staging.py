"""Staging: where the files that clients send wait for the worker that uploads them.

A folder, or whatever fsspec knows by its URL: `s3://bucket/prefix` for several hosts. A file's name
is `<job id>.<number>`: nothing of it was chosen by a client.
"""

import hashlib
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from jobs.errors import (
    FileGone,
    FileTooLarge,
    StagingFull,
    StagingUnavailable,
    StoreUnavailable,
)

#: Bytes of a file that are held while it goes to an object store: the least part that S3 takes.
_PART = 5 * 2**20
#: How old a file is before it goes for want of a job; a request that sends files may take hours.
_STRAY = timedelta(days=1)
_NAME = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file that was received: its name in staging, how large it is, the SHA-256 of its bytes."""

    name: str
    size: int
    sha256: str


Call = Callable[..., Any]
"""Calls a function with some arguments, and gives what it returns."""


def _at_once(function: Call, *arguments: Any, **named: Any) -> Any:
    return function(*arguments, **named)


class Staging:
    """The staged files of all jobs. Every method may raise StagingUnavailable.

    `url` is a folder or a URL of fsspec's, `max_bytes` of one file. Nothing is there before it is
    needed. `call` calls what may block, for who must not.
    """

    def __init__(self, url: str, max_bytes: int, call: Call = _at_once) -> None:
        self._url = url
        self.max_bytes = max_bytes
        self._call = call

    def files_of(self, job_id: str) -> "JobFiles":
        """The files of a job that is to be added under this id."""
        return JobFiles(self, job_id)

    def check_room(self, needed: int) -> None:
        """Make the folder; raise StagingFull where its disk has fewer bytes left."""
        with _answering():
            files, root = self._place
            if not isinstance(files, LocalFileSystem):
                return
            Path(root).mkdir(mode=0o700, parents=True, exist_ok=True)
            free = shutil.disk_usage(root).free
        if free < needed:
            raise StagingFull

    def write(self, name: str, chunks: Iterable[bytes]) -> StagedFile:
        """Stage a file as it comes. Raises FileTooLarge, and what the chunks raise."""
        size, digest = 0, hashlib.sha256()
        file = self._do("open", name, "wb", block_size=_PART)
        try:
            for chunk in chunks:
                size += len(chunk)
                if size > self.max_bytes:
                    raise FileTooLarge(self.max_bytes)
                digest.update(chunk)
                with _answering():
                    self._call(file.write, chunk)
        finally:
            with _answering():
                self._call(file.close)
        return StagedFile(name, size, digest.hexdigest())

    def size(self, name: str) -> int:
        """How large a file is. Raises FileGone, and FileTooLarge where less is taken by now."""
        size = int(self._do("size", name))
        if size > self.max_bytes:
            raise FileTooLarge(self.max_bytes)
        return size

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises FileGone."""
        return bytes(self._do("cat_file", name))

    def remove(self, name: str) -> None:
        """Let go of a file. Not there is fine."""
        with suppress(FileGone):
            self._do("rm_file", name)

    def sweep(self, existing: Callable[[Collection[str]], Collection[str]]) -> int:
        """Remove the files of jobs that are not there (any more); say how many.

        `existing` says which of these jobs are.
        """
        paths: list[str] = []
        with suppress(FileGone):
            paths = self._do("ls", "", detail=False)
        matches = (_NAME.fullmatch(path.rpartition("/")[2]) for path in paths)
        found = [(match[1], match[0]) for match in matches if match]
        there = set(existing({job for job, _ in found}))
        latest = datetime.now(UTC) - _STRAY
        stray = [name for job, name in found if job not in there]
        old = [name for name in stray if self._is_older(name, latest)]
        for name in old:
            self.remove(name)
        return len(old)

    def _is_older(self, name: str, latest: datetime) -> bool:
        try:
            return bool(self._do("modified", name) < latest)
        except FileGone:
            return False  # its request has just been refused

    def _do(self, what: str, name: str, *arguments: Any, **named: Any) -> Any:
        """Do with the file what fsspec calls so."""
        with _answering():
            files, root = self._place
            return self._call(getattr(files, what), f"{root}/{name}", *arguments, **named)

    @cached_property
    def _place(self) -> tuple[Any, str]:
        files, root = url_to_fs(self._url, use_listings_cache=False)
        return files, root.rstrip("/")


class JobFiles:
    """The files of one job that is to be added, a context manager.

    Unless they are kept they are gone at its end: the job was refused, or was there already.
    """

    def __init__(self, staging: Staging, job_id: str) -> None:
        self._staging = staging
        self.job_id = job_id
        self.size = 0
        """Bytes that were received."""
        self._begun = 0
        self._kept = False

    def check_room(self, needed: int) -> None:
        """Raise StagingFull where there is no room for so many bytes more."""
        self._staging.check_room(needed)

    def receive(self, chunks: Iterable[bytes]) -> StagedFile:
        """Stage the next file. Raises what Staging.write raises."""
        name = f"{self.job_id}.{self._begun}"
        self._begun += 1
        file = self._staging.write(name, chunks)
        self.size += file.size
        return file

    def keep(self) -> None:
        """The job is stored, and they are its."""
        self._kept = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._kept or isinstance(error, StoreUnavailable):
            return  # who gets no answer does not know whether the job is stored: the sweep will
        for number in range(self._begun):
            with suppress(StagingUnavailable):
                self._staging.remove(f"{self.job_id}.{number}")


@contextmanager
def _answering() -> Iterator[None]:
    """Raise StagingUnavailable, or FileGone, for whatever the place of the files does not do."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileGone from error
    except Exception as error:  # each object store has errors of its own
        raise StagingUnavailable(type(error).__name__) from error
