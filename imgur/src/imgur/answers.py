"""Understanding what Imgur's API v3 answers. Bytes in, a value or an `ImgurError` out; no I/O.

No part of an answer is trusted: whatever status, headers and body are, no other exception comes.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from imgur.failures import read_failure
from imgur.limits import Limits, limits_of_credits

_MAX_BODY = 1_000_000
"""Bytes. A real answer has about one thousand; a longer one is not worth parsing."""

_WORD = re.compile(r"[!-~]{1,255}")
_IMGUR_HOST = re.compile(r"(?:.+\.)?imgur\.(?:com|io)")


@dataclass(frozen=True, slots=True)
class UploadedImage:
    """An image as Imgur keeps it. It may have converted it: `type` and `size` are its own.

    `width` and `height` are in pixels, `size` in bytes. What the answer left out is None.
    `deletehash` can delete the image and is told only once: a secret, never to be shown or logged.
    """

    id: str
    link: str
    deletehash: str | None = field(repr=False)
    type: str | None
    width: int | None
    height: int | None
    size: int | None


def read_upload(status: int, headers: Mapping[str, str], body: bytes, now: float) -> UploadedImage:
    """Read the answer to an upload; `now` is the epoch in seconds.

    It is a success only when everything says so: the HTTP status, `success`, no `data.error`, an
    id and a link. Otherwise an ImgurError is raised; a 200 may hold one.
    """
    answer = _object(body)
    data = _data(status, answer)
    image_id, link = _word(data.get("id")), _link(data.get("link"))
    if image_id is None or link is None:
        raise read_failure(status, headers, body, answer, now)
    return UploadedImage(
        id=image_id,
        link=link,
        deletehash=_word(data.get("deletehash")),
        type=_word(data.get("type")),
        width=_count(data.get("width")),
        height=_count(data.get("height")),
        size=_count(data.get("size")),
    )


def read_deletion(status: int, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Read the answer to a deletion: True for an image that is deleted by it.

    False where Imgur knows nothing by this deletehash, as after an earlier deletion: it answers
    "Unauthorized", with a 403 or as an error inside a 200, or 404. Raises an ImgurError for all
    else.
    """
    answer = _object(body)
    if answer is not None:
        data, is_2xx = answer.get("data"), 200 <= status < 300
        if is_2xx and answer.get("success") is True and data is True:
            return True
        error = data.get("error") if isinstance(data, dict) else None
        if (is_2xx or status == 403) and error == "Unauthorized":
            return False
        if status == 404 and "data" in answer:
            return False
    raise read_failure(status, headers, body, answer, now)


def read_credits(status: int, headers: Mapping[str, str], body: bytes, now: float) -> Limits:
    """Read the answer to `GET /3/credits`: the limits of user and client, at least one of them.

    Raises an ImgurError for any other answer.
    """
    answer = _object(body)
    limits = limits_of_credits(_data(status, answer), now)
    if limits.user is None and limits.client is None:
        raise read_failure(status, headers, body, answer, now)
    return limits


def _object(body: bytes) -> dict[str, object] | None:
    """Parse a JSON object; None for anything else."""
    if len(body) > _MAX_BODY:
        return None
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):  # not JSON, not Unicode, a giant number; too deep
        return None
    return answer if isinstance(answer, dict) else None


def _data(status: int, answer: dict[str, object] | None) -> dict[str, object]:
    """Take `data` out of an answer that is a success; nothing out of any other."""
    if answer is None or not 200 <= status < 300 or answer.get("success") is not True:
        return {}
    data = answer.get("data")
    return data if isinstance(data, dict) and not data.get("error") else {}


def _link(value: object) -> str | None:
    """Check a link: http or https, and https where the host is Imgur's (it once wrote http).

    A stand-in's link stays as it is. After a WebM upload Imgur's link ends in a stray dot.
    """
    link = _word(value)
    try:
        parts = urlsplit(link or "")
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    if _IMGUR_HOST.fullmatch(host):
        parts = parts._replace(scheme="https")
    return parts.geturl().removesuffix(".")


def _word(value: object) -> str | None:
    """Check a short text without blanks, as ids, types and links are."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def _count(value: object) -> int | None:
    """Check a number of pixels or bytes: whole and more than 0."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53:
        return value
    return None
