"""How what was found is spread over jobs."""

from pathlib import Path, PurePath

from imgferry.sending import BYTES_PER_JOB, PER_JOB, batches
from imgferry.sources import Source


def url(number: int) -> Source:
    return Source(f"https://example.org/{number}")


def file(folder: Path, number: int, size: int) -> Source:
    path = folder / f"{number}.jpg"
    with path.open("wb") as content:
        content.truncate(size)  # takes no room on the disk
    return Source(str(path), path, PurePath(path.name))


def test_all_together_are_one_job(tmp_path: Path) -> None:
    sources = [file(tmp_path, 0, 100), *(url(n) for n in range(PER_JOB - 1))]
    assert list(batches(sources)) == [sources]
    assert list(batches([])) == []


def test_very_many_are_several() -> None:
    sources = [url(n) for n in range(2 * PER_JOB + 1)]
    assert [len(batch) for batch in batches(sources)] == [PER_JOB, PER_JOB, 1]
    assert [source for batch in batches(sources) for source in batch] == sources


def test_large_files_are_several(tmp_path: Path) -> None:
    sizes = [BYTES_PER_JOB + 1, 1, BYTES_PER_JOB - 1, 1, 1]
    sources = [file(tmp_path, n, size) for n, size in enumerate(sizes)]
    assert [len(batch) for batch in batches([url(0), *sources])] == [1, 1, 2, 2]
