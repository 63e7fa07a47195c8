"""What a client sends: a body becomes the URLs of a job, a query parameter a number or a status.

No I/O. What is wrong is raised as a Problem that says where and what is taken, never what was sent.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NoReturn

from api.problems import Problem
from jobs.model import ImageStatus
from jobs.urls import InvalidURL, check_source_url

#: How many wrong elements of one body are named.
MAX_ERRORS = 20

#: Strings, commas and brackets that a body may have beside those of its URLs. The two bytes `[]`
#: become 56 when parsed, and a body of 20 MB 500 MB: one of many small values is not parsed.
MAX_TOKENS_BESIDE = 200_000

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{,]', re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,15}")


def parse_urls(body: bytes, max_urls: int, max_length: int) -> list[str]:
    """The URLs of a job in the order sent, each once.

    Raises Problem 400 for what is not a JSON object (RFC 8259) in UTF-8, and 422 for an object that
    is not `{"urls": [...]}` with 1 to `max_urls` URLs of at most `max_length` characters; 413 for
    so many values that parsing them would fill the memory.
    """
    most_tokens = 2 * max_urls + MAX_TOKENS_BESIDE
    if next(islice(_TOKEN.finditer(body), most_tokens, None), None):
        raise Problem(413, f"The body holds too many values: {max_urls} URLs make a job.")
    document = _parse_object(body)
    errors = list(islice(_errors(document, max_urls, max_length), MAX_ERRORS))
    if errors:
        detail = f"Nothing was stored. `errors` says what is wrong, in {MAX_ERRORS} places at most."
        raise Problem(422, detail, kind="invalid-body", errors=errors)
    return list(dict.fromkeys(document["urls"]))


def _parse_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_members,
            parse_constant=_refuse_constant,
            # No number is taken anywhere, and float() has no limit of digits to stumble over.
            parse_int=float,
        )
    except UnicodeDecodeError as error:
        _refuse("not-utf-8", f"Takes UTF-8 only; the byte at {error.start} is not.")
    except json.JSONDecodeError as error:
        _refuse("not-json", f"Not JSON at line {error.lineno}, column {error.colno}.")
    except RecursionError:
        _refuse("nested-too-deeply", "Takes no arrays and objects nested this deeply.")
    if not isinstance(document, dict):
        _refuse("not-an-object", 'Takes an object: {"urls": ["https://example.org/cat.jpg"]}')
    return document


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        _refuse("duplicate-member", "An object has two members of the same name.")
    return members


def _refuse_constant(_: str) -> NoReturn:
    _refuse("not-json", "NaN and Infinity are not JSON.")


def _refuse(code: str, detail: str) -> NoReturn:
    raise Problem(400, detail, kind="malformed-body", errors=[_error("", code, detail)]) from None


def _errors(document: dict[str, Any], max_urls: int, max_length: int) -> Iterator[dict[str, str]]:
    if document.keys() - {"urls"}:
        yield _error("", "unknown-member", "Takes no member but urls.")
    if "urls" not in document:
        yield _error("", "urls-missing", "Takes an object with the member urls.")
        return
    urls = document["urls"]
    if not isinstance(urls, list):
        yield _error("/urls", "not-an-array", "Takes an array of URLs.")
    elif not urls:
        yield _error("/urls", "empty", "Takes at least one URL.")
    elif len(urls) > max_urls:
        yield _error("/urls", "too-many", f"Takes at most {max_urls} URLs in one job.")
    else:
        for index, url in enumerate(urls):
            if not isinstance(url, str):
                yield _error(f"/urls/{index}", "not-a-string", "Takes a URL as a string.")
                continue
            try:
                check_source_url(url, max_length)
            except InvalidURL as error:
                yield _error(f"/urls/{index}", error.code, str(error))


def _error(pointer: str, code: str, detail: str) -> dict[str, str]:
    """One element of `errors`; `pointer` is a JSON pointer into the body (RFC 6901)."""
    return {"pointer": pointer, "detail": detail, "code": code}


def parse_number(
    parameters: Mapping[str, str], name: str, least: int, most: int | None = None
) -> int | None:
    """The whole number of a query parameter, None where it was not sent. Raises Problem 400."""
    text = parameters.get(name)
    if text is None:
        return None
    number = int(text) if _NUMBER.fullmatch(text) else -1
    if number < least or (most is not None and number > most):
        up_to = f"to {most}" if most is not None else "upwards"
        raise _wrong_parameter(name, f"{name} takes a whole number from {least} {up_to}.")
    return number


def parse_status(parameters: Mapping[str, str]) -> ImageStatus | None:
    """The status asked for, None where any will do. Raises Problem 400."""
    text = parameters.get("status")
    if text is None:
        return None
    try:
        return ImageStatus(text)
    except ValueError:
        detail = f"status takes one of: {', '.join(ImageStatus)}."
        raise _wrong_parameter("status", detail) from None


def _wrong_parameter(name: str, detail: str) -> Problem:
    errors = [{"parameter": name, "detail": detail, "code": "invalid-parameter"}]
    return Problem(400, detail, kind="invalid-parameter", errors=errors)
