from contextlib import closing
from pathlib import Path

import pytest

from sandbox.imgur.images import Image, Images
from sandbox.imgur.kinds import Kind

JPEG = Kind("image/jpeg", "jpg", 7, 5)


def keep(images: Images, data: bytes = b"bytes") -> Image:
    return images.keep(data, JPEG, "cat", "Black cat", None)


def test_a_restart_keeps_what_was_kept_and_forgets_what_was_deleted(tmp_path: Path) -> None:
    with closing(Images(tmp_path)) as images:
        first, second, third = keep(images), keep(images), keep(images)
        assert images.delete(second.deletehash)
    with closing(Images(tmp_path)) as images:
        assert images.all() == [first, third]
        assert images.get(first.id) == first
        assert images.path(first).read_bytes() == b"bytes"
        assert not images.delete(second.deletehash)
        assert images.delete(third.deletehash)
    with closing(Images(tmp_path)) as images:
        assert images.all() == [first]


@pytest.mark.parametrize("lost", [1, 30, 1000])
def test_a_line_that_was_cut_off_loses_only_its_own_image(tmp_path: Path, lost: int) -> None:
    with closing(Images(tmp_path)) as images:
        first = keep(images)
        keep(images, b"x")
    journal = tmp_path / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[: max(len(whole) - lost, whole.index(b"\n", 1))])
    with closing(Images(tmp_path)) as images:
        assert images.all() == [first]
        third = keep(images)
    with closing(Images(tmp_path)) as images:
        assert images.all() == [first, third]


def test_bytes_without_a_line_are_no_image(tmp_path: Path) -> None:
    with closing(Images(tmp_path)) as images:
        image = keep(images)
    (tmp_path / "journal.jsonl").write_bytes(b"")
    with closing(Images(tmp_path)) as images:
        assert images.get(image.id) is None
