import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.parsing import MAX_TOKENS_BESIDE, parse_number, parse_status, parse_urls
from api.problems import Problem
from jobs.model import ImageStatus

CAT = "https://example.org/cat.jpg"
DOG = "https://example.org/dog.jpg"
SECRET = "5ecret"

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
urls = st.from_regex(r"https?://[a-z]{1,20}\.example/[a-zA-Z0-9,\[\]\"\\{}]{0,40}", fullmatch=True)


def parse(body: bytes | str | dict[str, Any], max_urls: int = 3, max_length: int = 40) -> list[str]:
    if isinstance(body, dict):
        body = json.dumps(body)
    return parse_urls(body if isinstance(body, bytes) else body.encode(), max_urls, max_length)


def answer(body: bytes) -> tuple[int, list[str]]:
    try:
        return 202, parse(body)
    except Problem as problem:
        return problem.status, []


def refusal(body: bytes | str | dict[str, Any]) -> tuple[int, list[tuple[str, str]]]:
    with pytest.raises(Problem) as raised:
        parse(body)
    problem = raised.value
    assert SECRET not in repr((problem.detail, problem.members))
    errors = problem.members["errors"]
    assert all(error["detail"] for error in errors)
    return problem.status, [(error["pointer"], error["code"]) for error in errors]


def test_duplicates_are_stripped_and_the_first_of_each_keeps_its_place() -> None:
    assert parse({"urls": [DOG, CAT, DOG]}) == [DOG, CAT]


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


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("", "urls-missing")]),
        ({SECRET: 1}, [("", "unknown-member"), ("", "urls-missing")]),
        ({"urls": [CAT], SECRET: 1}, [("", "unknown-member")]),
        ({"urls": CAT}, [("/urls", "not-an-array")]),
        ({"urls": None}, [("/urls", "not-an-array")]),
        ({"urls": {"0": CAT}}, [("/urls", "not-an-array")]),
        ({"urls": []}, [("/urls", "empty")]),
        ({"urls": [CAT] * 4}, [("/urls", "too-many")]),
        ({"urls": [CAT, 1, [CAT]]}, [("/urls/1", "not-a-string"), ("/urls/2", "not-a-string")]),
        ({"urls": [f"ftp://{SECRET}.example/"]}, [("/urls/0", "url-scheme")]),
        ({"urls": [CAT, f"https://a:{SECRET}@b.example/"]}, [("/urls/1", "url-userinfo")]),
        ({"urls": [f"https://a.example/\n{SECRET}"]}, [("/urls/0", "url-control-characters")]),
        ({"urls": [f"https://a.example/\ud800{SECRET}"]}, [("/urls/0", "url-surrogates")]),
        ({"urls": [CAT + "x" * 40]}, [("/urls/0", "url-too-long")]),
        ({"urls": [f"/{SECRET}.jpg"]}, [("/urls/0", "url-not-absolute")]),
        ({"urls": [""]}, [("/urls/0", "url-not-absolute")]),
    ],
)
def test_an_object_that_is_no_job_is_refused_place_by_place(
    body: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    assert refusal(body) == (422, errors)


def test_a_number_is_refused_as_a_number_however_long() -> None:
    assert refusal(b'{"urls": [' + b"9" * 10_000 + b"]}") == (422, [("/urls/0", "not-a-string")])


def test_twenty_wrong_elements_are_named() -> None:
    with pytest.raises(Problem) as raised:
        parse({"urls": [CAT, *range(30)]}, max_urls=31)
    pointers = [error["pointer"] for error in raised.value.members["errors"]]
    assert pointers == [f"/urls/{index}" for index in range(1, 21)]


@pytest.mark.parametrize("value", ["[]", "{}", '"aa"', "1.5"])
def test_many_small_values_are_refused_without_building_them(value: str) -> None:
    body = f'{{"urls": [{",".join([value] * 1_000_000)}]}}'.encode()
    tracemalloc.start()
    try:
        with pytest.raises(Problem) as raised:
            parse(body)
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
    assert parse({"urls": sent}, max_urls=many) == sent


@given(st.lists(urls, min_size=1, max_size=10))
def test_urls_are_taken_as_they_are(sent: list[str]) -> None:
    taken = parse({"urls": sent}, max_urls=10, max_length=80)
    assert taken == list(dict.fromkeys(sent))


@given(st.dictionaries(st.sampled_from(["urls", "url", ""]), json_values) | json_values)
def test_any_json_is_a_job_or_a_problem(document: Any) -> None:
    status, taken = answer(json.dumps(document).encode())
    if status == 202:
        assert set(taken) == set(document["urls"])
    else:
        assert status == (422 if isinstance(document, dict) else 400)


@given(st.binary())
def test_any_bytes_are_a_job_or_a_problem(body: bytes) -> None:
    assert answer(body)[0] in {202, 400, 422}


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("007", 7), ("1000", 1000), (None, None)])
def test_a_number_within_its_bounds_is_taken(text: str | None, number: int | None) -> None:
    sent = {} if text is None else {"limit": text}
    assert parse_number(sent, "limit", 1, 1000) == number


@pytest.mark.parametrize("text", ["", "0", "1001", "-1", "+1", " 1", "1.0", "1e2", "٣", "9" * 5000])
def test_any_other_number_is_refused_by_the_name_of_the_parameter(text: str) -> None:
    with pytest.raises(Problem) as raised:
        parse_number({"limit": text}, "limit", 1, 1000)
    assert raised.value.status == 400
    assert [error["parameter"] for error in raised.value.members["errors"]] == ["limit"]
    assert "from 1 to 1000" in raised.value.detail


def test_a_cursor_has_no_upper_bound_but_its_digits() -> None:
    assert parse_number({"cursor": "9" * 15}, "cursor", 0) == 10**15 - 1
    with pytest.raises(Problem):
        parse_number({"cursor": "9" * 16}, "cursor", 0)


@pytest.mark.parametrize("status", ImageStatus)
def test_a_status_is_taken_by_its_name(status: ImageStatus) -> None:
    assert parse_status({"status": status.value}) is status
    assert parse_status({}) is None


@pytest.mark.parametrize("text", ["", "completed", "PENDING", SECRET])
def test_a_wrong_status_is_told_which_there_are(text: str) -> None:
    with pytest.raises(Problem) as raised:
        parse_status({"status": text})
    assert raised.value.status == 400
    assert "pending, complete, failed" in raised.value.detail
    assert SECRET not in repr((raised.value.detail, raised.value.members))
