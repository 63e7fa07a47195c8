"""What a body asks for: the job to add, the images to retry, or the places that are wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bodies import parse_job, parse_retry, unknown_urls
from api.problems import Problem
from api.requests import Context
from jobs.model import ImageOptions, JobOptions, Priority

CAT = "https://example.org/cat.jpg"
DOG = "https://example.org/dog.jpg"
SECRET = "5ecret"

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from([CAT, "retryable"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
urls = st.from_regex(r"https?://[a-z]{1,20}\.example/[a-zA-Z0-9,\[\]\"\\{}]{0,40}", fullmatch=True)


def job(document: dict[str, Any], max_urls: int = 3) -> tuple[list[str], JobOptions]:
    return parse_job(document, Context(max_urls, 80, webhooks=True))


def refusal(problem: Problem) -> list[tuple[str, str]]:
    """Where it says that something is wrong, with which code."""
    assert problem.status == 422
    assert SECRET not in repr((problem.detail, problem.members))
    errors = problem.members["errors"]
    assert all(error["detail"] for error in errors)
    return [(error["pointer"], error["code"]) for error in errors]


def answer(parse: Callable[[], Any]) -> tuple[int, Any]:
    """What it takes, or the status of its refusal."""
    try:
        return 200, parse()
    except Problem as problem:
        return problem.status, None


def test_duplicates_are_stripped_and_the_first_of_each_keeps_its_place() -> None:
    assert job({"urls": [DOG, CAT, DOG]}) == ([DOG, CAT], JobOptions())


def test_what_is_asked_for_with_a_job_and_with_its_images_is_taken() -> None:
    referer = "https://example.org/cats"
    urls, options = job(
        {
            "urls": [
                DOG,
                {"url": CAT, "title": "Cat", "description": "Black.\nAsleep.", "referer": referer},
                {"url": CAT, "title": "Another"},
                {"url": DOG, "title": "Too late"},
            ],
            "title": "Pets",
            "labels": ["b", "a", "b"],
            "webhook": "https://example.org/hook",
        },
        max_urls=4,
    )
    assert urls == [DOG, CAT]
    assert options == JobOptions(
        title="Pets",
        labels=("b", "a"),
        webhook="https://example.org/hook",
        images={1: ImageOptions("Cat", "Black.\nAsleep.", referer)},
    )


@pytest.mark.parametrize("priority", Priority)
def test_a_priority_is_taken_by_its_name(priority: Priority) -> None:
    assert job({"urls": [CAT], "priority": priority.value}) == ([CAT], JobOptions(priority))


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("", "urls-missing")]),
        ({SECRET: 1}, [("", "unknown-member")]),
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
        ({"urls": [CAT], "priority": "High"}, [("/priority", "unknown-priority")]),
        ({"urls": [CAT], "priority": None}, [("/priority", "unknown-priority")]),
        (
            {"urls": [], "priority": [SECRET]},
            [("/priority", "unknown-priority"), ("/urls", "empty")],
        ),
        ({"urls": [float("inf")]}, [("/urls/0", "not-a-string")]),
        ({"urls": [CAT + "x" * 80]}, [("/urls/0", "url-too-long")]),
        ({"urls": [f"/{SECRET}.jpg"]}, [("/urls/0", "url-not-absolute")]),
        ({"urls": [""]}, [("/urls/0", "url-not-absolute")]),
        ({"urls": [{}]}, [("/urls/0", "url-missing")]),
        ({"urls": [{"url": 1.0}]}, [("/urls/0/url", "not-a-string")]),
        ({"urls": [{"url": CAT, SECRET: 1}]}, [("/urls/0", "unknown-member")]),
        (
            {"urls": [CAT, {"url": f"/{SECRET}", "title": "a" * 201, "description": [SECRET]}]},
            [
                ("/urls/1/url", "url-not-absolute"),
                ("/urls/1/title", "too-long"),
                ("/urls/1/description", "not-a-string"),
            ],
        ),
        (
            {"urls": [{"url": CAT, "referer": f"https://a.example/\r\nX-A: {SECRET}"}]},
            [("/urls/0/referer", "url-control-characters")],
        ),
        (
            {"urls": [{"url": CAT, "title": "a\nb", "description": "\0"}]},
            [
                ("/urls/0/title", "control-characters"),
                ("/urls/0/description", "control-characters"),
            ],
        ),
        ({"urls": [CAT], "title": f"{SECRET}\ud800"}, [("/title", "surrogates")]),
        ({"urls": [CAT], "labels": SECRET}, [("/labels", "not-an-array")]),
        ({"urls": [CAT], "labels": ["a"] * 21}, [("/labels", "too-many")]),
        (
            {"urls": [CAT], "labels": ["", "a" * 101, SECRET, 1.0]},
            [
                ("/labels/0", "empty"),
                ("/labels/1", "too-long"),
                ("/labels/3", "not-a-string"),
            ],
        ),
        ({"urls": [CAT], "webhook": f"ftp://{SECRET}.example"}, [("/webhook", "url-scheme")]),
    ],
)
def test_an_object_that_is_no_job_is_refused_place_by_place(
    body: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    with pytest.raises(Problem) as raised:
        job(body)
    assert refusal(raised.value) == errors


def test_twenty_wrong_elements_are_named() -> None:
    with pytest.raises(Problem) as raised:
        job({"urls": [CAT, *range(30)]}, max_urls=31)
    pointers = [pointer for pointer, _ in refusal(raised.value)]
    assert pointers == [f"/urls/{index}" for index in range(1, 21)]


@given(st.lists(urls, min_size=1, max_size=10))
def test_urls_are_taken_as_they_are(sent: list[str]) -> None:
    assert job({"urls": sent}, max_urls=10)[0] == list(dict.fromkeys(sent))


@given(st.dictionaries(st.sampled_from(["urls", "priority", ""]), json_values))
def test_any_object_is_a_job_or_a_problem(document: dict[str, Any]) -> None:
    status, taken = answer(lambda: job(document))
    assert status in {200, 422}
    if taken:
        urls, options = taken
        assert set(urls) == {e["url"] if isinstance(e, dict) else e for e in document["urls"]}
        assert options.priority == document.get("priority", "normal")


@pytest.mark.parametrize(
    ("document", "which"),
    [
        ({}, "all"),
        ({"only": "retryable"}, "retryable"),
        ({"urls": [DOG, CAT, DOG]}, [DOG, CAT, DOG]),
    ],
)
def test_what_to_retry(document: dict[str, Any], which: object) -> None:
    assert parse_retry(document, Context(3, 80)) == which


@pytest.mark.parametrize(
    ("document", "errors"),
    [
        ({"only": "failed"}, [("/only", "unknown-choice")]),
        ({"only": [SECRET]}, [("/only", "unknown-choice")]),
        ({"only": None}, [("/only", "unknown-choice")]),
        ({"only": "retryable", "urls": [CAT]}, [("", "urls-and-only")]),
        ({SECRET: 1}, [("", "unknown-member")]),
        ({"urls": []}, [("/urls", "empty")]),
        ({"urls": CAT}, [("/urls", "not-an-array")]),
        ({"urls": [CAT] * 4}, [("/urls", "too-many")]),
        ({"urls": [CAT, 1]}, [("/urls/1", "not-a-string")]),
        ({"urls": [f"https://a.example/\ud800{SECRET}"]}, [("/urls/0", "url-surrogates")]),
    ],
)
def test_a_wrong_retry_is_refused_place_by_place(
    document: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    with pytest.raises(Problem) as raised:
        parse_retry(document, Context(3, 80))
    assert refusal(raised.value) == errors


@given(st.dictionaries(st.sampled_from(["urls", "only", ""]), json_values))
def test_any_object_is_a_retry_or_a_problem(document: dict[str, Any]) -> None:
    status, which = answer(lambda: parse_retry(document, Context(3, 80)))
    assert status in {200, 422}
    if which:
        assert which == document.get("urls", document.get("only", "all"))


def test_unknown_urls_are_named_by_their_places() -> None:
    assert refusal(unknown_urls([1, 4])) == [("/urls/1", "unknown-url"), ("/urls/4", "unknown-url")]
    assert len(refusal(unknown_urls(range(30)))) == 20
