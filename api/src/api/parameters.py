"""What a client sends beside the body: query parameters, Idempotency-Key, Prefer. No I/O.

What is wrong is raised as a Problem 400 that says what is taken, never what was sent.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from api.problems import Problem

Status = TypeVar("Status", bound=StrEnum)

#: Elements in one page, at most.
MAX_PAGE = 1000

#: The cursors of the store by their form: of images and of jobs a number, of links a stream's id.
NUMBER = re.compile(r"[0-9]{1,15}")
STREAM_ID = re.compile(r"[1-9][0-9]{0,14}-[0-9]{1,15}")

#: Seconds that an answer is held back, at most: proxies give up after 30.
MAX_WAIT = 25
_WAIT = re.compile(r'\s*wait\s*=\s*"?([0-9]{1,9})"?\s*(?:;.*)?', re.IGNORECASE)

# 1 to 255 visible ASCII characters, as a string of RFC 9651 (§3.3.3) or bare, then without those
# that mean something in a header: quotes, commas, semicolons, backslashes.
QUOTED = re.compile(r'"((?:[!#-\[\]-~]|\\["\\]){1,255})"')
BARE = re.compile(r"[!#-+\--:<-\[\]-~]{1,255}")


def parse_limit(parameters: Mapping[str, str], default: int) -> int:
    """How many elements a page may have, up to MAX_PAGE."""
    text = parameters.get("limit")
    if text is None:
        return default
    number = int(text) if NUMBER.fullmatch(text) else 0
    if not 1 <= number <= MAX_PAGE:
        raise _wrong_parameter("limit", f"limit takes a whole number from 1 to {MAX_PAGE}.")
    return number


def parse_cursor(parameters: Mapping[str, str], form: re.Pattern[str]) -> str | None:
    """Where the page begins, None for the first page."""
    text = parameters.get("cursor")
    if text is not None and not form.fullmatch(text):
        raise _wrong_parameter("cursor", "cursor takes the `next` of the page before.")
    return text


def parse_status(parameters: Mapping[str, str], statuses: type[Status]) -> Status | None:
    """The status asked for, None where any will do."""
    text = parameters.get("status")
    if text is None:
        return None
    try:
        return statuses(text)
    except ValueError:
        detail = f"status takes one of: {', '.join(statuses)}."
        raise _wrong_parameter("status", detail) from None


def parse_idempotency_key(text: str | None) -> str | None:
    """The key that this header holds; `"abc"` and `abc` are the same key.

    The former is as draft-ietf-httpapi-idempotency-key-header-07 has it; many clients send the
    latter.
    """
    if text is None:
        return None
    if BARE.fullmatch(text):
        return text
    quoted = QUOTED.fullmatch(text)
    if quoted:
        return re.sub(r"\\(.)", r"\1", quoted[1])
    header = "Idempotency-Key"
    detail = f'{header} takes 1 to 255 visible ASCII characters in quotes: "8e03978e-40d5".'
    errors = [{"header": header, "detail": detail, "code": "invalid-header"}]
    raise Problem(400, detail, kind="invalid-header", errors=errors)


def parse_wait(text: str | None) -> int:
    """The seconds to wait that the header Prefer asks for (RFC 7240 §4.3), at most MAX_WAIT.

    0 where it asks for none: what is preferred in another way, or not understood, is ignored.
    """
    for preference in text.split(",") if text else ():
        found = _WAIT.fullmatch(preference)
        if found:
            return min(int(found[1]), MAX_WAIT)
    return 0


def _wrong_parameter(name: str, detail: str) -> Problem:
    errors = [{"parameter": name, "detail": detail, "code": "invalid-parameter"}]
    return Problem(400, detail, kind="invalid-parameter", errors=errors)
