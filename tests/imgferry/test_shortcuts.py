"""Shortcuts: what is in them opens the link and nothing else, and none is ever overwritten."""

import configparser
import plistlib
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgferry.formats import safe_link
from imgferry.shortcuts import ShortcutFolder, safe_name, url, webloc

A, B = "https://i.imgur.com/a.jpg", "https://i.imgur.com/b.jpg"


@given(st.text())
def test_a_webloc_holds_the_link(tail: str) -> None:
    assert plistlib.loads(webloc(A + tail)) == {"URL": safe_link(A + tail)}


@given(st.text())
def test_a_url_file_holds_the_link_and_no_other_key(tail: str) -> None:
    file = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=())
    file.read_string(url(A + tail).decode())
    assert {key: dict(file[key]) for key in file.sections()} == {
        "InternetShortcut": {"url": safe_link(A + tail)}
    }


def test_each_image_has_its_own(tmp_path: Path) -> None:
    folder = ShortcutFolder(tmp_path / "new", "webloc")
    names = ["cat.png", "cat.jpg", "cat.png", "pets/cat.png"]
    written = [folder.write(PurePath(name), A if n % 2 else B) for n, name in enumerate(names)]
    assert [str(path.relative_to(tmp_path / "new")) for path in written] == [
        "cat.png.webloc",
        "cat.jpg.webloc",
        "cat.png (2).webloc",
        "pets/cat.png.webloc",
    ]
    assert all(plistlib.loads(path.read_bytes())["URL"] in {A, B} for path in written)


def test_what_is_there_stays(tmp_path: Path) -> None:
    mine = tmp_path / "cat.png.url"
    mine.write_text("mine")
    (tmp_path / "cat.png (2).url").mkdir()
    first = ShortcutFolder(tmp_path, "url").write(PurePath("cat.png"), A)
    assert (first.name, mine.read_text()) == ("cat.png (3).url", "mine")
    assert ShortcutFolder(tmp_path, "url").write(PurePath("cat.png"), A) == first  # run again


def test_many_of_one_name_are_quick(tmp_path: Path) -> None:
    folder = ShortcutFolder(tmp_path, "url")
    for number in range(2000):  # with two million attempts this would not end in time
        folder.write(PurePath("photo"), f"{A}?{number}")
    assert len(list(tmp_path.iterdir())) == 2000


@pytest.mark.parametrize("name", ["..", ".", "", "/", "...", "\x00", "a/b", "C:\\x", 'a"<b>|?*'])
def test_no_name_leads_elsewhere(tmp_path: Path, name: str) -> None:
    for place in (PurePath(name), PurePath("in", name)):
        path = ShortcutFolder(tmp_path / "out", "url").write(place, A)
        assert path.resolve().is_relative_to(tmp_path / "out")


@given(st.text())
def test_a_safe_name_is_one_that_every_system_takes(name: str) -> None:
    safe = safe_name(name)
    assert 1 <= len(safe.encode()) <= 200
    assert not set(safe) & set('/\\:*?"<>|\0\r\n')
    assert safe not in {".", ".."}
