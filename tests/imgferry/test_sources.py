"""What words and lists stand for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgferry.sources import Found, Source, Unusable, find, read_list, write_list


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`photos`, in the working directory."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "cat.jpg", "dog[1].PNG", "notes.txt", "new.heic", ".hidden.jpg", "sub/cat.jpg",
        ".git/x.png", "sub/deep/fox.gif",
    ):  # fmt: skip
        path = Path("photos", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    Path("empty").mkdir()
    return Path("photos")


def names(found: list[Found]) -> list[str]:
    return [one.name for one in found if isinstance(one, Source)]


def places(found: list[Found]) -> list[str]:
    return [str(one.place) for one in found if isinstance(one, Source)]


def test_urls() -> None:
    found = list(find(["https://example.org/a/cat.jpg?x", "HTTP://example.org"], recursive=False))
    assert names(found) == ["https://example.org/a/cat.jpg?x", "HTTP://example.org"]


def test_files(photos: Path) -> None:
    found = list(find(["photos/cat.jpg", "photos/notes.txt"], recursive=False))
    assert names(found) == ["photos/cat.jpg", "photos/notes.txt"]
    assert places(found) == ["cat.jpg", "notes.txt"]


def test_a_folder_gives_its_images_and_keeps_its_folders(photos: Path) -> None:
    found = list(find(["photos"], recursive=True))
    assert places(found) == [
        "photos/cat.jpg",
        "photos/dog[1].PNG",
        "photos/new.heic",
        "photos/sub/cat.jpg",
        "photos/sub/deep/fox.gif",
    ]
    assert names(found) == places(found)
    assert places(list(find(["photos/"], recursive=True))) == places(found)
    assert places(list(find(["."], recursive=True))) == places(found)


def test_globs(photos: Path) -> None:
    found = list(find(["photos/**/*.jpg"], recursive=False))
    assert names(found) == ["photos/cat.jpg", "photos/sub/cat.jpg"]
    assert places(found) == ["cat.jpg", "sub/cat.jpg"]
    assert places(list(find([str(photos.resolve() / "s*")], recursive=True))) == [
        "sub/cat.jpg",
        "sub/deep/fox.gif",
    ]


def test_a_name_with_brackets_is_a_name(photos: Path) -> None:
    assert names(list(find(["photos/dog[1].PNG"], recursive=False))) == ["photos/dog[1].PNG"]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("photos", "with -r"),
        ("photos/none.jpg", "no such file"),
        ("example.org/cat.jpg", "begins with https://"),
        ("*.webp", "No file has such a name"),
        ("ftp://example.org/cat.jpg", "http and https"),
        ("", "no such file"),
        ("https://example.org/\nhttps://example.org/", "no control characters"),
    ],
)
def test_what_cannot_be_uploaded_says_why(photos: Path, word: str, reason: str) -> None:
    [found] = find([word], recursive=False)
    assert isinstance(found, Unusable)
    assert reason in found.reason


def test_a_folder_without_images_says_so(photos: Path) -> None:
    [found] = find(["empty"], recursive=True)
    assert isinstance(found, Unusable)
    assert "no image" in found.reason


def test_a_link_that_leads_in_circles_ends(photos: Path) -> None:
    (photos / "sub" / "up").symlink_to(photos.resolve())
    assert len(list(find(["photos"], recursive=True))) == 5


def test_a_list() -> None:
    text = "\ufeff# pictures\r\nhttps://example.org/a.jpg\r\n\r\n  b.jpg \n#c\n"
    assert read_list(text) == ["https://example.org/a.jpg", "b.jpg"]


@given(st.text())
def test_a_list_takes_any_text(text: str) -> None:
    for word in read_list(text):
        assert word == word.strip() != ""


@pytest.mark.parametrize(
    "entry", [("a.jpg", "Gone."), ("#1.jpg", "x\nhttps://b.example/"), ("b", "")]
)
def test_a_list_of_what_failed_is_a_list(entry: tuple[str, str]) -> None:
    [word] = read_list(write_list([entry]))
    assert word.removeprefix("./") == entry[0]
