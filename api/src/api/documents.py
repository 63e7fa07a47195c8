"""The body of a request as a JSON object (RFC 8259), within limits of bytes and of values.

What is wrong is raised as a Problem that says where and what is taken, never what was sent.
"""

import json
import re
from itertools import islice
from typing import Any, NoReturn

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from api.problems import Problem
from api.settings import ApiSettings

#: Strings, commas and brackets that a body may have beside those of its URLs. The two bytes `[]`
#: become 56 when parsed, and a body of 20 MB 500 MB: one of many small values is not parsed.
MAX_TOKENS_BESIDE = 200_000

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{,]', re.DOTALL)


class NotJSON(ValueError):
    """What is not JSON as it is taken here; the detail says what is, and never shows it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def read_document(settings: ApiSettings, *, optional: bool = False) -> dict[str, Any]:
    """The body of the request; no body at all is an empty object where it is `optional`.

    Raises what read_body and parse_document raise, and Problem 415 unless it says that it is JSON.
    """
    if optional and not request.get_data():
        return {}
    if request.mimetype != "application/json":
        raise Problem(415, "Takes Content-Type: application/json, in UTF-8.")
    return parse_document(read_body(settings), settings.max_urls_per_job)


def read_body(settings: ApiSettings) -> bytes:
    """The body of the request. Raises Problem 415 for another charset than UTF-8, or an encoding.

    And RequestEntityTooLarge for one that is too large.
    """
    if request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise Problem(415, "Takes UTF-8 only.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(415, "Takes no Content-Encoding.")
    body = request.get_data(cache=False)
    if len(body) >= settings.max_body:
        # Werkzeug 3.1 cuts a chunked body off at the limit instead of refusing it.
        raise RequestEntityTooLarge
    return body


def parse_document(body: bytes, max_urls: int) -> dict[str, Any]:
    """The object that these bytes are, each of its numbers as a float.

    Raises Problem 400 for what is not a JSON object in UTF-8, and 413 for so many values beside
    `max_urls` URLs that parsing them would fill the memory.
    """
    check_tokens(body, max_urls)
    try:
        document = load_json(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        _refuse("not-utf-8", f"Takes UTF-8 only; the byte at {error.start} is not.")
    except NotJSON as error:
        _refuse(error.code, error.detail)
    if not isinstance(document, dict):
        _refuse("not-an-object", "Takes a JSON object: { and } around its members.")
    return document


def check_tokens(body: bytes, max_urls: int) -> None:
    """Raise Problem 413 where more would be parsed than `max_urls` URLs can need."""
    most = 2 * max_urls + MAX_TOKENS_BESIDE
    if next(islice(_TOKEN.finditer(body), most, None), None):
        raise too_many_values(max_urls)


def too_many_values(max_urls: int) -> Problem:
    """The answer to a body that would fill the memory."""
    return Problem(413, f"The body holds too many values: {max_urls} URLs make a job.")


def load_json(text: str) -> Any:
    """The value that this is, each number in it as a float. Raises NotJSON."""
    try:
        return json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_refuse_constant,
            # No number is taken anywhere, and float() has no limit of digits to stumble over.
            parse_int=float,
        )
    except json.JSONDecodeError as error:
        raise NotJSON(
            "not-json", f"Not JSON at line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        detail = "Takes no arrays and objects nested this deeply."
        raise NotJSON("nested-too-deeply", detail) from None


def error_at(pointer: str, code: str, detail: str) -> dict[str, str]:
    """One element of `errors`; `pointer` is a JSON pointer into the body (RFC 6901)."""
    return {"pointer": pointer, "detail": detail, "code": code}


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise NotJSON("duplicate-member", "An object has two members of the same name.")
    return members


def _refuse_constant(_: str) -> NoReturn:
    raise NotJSON("not-json", "NaN and Infinity are not JSON.")


def _refuse(code: str, detail: str) -> NoReturn:
    raise Problem(400, detail, kind="malformed-body", errors=[error_at("", code, detail)]) from None
