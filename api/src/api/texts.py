"""Bodies of lines: plain text, CSV (RFC 4180), NDJSON. Each becomes the elements of a job. No I/O.

A body that is none is raised as a Problem that names the line, never what stands in it.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

from api.documents import MAX_TOKENS_BESIDE, NotJSON, check_tokens, load_json, too_many_values
from api.problems import Problem

Elements = Iterator[tuple[int, Any]]
"""Elements as `JobRequest.urls` takes them, each with the number of its line, from 1."""

#: The columns of CSV that mean something; a sheet may have others.
_COLUMNS = ("url", "title", "description", "referer")
#: Cells that a row may have on average, commas in its texts included.
_CELLS = 50


def parse_lines(kind: str, body: bytes, max_urls: int) -> tuple[list[int], list[Any]]:
    """The numbers of the lines that hold an element, and those elements; `kind` is one of KINDS.

    Raises Problem 400 for what is not of that kind in UTF-8, and 413 for so many lines or cells
    beside `max_urls` that parsing them would fill the memory.
    """
    separators = b"\n\r,;\t" if kind == "text/csv" else b"\n\r"
    if sum(body.count(one) for one in separators) > _CELLS * max_urls + MAX_TOKENS_BESIDE:
        raise too_many_values(max_urls)
    if kind == "application/x-ndjson":
        check_tokens(body, max_urls)
    try:
        text = body.decode("utf-8-sig")  # what spreadsheets save begins with a mark
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise _malformed(line, "not-utf-8", "Takes UTF-8 only.") from None
    found = list(KINDS[kind](text))
    return [number for number, _ in found], [element for _, element in found]


def _plain(text: str) -> Elements:
    for number, line in _lines(text):
        if not line.startswith("#"):
            yield number, line


def _ndjson(text: str) -> Elements:
    for number, line in _lines(text):
        try:
            yield number, load_json(line)
        except NotJSON as error:
            raise _malformed(number, error.code, error.detail) from None


def _csv(text: str) -> Elements:
    # Commas, or what spreadsheets write in their place, by the country.
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    next_line = 1
    try:
        for row in rows:
            line, next_line = next_line, rows.line_num + 1
            if not any(row):
                continue
            if not columns:
                columns = [name.strip().lower() for name in row]
                _check_columns(columns, line)
            elif any(row[len(columns) :]):
                raise _malformed(line, "too-many-cells", "Takes no more cells than the header.")
            else:
                cells = dict(zip(columns, row, strict=False))
                yield line, {name: cells[name] for name in _COLUMNS if cells.get(name)}
    except csv.Error:
        raise _malformed(next_line, "not-csv", "This is not CSV.") from None


def _check_columns(columns: list[str], line: int) -> None:
    if "url" not in columns:
        raise _malformed(line, "url-missing", "Takes a header with the column url.")
    if any(columns.count(name) > 1 for name in _COLUMNS):
        raise _malformed(line, "duplicate-column", "Takes each column once.")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, without the space around them."""
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        if line := line.strip():
            yield number, line


def _malformed(line: int, code: str, detail: str) -> Problem:
    errors = [{"line": line, "detail": detail, "code": code}]
    return Problem(400, f"Line {line}: {detail}", kind="malformed-body", errors=errors)


KINDS = {"text/plain": _plain, "text/csv": _csv, "application/x-ndjson": _ndjson}
