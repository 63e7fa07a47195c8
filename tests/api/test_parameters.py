"""What is taken beside the body: limit, cursor, status, Idempotency-Key, Prefer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.parameters import (
    NUMBER,
    STREAM_ID,
    parse_cursor,
    parse_idempotency_key,
    parse_limit,
    parse_status,
    parse_wait,
)
from api.problems import Problem
from jobs.model import ImageStatus, JobStatus

SECRET = "5ecret"


def refused(problem: Problem, name: str) -> str:
    """What it says is taken, once it is sure that it names what is wrong."""
    assert problem.status == 400
    assert SECRET not in repr((problem.detail, problem.members))
    [error] = problem.members["errors"]
    assert error.get("parameter", error.get("header")) == name
    return problem.detail


@pytest.mark.parametrize(("text", "limit"), [("1", 1), ("007", 7), ("1000", 1000), (None, 100)])
def test_a_limit_within_its_bounds_is_taken(text: str | None, limit: int) -> None:
    assert parse_limit({} if text is None else {"limit": text}, 100) == limit


@pytest.mark.parametrize("text", ["", "0", "1001", "-1", "+1", " 1", "1.0", "1e2", "٣", "9" * 5000])
def test_any_other_limit_is_refused(text: str) -> None:
    with pytest.raises(Problem) as raised:
        parse_limit({"limit": text}, 100)
    assert "from 1 to 1000" in refused(raised.value, "limit")


@pytest.mark.parametrize(
    ("form", "text"),
    [(NUMBER, "0"), (NUMBER, "9" * 15), (STREAM_ID, "1763712345678-0"), (STREAM_ID, "1-12")],
)
def test_a_cursor_of_its_form_is_taken_as_it_is(form: re.Pattern[str], text: str) -> None:
    assert parse_cursor({"cursor": text}, form) == text
    assert parse_cursor({}, form) is None


@pytest.mark.parametrize(
    ("form", "text"),
    [
        *((NUMBER, text) for text in ("", "-1", "1-0", "9" * 16, "٣", "1\n", SECRET)),
        *((STREAM_ID, text) for text in ("", "1", "0-0", "1-", "-1", "1-1-1", "9" * 20 + "-0")),
    ],
)
def test_any_other_cursor_is_told_where_there_are_some(form: re.Pattern[str], text: str) -> None:
    with pytest.raises(Problem) as raised:
        parse_cursor({"cursor": text}, form)
    assert "`next` of the page before" in refused(raised.value, "cursor")


@pytest.mark.parametrize("status", [*ImageStatus, *JobStatus])
def test_a_status_is_taken_by_its_name(status: ImageStatus | JobStatus) -> None:
    assert parse_status({"status": status.value}, type(status)) is status
    assert parse_status({}, type(status)) is None


@pytest.mark.parametrize("text", ["", "completed", "PENDING", SECRET])
def test_a_wrong_status_is_told_which_there_are(text: str) -> None:
    with pytest.raises(Problem) as raised:
        parse_status({"status": text}, ImageStatus)
    assert "pending, complete, failed" in refused(raised.value, "status")
    with pytest.raises(Problem) as raised:
        parse_status({"status": text}, JobStatus)
    assert "pending, in-progress, complete" in refused(raised.value, "status")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('"abc"', "abc"),
        ("abc", "abc"),
        (r'"a\"b\\c"', r'a"b\c'),
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ("aGVsbG8+/w==", "aGVsbG8+/w=="),
        ('"a;b,c"', "a;b,c"),
        ("x" * 255, "x" * 255),
        (f'"{"x" * 255}"', "x" * 255),
        ('"' + r"\\" * 255 + '"', "\\" * 255),
        (None, None),
    ],
)
def test_a_key_is_taken_quoted_and_bare(text: str | None, key: str | None) -> None:
    assert parse_idempotency_key(text) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        '""',
        '"',
        '"abc',
        'abc"',
        '"a"b"',
        r'"a\bc"',
        r'"abc\"',
        r"a\b",
        "a b",
        '"a b"',
        "a,b",
        '"a", "b"',
        '"a";b=1',
        "a\n",
        '"ä"',
        "x" * 256,
        f'"{"x" * 256}"',
        f'"{SECRET}',
    ],
)
def test_any_other_key_is_refused(text: str) -> None:
    with pytest.raises(Problem) as raised:
        parse_idempotency_key(text)
    assert "1 to 255 visible ASCII characters" in refused(raised.value, "Idempotency-Key")


visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255)


@given(visible)
def test_every_key_can_be_quoted(key: str) -> None:
    quoted = key.replace("\\", r"\\").replace('"', r"\"")
    assert parse_idempotency_key(f'"{quoted}"') == key


def answer(text: str) -> tuple[int, str | None]:
    try:
        return 200, parse_idempotency_key(text)
    except Problem as problem:
        return problem.status, None


@given(st.text(max_size=300) | visible | visible.map(lambda key: f'"{key}"'))
def test_any_text_is_a_key_or_a_problem(text: str) -> None:
    status, key = answer(text)
    assert status == (200 if key else 400)
    assert key is None or re.fullmatch(r"[!-~]{1,255}", key)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("wait=10", 10),
        ("respond-async, wait=10", 10),
        ('WAIT = "10"; why=so, wait=3', 10),
        ("wait=999999", 25),
        ("wait=0", 0),
        ("wait", 0),
        ("wait=-1", 0),
        ("wait=5ecret", 0),
        ("handling=strict; wait=10", 0),
    ],
)
def test_the_seconds_that_a_client_prefers_to_wait(header: str | None, seconds: int) -> None:
    assert parse_wait(header) == seconds
