"""Plain text, CSV and NDJSON: the elements of a job by their lines, or the line that is wrong."""

import csv
import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import Problem
from api.texts import KINDS, parse_lines

CAT, DOG = "https://example.org/cat.jpg", "https://example.org/dog.jpg"
SECRET = "5ecret"


def lines(kind: str, body: str | bytes) -> list[tuple[int, Any]]:
    content = body.encode() if isinstance(body, str) else body
    return list(zip(*parse_lines(kind, content, 10), strict=True))


@pytest.mark.parametrize(
    ("kind", "body", "found"),
    [
        ("text/plain", "", []),
        ("text/plain", CAT, [(1, CAT)]),
        ("text/plain", f"# {SECRET}\r\n\r\n \t{CAT} \r\n#\r{DOG}#\n", [(3, CAT), (5, DOG + "#")]),
        ("text/plain", f"\ufeff{CAT}\n", [(1, CAT)]),
        ("text/plain", f"{CAT}\u2028{DOG}", [(1, f"{CAT}\u2028{DOG}")]),
        ("text/csv", f"url\n{CAT}\n\n{DOG}\n", [(2, {"url": CAT}), (4, {"url": DOG})]),
        (
            "text/csv",
            f'\ufeffTitle, URL ,n,description\r\n"a, ""b""",{CAT},7,"one\r\ntwo"\r\n,{DOG}\r\n',
            [
                (2, {"url": CAT, "title": 'a, "b"', "description": "one\r\ntwo"}),
                (4, {"url": DOG}),
            ],
        ),
        ("text/csv", f"url;title\n{CAT};a,b\n", [(2, {"url": CAT, "title": "a,b"})]),
        ("text/csv", f"title\turl\na;b\t{CAT}\n", [(2, {"url": CAT, "title": "a;b"})]),
        ("text/csv", f"url,title\n,only\n{CAT},,,\n", [(2, {"title": "only"}), (3, {"url": CAT})]),
        ("application/x-ndjson", f'"{CAT}"\n\n {{"url": "{DOG}"}}\r\n7', [
            (1, CAT), (3, {"url": DOG}), (4, 7.0)
        ]),
    ],
)  # fmt: skip
def test_lines_become_elements(kind: str, body: str, found: list[tuple[int, Any]]) -> None:
    assert lines(kind, body) == found


@pytest.mark.parametrize(
    ("kind", "body", "line", "code"),
    [
        ("text/plain", CAT.encode() + b"\n\n5ecret\xff\n", 3, "not-utf-8"),
        ("text/csv", f"link\n{CAT}", 1, "url-missing"),
        ("text/csv", f"{CAT}\n{DOG}", 1, "url-missing"),
        ("text/csv", f"url,url\n{CAT},{DOG}", 1, "duplicate-column"),
        ("text/csv", f"url\n{CAT}\n{DOG},{SECRET}", 3, "too-many-cells"),
        ("text/csv", f'url\n{CAT}\n"{SECRET}"x\n', 3, "not-csv"),
        ("text/csv", f'url\n"{CAT}\n\n{SECRET}', 2, "not-csv"),
        ("text/csv", "url\n" + "a" * 200_000, 2, "not-csv"),
        ("application/x-ndjson", f'"{CAT}"\n{CAT}', 2, "not-json"),
        ("application/x-ndjson", f'{{"url": "{CAT}",\n"title": "{SECRET}"}}', 1, "not-json"),
        ("application/x-ndjson", '\n{"url": 1, "url": 2}', 2, "duplicate-member"),
        ("application/x-ndjson", "[" * 100_000, 1, "nested-too-deeply"),
        ("application/x-ndjson", "NaN", 1, "not-json"),
    ],
)
def test_a_body_that_is_none_is_refused_by_its_line(
    kind: str, body: str | bytes, line: int, code: str
) -> None:
    with pytest.raises(Problem) as raised:
        lines(kind, body)
    problem = raised.value
    assert problem.status == 400
    assert [(e["line"], e["code"]) for e in problem.members["errors"]] == [(line, code)]
    assert SECRET not in repr((problem.detail, problem.members))


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        *((kind, line) for kind in KINDS for line in ("\n", "\r", "a\n")),
        *(("text/csv", cell) for cell in (",", ";", "\t", '"",', '"\n",')),
        *(("application/x-ndjson", value) for value in ("[", "{}", '""', "1,")),
    ],
)
def test_a_body_that_would_fill_the_memory_is_not_parsed(kind: str, part: str) -> None:
    body = b"url\n" + part.encode() * (20_000_000 // len(part))
    tracemalloc.start()
    try:
        with pytest.raises(Problem) as raised:
            parse_lines(kind, body, 10_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert raised.value.status == 413
    assert peak < 1_000_000


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@given(st.lists(st.tuples(cells, cells), min_size=1), st.sampled_from(",;\t"))
def test_csv_comes_out_as_it_was_written(rows: list[tuple[str, str]], delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([("url", "title"), *rows])
    found = [(row["url"], row["title"]) for _, row in lines("text/csv", text.getvalue())]
    assert found == rows


@given(st.lists(st.text(min_size=1) | st.dictionaries(st.text(), st.text())))
def test_ndjson_comes_out_as_it_was_written(elements: list[Any]) -> None:
    body = "\n".join(json.dumps(element) for element in elements)
    assert [element for _, element in lines("application/x-ndjson", body)] == elements


def answer(kind: str, body: bytes) -> int:
    try:
        numbers = [number for number, _ in lines(kind, body)]
    except Problem as problem:
        return problem.status
    assert numbers == sorted(set(numbers))
    return 200


@given(st.sampled_from(list(KINDS)), st.binary())
def test_any_bytes_are_elements_or_a_problem(kind: str, body: bytes) -> None:
    assert answer(kind, b"url\n" + body) in {200, 400}
