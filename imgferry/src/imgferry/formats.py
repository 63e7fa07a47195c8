"""Images as text to paste or to read by a program: links, Markdown, BBCode, HTML, JSON, CSV.

The names of images come from anywhere, so that each format writes them in a way that they cannot
leave: a name is never markup, a script, a formula or a second line.
"""

import csv
import html
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from imgferry.model import Image

_RESERVED = "!#$%&*+,/:;=?@~"
"""Characters that stay in a link: of RFC 3986 those that end nothing in any format here."""


def links(images: Iterable[Image]) -> str:
    """A link a line."""
    return _lines(link for _, link in _uploaded(images))


def markdown(images: Iterable[Image]) -> str:
    """`![cat.jpg](https://i.imgur.com/....jpg)`, an image a line (CommonMark 6.4)."""
    return _lines(f"![{_in_markdown(name)}]({link})" for name, link in _uploaded(images))


def bbcode(images: Iterable[Image]) -> str:
    """`[img]https://i.imgur.com/....jpg[/img]`, an image a line."""
    return _lines(f"[img]{link}[/img]" for _, link in _uploaded(images))


def html_images(images: Iterable[Image]) -> str:
    """`<img src="https://i.imgur.com/....jpg" alt="cat.jpg">`, an image a line."""
    return _lines(
        f'<img src="{html.escape(link)}" alt="{html.escape(name)}">'
        for name, link in _uploaded(images)
    )


def json_array(images: Iterable[Image]) -> str:
    """All that is known of all images, also of those that failed, as one array."""
    return _lines([json.dumps([{**image.body, "url": image.url} for image in images], indent=2)])


def csv_table(images: Iterable[Image]) -> str:
    """All images as a table with a header: where from, status, link, why not, type and size."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["url", "status", "link", "error", "type", "width", "height", "bytes"])
    for image in images:
        error = f"{image.error.code}: {image.error.message}" if image.error else None
        table.writerow(
            [
                _cell(image.url), image.status, _cell(image.link), _cell(error), image.type,
                image.width, image.height, image.bytes,
            ]
        )  # fmt: skip
    return text.getvalue()


FORMATS: dict[str, Callable[[Sequence[Image]], str]] = {
    "links": links,
    "markdown": markdown,
    "bbcode": bbcode,
    "html": html_images,
    "json": json_array,
    "csv": csv_table,
}
"""By the name that `--format` takes."""


def name_of(url: str) -> str:
    """What an image is called where people read: the last part of its path, else its host."""
    if url.startswith("file:"):
        return PurePosixPath(url.removeprefix("file:")).name
    split = urlsplit(url)
    name = unquote(PurePosixPath(split.path).name, errors="replace") or split.netloc
    return name.replace("/", "_")


def safe_link(link: str) -> str:
    """The link, with all encoded that could end it early in any format here."""
    return quote(link, safe=_RESERVED, errors="replace")


def one_line(text: str) -> str:
    """The text without control characters: no second line, and nothing a terminal obeys."""
    return "".join(character if character.isprintable() else " " for character in text)


def _uploaded(images: Iterable[Image]) -> Iterable[tuple[str, str]]:
    return ((one_line(name_of(i.url)), safe_link(i.link)) for i in images if i.link)


def _in_markdown(name: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", name)  # any ASCII punctuation may be escaped


def _cell(text: str | None) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, "CSV Injection")."""
    text = one_line(text or "")
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@")) else text


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
