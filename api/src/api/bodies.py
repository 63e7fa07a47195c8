"""What the body of a request asks for: a job to add, or images of one to retry. No I/O.

Both raise Problem 422 for an object that is not as they say: where, and what is taken there.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from api.documents import error_at
from api.problems import Problem
from jobs.model import Priority
from jobs.store.clients import Which
from jobs.urls import InvalidURL, check_source_url

#: How many wrong elements of one body are named.
MAX_ERRORS = 20

Errors = Iterator[dict[str, str]]


def parse_job(
    document: dict[str, Any], max_urls: int, max_length: int
) -> tuple[list[str], Priority]:
    """The URLs of a job in the order sent, each once, and its priority.

    Takes `{"urls": [...]}` with 1 to `max_urls` URLs of at most `max_length` characters, and
    `priority` beside them if need be.
    """
    _check(_errors_of_job(document, max_urls, max_length))
    return list(dict.fromkeys(document["urls"])), Priority(document.get("priority", "normal"))


def parse_retry(document: dict[str, Any], max_urls: int, max_length: int) -> Which | list[str]:
    """Which failed images to retry: all for `{}`, or `{"only": "retryable"}`, or `{"urls": [...]}`.

    The URLs stay as sent, so that their places can be named.
    """
    _check(_errors_of_retry(document, max_urls, max_length))
    if "urls" in document:
        return list(document["urls"])
    return "retryable" if "only" in document else "all"


def unknown_urls(positions: Sequence[int]) -> Problem:
    """The answer to URLs, named by their places in the body, that are not of the job."""
    detail = "Takes a URL of this job, as it was submitted."
    return _wrong([error_at(f"/urls/{n}", "unknown-url", detail) for n in positions[:MAX_ERRORS]])


def _check(errors: Errors) -> None:
    found = list(islice(errors, MAX_ERRORS))
    if found:
        raise _wrong(found)


def _wrong(errors: list[dict[str, str]]) -> Problem:
    detail = f"Nothing was done. `errors` says what is wrong, in {MAX_ERRORS} places at most."
    return Problem(422, detail, kind="invalid-body", errors=errors)


def _errors_of_job(document: dict[str, Any], max_urls: int, max_length: int) -> Errors:
    if document.keys() - {"urls", "priority"}:
        yield error_at("", "unknown-member", "Takes no members but urls and priority.")
    if document.get("priority", "normal") not in list(Priority):
        detail = f"Takes one of: {', '.join(Priority)}."
        yield error_at("/priority", "unknown-priority", detail)
    if "urls" in document:
        yield from _errors_of_urls(document["urls"], max_urls, max_length)
    else:
        yield error_at("", "urls-missing", "Takes an object with the member urls.")


def _errors_of_retry(document: dict[str, Any], max_urls: int, max_length: int) -> Errors:
    if document.keys() - {"urls", "only"}:
        yield error_at("", "unknown-member", "Takes no members but urls or only.")
    if document.keys() >= {"urls", "only"}:
        yield error_at("", "urls-and-only", "Takes urls or only, not both.")
    if document.get("only", "retryable") != "retryable":
        yield error_at("/only", "unknown-choice", "Takes: retryable.")
    if "urls" in document:
        yield from _errors_of_urls(document["urls"], max_urls, max_length)


def _errors_of_urls(urls: Any, max_urls: int, max_length: int) -> Errors:
    if not isinstance(urls, list):
        yield error_at("/urls", "not-an-array", "Takes an array of URLs.")
    elif not urls:
        yield error_at("/urls", "empty", "Takes at least one URL.")
    elif len(urls) > max_urls:
        yield error_at("/urls", "too-many", f"Takes at most {max_urls} URLs in one job.")
    else:
        for index, url in enumerate(urls):
            if not isinstance(url, str):
                yield error_at(f"/urls/{index}", "not-a-string", "Takes a URL as a string.")
                continue
            try:
                check_source_url(url, max_length)
            except InvalidURL as error:
                yield error_at(f"/urls/{index}", error.code, str(error))
