"""The body of a request as a JSON object: what is one, and what is not parsed at all."""

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.documents import MAX_TOKENS_BESIDE, parse_document
from api.problems import Problem

CAT = "https://example.org/cat.jpg"
SECRET = "5ecret"


def refusal(body: bytes) -> tuple[int, list[tuple[str, str]]]:
    with pytest.raises(Problem) as raised:
        parse_document(body, 3)
    problem = raised.value
    assert SECRET not in repr((problem.detail, problem.members))
    errors = problem.members["errors"]
    assert all(error["detail"] for error in errors)
    return problem.status, [(error["pointer"], error["code"]) for error in errors]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b'{"urls": ["' + CAT.encode() + b'"]} x', "not-json"),
        (b'{"urls": [NaN]}', "not-json"),
        (b'{"urls": [-Infinity]}', "not-json"),
        (b"\xef\xbb\xbf{}", "not-json"),
        (b'{"urls": ["\xff' + SECRET.encode() + b'"]}', "not-utf-8"),
        ('{"urls": []}'.encode("utf-16"), "not-utf-8"),
        ('{"urls": []}'.encode("utf-16-le"), "not-json"),
        (f'{{"{SECRET}": 1, "{SECRET}": 2}}'.encode(), "duplicate-member"),
        (b'{"urls": [{"a": 1, "a": 1}]}', "duplicate-member"),
        (b"[" * 100_000, "nested-too-deeply"),
        (b'{"urls": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested-too-deeply"),
        (b"[]", "not-an-object"),
        (b'"urls"', "not-an-object"),
        (b"null", "not-an-object"),
    ],
)
def test_what_is_not_a_json_object_in_utf_8_is_malformed(body: bytes, code: str) -> None:
    assert refusal(body) == (400, [("", code)])


def test_a_number_is_a_float_however_long() -> None:
    assert parse_document(b'{"a": ' + b"9" * 10_000 + b"}", 3) == {"a": float("inf")}


@pytest.mark.parametrize("value", ["[]", "{}", '"aa"', "1.5"])
def test_many_small_values_are_refused_without_building_them(value: str) -> None:
    body = f'{{"urls": [{",".join([value] * 1_000_000)}]}}'.encode()
    tracemalloc.start()
    try:
        with pytest.raises(Problem) as raised:
            parse_document(body, 3)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert raised.value.status == 413
    assert peak < len(body)


def test_an_unterminated_string_of_escaped_quotes_is_read_once() -> None:
    # The count of tokens must not begin again at every quote: this would take minutes.
    assert refusal(b'{"urls": ["' + rb"\"" * 2_000_000) == (400, [("", "not-json")])


def test_as_many_urls_as_a_job_may_have_are_taken_whatever_stands_in_them() -> None:
    many = MAX_TOKENS_BESIDE
    sent = [f'https://a.example/{n}?"[],{{\\' for n in range(many)]
    assert parse_document(json.dumps({"urls": sent}).encode(), many) == {"urls": sent}


documents = st.dictionaries(
    st.text(),
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    ),
)


@given(documents, st.booleans())
def test_an_object_comes_out_as_it_was_written(document: dict[str, object], escaped: bool) -> None:
    try:
        body = json.dumps(document, ensure_ascii=escaped).encode()
    except UnicodeEncodeError:  # a lone surrogate can only be written as an escape
        body = json.dumps(document).encode()
    assert parse_document(body, 3) == document


def answer(body: bytes) -> int:
    try:
        assert isinstance(parse_document(body, 3), dict)
    except Problem as problem:
        return problem.status
    return 200


@given(st.binary())
def test_any_bytes_are_an_object_or_a_problem(body: bytes) -> None:
    assert answer(body) in {200, 400}
