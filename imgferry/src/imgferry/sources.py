"""What is to be uploaded: what the words of a command line, or the lines of a list, stand for."""

import mimetypes
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path, PurePath

from imgferry.formats import one_line

NEWER_TYPES = {".avif", ".heic", ".heif", ".webp"}
"""Images that Python's table of types does not know everywhere."""


@dataclass(frozen=True, slots=True)
class Source:
    """One image to upload: a URL or a file."""

    name: str
    """The URL, or the path as it was given."""
    path: Path | None = None
    """The file; None for a URL."""
    place: PurePath | None = None
    """Where its shortcut belongs: below the folder that was named. None where a URL names it."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Something that was named, and is nothing to upload."""

    name: str
    reason: str


Found = Source | Unusable


def find(words: Iterable[str], *, recursive: bool) -> Iterator[Found]:
    """What each word stands for: a URL, a file, a folder (if `recursive`), or a glob of those."""
    for word in words:
        yield from _find(word, recursive)


def read_list(text: str) -> list[str]:
    """The words of a list: one a line; blank lines and those with `#` in front are comments."""
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def is_table(words: Sequence[str]) -> bool:
    """Whether the words of a list are the lines of a CSV file with a column `url` among others."""
    columns = re.split("[,;\t]", words[0].lower()) if words else []
    return len(columns) > 1 and "url" in (column.strip(' "') for column in columns)


def write_list(entries: Iterable[tuple[str, str]]) -> str:
    """A list that read_list reads: each name, with what is said of it as a comment above it."""
    lines = []
    for name, comment in entries:
        word = f"./{name}" if name.startswith("#") else name
        lines.append(f"# {one_line(comment)}\n{one_line(word)}\n")
    return "".join(lines)


def _find(word: str, recursive: bool) -> Iterator[Found]:
    scheme, colon, _ = word.partition("://")
    if colon and scheme.isalnum():
        yield from _url(word, scheme)
    elif os.path.lexists(word):
        yield from _path(Path(word), PurePath(Path(word).name), recursive)
    elif has_magic(word):
        yield from _glob(word, recursive)
    else:
        yield Unusable(word, "There is no such file, and a URL begins with https:// or http://.")


def _url(word: str, scheme: str) -> Iterator[Found]:
    if scheme.lower() not in {"http", "https"}:
        yield Unusable(word, "Only http and https can be fetched from.")
    elif not word.isprintable():
        yield Unusable(word, "A URL takes no control characters.")
    else:
        yield Source(word)


def _glob(pattern: str, recursive: bool) -> Iterator[Found]:
    parts = Path(pattern).parts
    fixed = next(n for n, part in enumerate(parts) if has_magic(part))
    found = sorted(glob(pattern, recursive=True))  # noqa: PTH207 - it may be absolute
    if not found:
        yield Unusable(pattern, "No file has such a name.")
    for name in found:
        path = Path(name)
        if path.is_file() or recursive:
            yield from _path(path, PurePath(*path.parts[fixed:]), recursive)


def _path(path: Path, place: PurePath, recursive: bool) -> Iterator[Found]:
    if path.is_file():
        yield Source(str(path), path, place)
    elif not path.is_dir():
        yield Unusable(str(path), "It is neither a file nor a folder.")
    elif not recursive:
        yield Unusable(str(path), "It is a folder: with -r its images are uploaded.")
    else:
        found: list[Found] = list(_folder(path, place))
        yield from found or [Unusable(str(path), "There is no image in it, going by the names.")]


def _folder(folder: Path, place: PurePath) -> Iterator[Source]:
    """The images below, going by their names; what is hidden is left out."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent, name)
            if not name.startswith(".") and _is_image(path) and path.is_file():
                yield Source(str(path), path, place / path.relative_to(folder))


def _is_image(path: Path) -> bool:
    kind, _ = mimetypes.guess_type(path.name)
    return path.suffix.lower() in NEWER_TYPES or bool(kind and kind.startswith("image/"))
