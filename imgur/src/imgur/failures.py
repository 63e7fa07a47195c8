"""Which error an answer without an image is. The one place that knows Imgur's error shapes.

The shapes and reports are those of apidocs.imgur.com and of the issue trackers of its clients:
`data.error` as text or as an object, `errors`, a bare error object, `data` as text, a gateway's
`message`, a web page. Statuses disagree (a 400 or 200 around a code 429, a 403 that is a limit),
so the order of belief is: the CDN's own mark, words, the numbers that mean one thing wherever they
stand, a limit that the headers show as spent, and only then what a status means in general.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from imgur.errors import (
    ImgurBlocked,
    ImgurClientThrottled,
    ImgurError,
    ImgurPostsThrottled,
    ImgurRefused,
    ImgurRefusedSize,
    ImgurRefusedType,
    ImgurThrottled,
    ImgurUnauthorized,
    ImgurUnavailable,
    ImgurUserThrottled,
)
from imgur.limits import DAY, UPLOAD_CREDITS, Limits, read_limits

_WORDS: tuple[tuple[type[ImgurError], tuple[str, ...]], ...] = (
    (ImgurBlocked, ("these actions are forbidden", "banned country")),
    (ImgurClientThrottled, ("client requests exceeded",)),
    (ImgurThrottled, ("too fast", "request limit exceeded")),
    (
        ImgurUnauthorized,
        (
            "invalid client_id",
            "malformed auth header",
            "access token provided is invalid",
            "authentication required",
            "requires authentication",
            "unauthorized",
            "permission denied",
            "application key",
        ),
    ),
    (ImgurRefusedSize, ("over the size limit", "is larger than")),
    (
        ImgurRefusedType,
        ("file type invalid", "format not supported", "support that file type", "is corrupt"),
    ),
    (
        ImgurUnavailable,
        (
            "failed to connect to the db",
            "circuit breaker",
            "timed out",
            "unable to process upload",
            "image failed to upload",
        ),
    ),
)

_NUMBERS: tuple[tuple[type[ImgurError], frozenset[int]], ...] = (
    (ImgurThrottled, frozenset({429})),
    (ImgurRefusedSize, frozenset({413, 1002})),
    (ImgurRefusedType, frozenset({415, 1003})),
    (ImgurUnauthorized, frozenset({401})),
)

_WAIT = re.compile(r"wait (\d{1,6}) (?:more )?(second|minute|hour)", re.IGNORECASE)
_UNITS = {"second": 1, "minute": 60, "hour": 3600}
_TITLE = re.compile(r"<title>([^<]{1,300})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Said:
    """What an answer says, whatever its shape: `code` and `text` of the error, every number."""

    code: int | None
    text: str
    numbers: frozenset[int]
    is_json: bool


def read_failure(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    answer: Mapping[str, object] | None,
    now: float,
) -> ImgurError:
    """Build the error that the answer is. `answer` is `body` as a JSON object, None if it is none.

    A throttle's `retry_after` is the wait in the text, else the reset of the window that is spent.
    """
    said = _read(status, body, answer)
    spent = _spent(read_limits(headers, now))
    kind = _kind(status, headers, said, bool(spent))
    if kind is ImgurThrottled:  # some limit: one that is spent, else the one met first
        kind = next(iter(spent), ImgurUserThrottled)
    retry_after = None
    if issubclass(kind, ImgurThrottled):
        retry_after = _wait(said.text) or spent.get(kind)
    code = "" if said.code is None else f", code {said.code}"
    text = said.text or f"{len(body)} bytes without a reason"
    return kind(f"HTTP {status}{code}: {text}", retry_after=retry_after)


def _kind(status: int, headers: Mapping[str, str], said: _Said, is_spent: bool) -> type[ImgurError]:
    """Find the first rule that holds. The order is the order of belief."""
    text = said.text.lower()
    is_4xx = any(400 <= number < 500 and number != 408 for number in said.numbers)
    is_5xx = any(500 <= number < 600 for number in said.numbers)
    rules: tuple[tuple[type[ImgurError], bool], ...] = (
        # The CDN marks what it refuses by itself; with a 5xx it is only out of order.
        (ImgurBlocked, status < 500 and _is_cdn_error(headers)),
        *((kind, any(word in text for word in words)) for kind, words in _WORDS),
        *((kind, bool(numbers & said.numbers)) for kind, numbers in _NUMBERS),
        (ImgurThrottled, is_spent),
        # Also "over capacity", which with a 403 is said to whom Imgur does not want.
        (ImgurBlocked, 403 in said.numbers),
        (ImgurUnavailable, is_5xx or 1203 in said.numbers or "over capacity" in text),
        # A 4xx that is not JSON comes from something before the API, and not because of the image.
        (ImgurRefused, is_4xx and said.is_json),
    )
    return next((kind for kind, holds in rules if holds), ImgurUnavailable)


def _is_cdn_error(headers: Mapping[str, str]) -> bool:
    return any(
        name.lower() == "cdn-error" and value.strip().lower() == "yes"
        for name, value in headers.items()
    )


def _spent(limits: Limits) -> dict[type[ImgurError], float | None]:
    """Which limits do not allow another upload, the longest first, and when they are full again."""
    windows = (
        (ImgurClientThrottled, limits.client, UPLOAD_CREDITS),
        (ImgurUserThrottled, limits.user, UPLOAD_CREDITS),
        (ImgurPostsThrottled, limits.posts, 1),
    )
    return {
        kind: window.resets_in
        for kind, window, cost in windows
        if window and not window.allows(cost)
    }


def _wait(text: str) -> float | None:
    """Seconds of "Please wait 37 more minutes". What is left of a unit is rounded down: 0 is 1."""
    if (match := _WAIT.search(text)) is None:
        return None
    return min(max(int(match[1]), 1) * _UNITS[match[2].lower()], DAY)


def _read(status: int, body: bytes, answer: Mapping[str, object] | None) -> _Said:
    if answer is None:
        return _Said(None, _title(body), frozenset({status}), is_json=False)
    code, text = _code_and_text(answer)
    numbers = (status, _integer(answer.get("status")), code)
    return _Said(code, text, frozenset(n for n in numbers if n is not None), is_json=True)


def _code_and_text(answer: Mapping[str, object]) -> tuple[int | None, str]:
    data, errors = answer.get("data"), answer.get("errors")
    error = data.get("error") if isinstance(data, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    for place in (error, first, answer, data):
        if isinstance(place, str) and place:
            return None, place
        if isinstance(place, Mapping):
            code = _integer(place.get("code"))
            texts = (place.get(name) for name in ("message", "detail", "error"))
            text = next((text for text in texts if isinstance(text, str) and text), "")
            if text or code is not None:
                return code, text
    return None, ""


def _integer(value: object) -> int | None:
    """Read a code or status; Imgur writes them as numbers and as text ("429")."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,6}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1_000_000:
        return value
    return None


def _title(body: bytes) -> str:
    """Read the title of a web page, or nothing."""
    match = _TITLE.search(body[:4096].decode(errors="replace"))
    return html.unescape(match[1]) if match else ""
