"""Staging in a folder, and in S3 as moto's server speaks it."""

import os
import time
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from jobs.errors import FileGone, FileTooLarge, StagingFull, StagingUnavailable, StoreUnavailable
from jobs.staging import JobFiles, Staging
from tests.object_store import object_store

MAX_BYTES = 12_000_000
SMALL, LARGE = b"a picture", os.urandom(MAX_BYTES)
DAYS = 86_400


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with object_store() as bucket:
        yield bucket


@pytest.fixture(params=["folder", "s3"])
def staging(request: pytest.FixtureRequest, tmp_path: Path) -> Staging:
    if request.param == "folder":
        return Staging(str(tmp_path / "a/b"), MAX_BYTES)
    return Staging(f"{request.getfixturevalue('bucket')}/{uuid4()}", MAX_BYTES)


def write(staging: Staging, name: str, content: bytes) -> None:
    staging.check_room(1)
    chunks = (content[n : n + 65_536] for n in range(0, len(content), 65_536))
    file = staging.write(name, chunks)
    assert (file.name, file.size, file.sha256) == (
        name,
        len(content),
        sha256(content).hexdigest(),
    )


def receive(files: JobFiles, chunks: Iterable[bytes], then: type[Exception] | None = None) -> str:
    """The name of the file that was received; or what went wrong afterwards."""
    files.check_room(1)
    name = files.receive(chunks).name
    if then:
        raise then
    return name


def everything(staging: Staging) -> set[str]:
    """What is there, seen by a sweep."""
    seen: set[str] = set()

    def existing(jobs: Collection[str]) -> Collection[str]:
        seen.update(jobs)
        return jobs

    assert staging.sweep(existing) == 0
    return seen


@pytest.mark.parametrize("content", [b"", SMALL, LARGE], ids=["nothing", "small", "large"])
def test_a_file_comes_out_as_it_went_in_until_it_is_removed(
    staging: Staging, content: bytes
) -> None:
    name = f"{uuid4()}.0"
    write(staging, name, content)
    assert staging.read(name) == content
    staging.remove(name)
    staging.remove(name)
    with pytest.raises(FileGone):
        staging.read(name)


def test_a_file_that_is_too_large_is_not_taken_to_its_end(staging: Staging) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(13):
            yield bytes(1_000_000)
        raise AssertionError("read on")

    with staging.files_of(str(uuid4())) as files, pytest.raises(FileTooLarge):
        receive(files, chunks())
    assert everything(staging) == set()


def test_less_is_taken_by_now(tmp_path: Path) -> None:
    write(Staging(str(tmp_path), 100), "a", bytes(100))
    with pytest.raises(FileTooLarge):
        Staging(str(tmp_path), 99).size("a")


def test_the_files_of_a_job_stay_when_it_is_stored_and_go_when_it_is_not(staging: Staging) -> None:
    kept, dropped, broken, unknown = (str(uuid4()) for _ in range(4))
    with staging.files_of(kept) as files:
        names = [receive(files, [SMALL]), receive(files, [SMALL, SMALL])]
        files.keep()
    with staging.files_of(dropped) as files:
        receive(files, [SMALL])
    with pytest.raises(KeyError), staging.files_of(broken) as files:
        receive(files, [SMALL], KeyError)
    with pytest.raises(StoreUnavailable), staging.files_of(unknown) as files:
        receive(files, [SMALL], StoreUnavailable)
    assert everything(staging) == {kept, unknown}
    assert [staging.read(name) for name in names] == [SMALL, SMALL * 2]


def test_a_sweep_takes_the_old_files_of_no_job_and_nothing_else(tmp_path: Path) -> None:
    staging = Staging(str(tmp_path), MAX_BYTES)
    here, gone, fresh = (str(uuid4()) for _ in range(3))
    for name in (f"{here}.0", f"{gone}.0", f"{gone}.12", f"{fresh}.0", "notes.txt", f"{gone}.txt"):
        write(staging, name, SMALL)
        if not name.startswith(fresh):
            os.utime(tmp_path / name, (0, time.time() - 2 * DAYS))
    asked: list[str] = []

    def existing(jobs: Collection[str]) -> Collection[str]:
        asked.extend(jobs)
        return {here}

    assert staging.sweep(existing) == 2
    assert sorted(asked) == sorted({here, gone, fresh})
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"{here}.0", f"{fresh}.0", "notes.txt", f"{gone}.txt"}


def test_a_file_that_goes_while_it_is_swept_keeps_no_other(tmp_path: Path) -> None:
    staging = Staging(str(tmp_path), MAX_BYTES)
    refused, gone = (f"{uuid4()}.0" for _ in range(2))
    for name in (refused, gone):
        write(staging, name, SMALL)
        os.utime(tmp_path / name, (0, time.time() - 2 * DAYS))

    def existing(_: Collection[str]) -> Collection[str]:
        staging.remove(refused)
        return set()

    assert staging.sweep(existing) == 1
    assert not list(tmp_path.iterdir())


def test_a_sweep_of_nothing_finds_nothing(staging: Staging) -> None:
    assert everything(staging) == set()


def test_a_folder_is_its_owners_alone_and_made_when_it_is_needed(tmp_path: Path) -> None:
    staging = Staging(str(tmp_path / "staging"), MAX_BYTES)
    assert not (tmp_path / "staging").exists()
    staging.check_room(1)
    assert (tmp_path / "staging").stat().st_mode & 0o777 == 0o700


def test_a_disk_without_room_takes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StagingFull):
        Staging(str(tmp_path), MAX_BYTES).check_room(10**18)


def test_what_does_not_answer_is_unavailable(tmp_path: Path, bucket: str) -> None:
    (tmp_path / "file").touch()
    for url in (str(tmp_path / "file/below"), "s3://no-such-bucket/staging"):
        staging = Staging(url, MAX_BYTES)
        with pytest.raises(StagingUnavailable), staging.files_of(str(uuid4())) as files:
            receive(files, [SMALL])
