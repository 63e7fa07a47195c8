"""The tree of errors is the retry policy: what it promises, in the docstring and on every class."""

import pickle
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import imgur
from imgur import ImgurError, ImgurThrottled, ImgurUnavailable, errors


def tree(kind: type[ImgurError], depth: int = 0) -> list[str]:
    children = kind.__subclasses__()
    mark = "*" if children else "x"
    return [f"{'  ' * depth}{mark} {kind.__name__}"] + [
        line for child in children for line in tree(child, depth + 1)
    ]


def kinds(kind: type[ImgurError] = ImgurError) -> list[type[ImgurError]]:
    return [kind] + [lower for child in kind.__subclasses__() for lower in kinds(child)]


RAISED = [kind for kind in kinds() if kind not in (ImgurError, ImgurThrottled)]


def test_docstring_draws_the_tree() -> None:
    drawn = [line for line in (errors.__doc__ or "").splitlines() if re.match(r" *[*x] ", line)]
    assert drawn == tree(ImgurError)


def test_every_error_is_public() -> None:
    assert {kind.__name__ for kind in kinds()} <= set(imgur.__all__)


def test_public_names_exist() -> None:
    assert [name for name in imgur.__all__ if not hasattr(imgur, name)] == []


@pytest.mark.parametrize("kind", RAISED)
def test_class_is_complete(kind: type[ImgurError]) -> None:
    assert re.fullmatch(r"imgur(-[a-z]+)+", kind.code)
    assert isinstance(kind.retryable, bool)
    assert kind.message.endswith(".")
    assert "trying again" in kind.message or "by itself" in kind.message


def test_codes_are_distinct() -> None:
    assert len({kind.code for kind in RAISED}) == len(RAISED)


def test_who_tries_again() -> None:
    assert {kind.code for kind in RAISED if kind.retryable} == {
        "imgur-user-throttled",
        "imgur-client-throttled",
        "imgur-posts-throttled",
        "imgur-blocked",
        "imgur-unavailable",
        "imgur-no-answer",
    }


def test_detail_is_for_the_log() -> None:
    error = ImgurUnavailable("no answer\r\nwithin\x00 60 s", retry_after=5)
    assert str(error) == error.detail == "no answer within 60 s"
    assert error.retry_after == 5


def test_detail_holds_no_url() -> None:
    error = ImgurUnavailable("Invalid URL (https://user:pw@example.org/a?token=1) FTP://x.y/z")
    assert error.detail == "Invalid URL (URL) (URL)"


@settings(deadline=None)
@given(st.text())
def test_detail_is_one_short_line(text: str) -> None:
    detail = ImgurUnavailable(text * 50).detail
    assert len(detail) <= 300
    assert detail.isprintable()
    assert "://" not in detail


def test_error_survives_a_process_boundary() -> None:
    error = pickle.loads(pickle.dumps(errors.ImgurUserThrottled("slow down", retry_after=60)))
    assert (type(error), str(error)) == (errors.ImgurUserThrottled, "slow down")
    assert error.retry_after == 60
