"""Every error answer on record, verbatim, and what it means.

A case: HTTP status, body, the error, what it says of itself in the log, and where they matter the
headers and the wait. A text without a recorded body stands in the recorded shape of its kind.
"""

import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgur import (
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
    read_upload,
)

NOW = 1_741_737_600.0


@dataclass(frozen=True)
class Case:
    status: int
    body: bytes
    kind: type[ImgurError]
    detail: str
    retry_after: float | None = None
    headers: dict[str, str] = field(default_factory=dict)


def failure(status: int, body: bytes, headers: dict[str, str] | None = None) -> ImgurError:
    with pytest.raises(ImgurError) as raised:
        read_upload(status, headers or {}, body, NOW)
    return raised.value


def with_text(text: str, status: int = 400) -> bytes:
    """The shape most texts came in."""
    error = {"error": text, "request": "/3/image", "method": "POST"}
    return json.dumps({"data": error, "success": False, "status": status}).encode()


def with_code(code: object, message: str, status: int = 400) -> bytes:
    """The shape of an exception in Imgur's own code."""
    error = {"code": code, "message": message, "type": "ImgurException", "exception": []}
    data = {"error": error, "request": "/3/image", "method": "POST"}
    return json.dumps({"data": data, "success": False, "status": status}).encode()


# `data.error` is a text
TEXTS = [
    Case(
        400,
        b'{"status":400,"success":false,"data":{"error":"Bad Request","request":"/3/upload",'
        b'"method":"POST"}}',
        ImgurRefused,
        "HTTP 400: Bad Request",
    ),
    Case(
        401,
        b'{"data":{"error":"Authentication required","request":"/credits","method":"POST"},'
        b'"success":false,"status":401}',
        ImgurUnauthorized,
        "HTTP 401: Authentication required",
    ),
    Case(
        403,
        b'{"data":{"error":"This method requires authentication",'
        b'"request":"\\/3\\/account.json","method":"GET"},"success":false,"status":403}',
        ImgurUnauthorized,
        "HTTP 403: This method requires authentication",
    ),
    Case(
        404,
        b'{"data":{"error":"Tag does not exist",'
        b'"request":"\\/3\\/account\\/me\\/follow\\/tag\\/{{tagName}}","method":"POST"},'
        b'"success":false,"status":404}',
        ImgurRefused,
        "HTTP 404: Tag does not exist",
    ),
    Case(
        409,
        b'{"data":{"error":"Not following tag",'
        b'"request":"\\/3\\/account\\/me\\/follow\\/tag\\/funny","method":"DELETE"},'
        b'"success":false,"status":409}',
        ImgurRefused,
        "HTTP 409: Not following tag",
    ),
    *(
        Case(
            status,
            b'{"data":{"error":"Imgur is over capacity. Please try again.", '
            b'"request":"/image/MwJTXbW", "method":"POST" }, "success":false, "status":1203 }',
            ImgurUnavailable,
            f"HTTP {status}: Imgur is over capacity. Please try again.",
        )
        for status in (200, 400, 500)
    ),
    Case(
        413,
        b'{"status":413,"success":false,"data":{"error":"file is over the size limit",'
        b'"request":"/3/upload","method":"POST"}}',
        ImgurRefusedSize,
        "HTTP 413: file is over the size limit",
    ),
    Case(
        200,
        b'{"data":{"error":"Unauthorized","request":"/3/account/me/image/487153732",'
        b'"method":"DELETE"},"success":true,"status":200}',
        ImgurUnauthorized,
        "HTTP 200: Unauthorized",
    ),
    *(
        Case(status, with_text(text, status), kind, f"HTTP {status}: {text}")
        for status, text, kind in [
            (403, "Invalid client_id", ImgurUnauthorized),
            (403, "Malformed auth header", ImgurUnauthorized),
            (403, "Unauthorized", ImgurUnauthorized),
            (401, "Permission denied", ImgurUnauthorized),
            (403, "Permission denied", ImgurUnauthorized),
            (403, "The access token provided is invalid.", ImgurUnauthorized),
            (429, "Daily client requests exceeded", ImgurClientThrottled),
            (429, "User request limit exceeded", ImgurUserThrottled),
            (403, "User request limit exceeded", ImgurUserThrottled),
            (400, "Uploading file too fast!", ImgurUserThrottled),
            (400, "No image data was sent to the upload api", ImgurRefused),
            (400, "Image format not supported, or image is corrupt.", ImgurRefusedType),
            (
                400,
                "Animated GIF is larger than 2MB. Make the image smaller and then try uploading"
                " again.",
                ImgurRefusedSize,
            ),
            (400, "Operation timed out after 10001 milliseconds", ImgurUnavailable),
            (400, "We don't support that file type!", ImgurRefusedType),
            (400, "Image failed to upload.", ImgurUnavailable),
            (400, "Unable to process upload!", ImgurUnavailable),
            (400, "Invalid URL (black cat)", ImgurRefused),
            (404, "Unable to find an image with the id, 8pCqe", ImgurRefused),
            (400, "Unable to find an image with the id, 8pCqe", ImgurRefused),
            (400, "Failed to connect to the DB", ImgurUnavailable),
            (408, "Request Timeout", ImgurUnavailable),
            (
                400,
                "circuit breaker for redis-viewcounts dependency has not been implimented",
                ImgurUnavailable,
            ),
            (403, "Banned Country Attempt (IN)", ImgurBlocked),
        ]
    ),
]

TOO_FAST = (
    b'{"status":400,"success":false,"data":{"error":{"code":429,"message":"You are uploading too'
    b' fast. Please wait 59 more minutes.","type":"ImgurException","exception":[]},'
    b'"request":"/3/image.json","method":"POST"}}'
)
NO_MESSAGE = (
    b'{"status":400,"success":false,"data":{"error":{"code":666,"type":"ImgurException",'
    b'"exception":[]},"request":"/3/image.json","method":"POST"}}'
)

# `data.error` is an object
OBJECTS = [
    *(
        Case(
            status,
            TOO_FAST,
            ImgurUserThrottled,
            f"HTTP {status}, code 429: You are uploading too fast. Please wait 59 more minutes.",
            3540,
        )
        for status in (429, 400, 200, 403)
    ),
    *(
        Case(
            status,
            b'{"data":{"error":{"code":500,"message":"Could not complete request",'
            b'"type":"ImgurException","exception":{}},'
            b'"request":"/3/account/sarah/gallery_profile","method":"GET"},"success":false,'
            b'"status":500}',
            ImgurUnavailable,
            f"HTTP {status}, code 500: Could not complete request",
        )
        for status in (500, 400, 200)
    ),
    Case(
        400,
        b'{"data":{"error":{"code":403,"message":"Forbidden","type":"ImgurException",'
        b'"exception":[]},"request":"\\/3\\/image","method":"POST"},"success":false,"status":400}',
        ImgurBlocked,
        "HTTP 400, code 403: Forbidden",
    ),
    Case(429, NO_MESSAGE, ImgurUserThrottled, "HTTP 429, code 666: 141 bytes without a reason"),
    Case(400, NO_MESSAGE, ImgurRefused, "HTTP 400, code 666: 141 bytes without a reason"),
    *(
        Case(
            status,
            with_code(code, text),
            kind,
            f"HTTP {status}, code {code}: {text}",
        )
        for status, code, text, kind in [
            (400, 1002, "File is over the size limit", ImgurRefusedSize),
            (400, 1003, "File type invalid (1)", ImgurRefusedType),
            (415, 1003, "File type invalid (1)", ImgurRefusedType),
        ]
    ),
]

OVER_CAPACITY_403 = (
    b'{"data":{"error":"Imgur is temporarily over capacity. Please try again later."},'
    b'"success":false,"status":403}'
)
OVER_CAPACITY_500 = (
    b'{"status":500,"success":false,"data":{"error":"Imgur is temporarily over capacity.'
    b' Please try again later."}}'
)
FORBIDDEN = b'{"data":{"error":"These actions are forbidden."},"success":false,"status":400}'
CDN = {"CDN-Error": "yes", "Retry-After": "0", "Server": "cat, factory, 1.0"}

# Said by the edge
EDGE = [
    *(
        Case(
            status,
            body,
            kind,
            f"HTTP {status}: Imgur is temporarily over capacity. Please try again later.",
        )
        for status, body, kind in [
            (403, OVER_CAPACITY_403, ImgurBlocked),
            (400, OVER_CAPACITY_403, ImgurBlocked),
            (403, OVER_CAPACITY_500, ImgurBlocked),
            (429, OVER_CAPACITY_403, ImgurUserThrottled),
            (429, OVER_CAPACITY_500, ImgurUserThrottled),
            (500, OVER_CAPACITY_500, ImgurUnavailable),
            (200, OVER_CAPACITY_500, ImgurUnavailable),
        ]
    ),
    *(
        Case(
            status,
            FORBIDDEN,
            ImgurBlocked,
            f"HTTP {status}: These actions are forbidden.",
            headers=headers,
        )
        for status in (400, 403, 429)
        for headers in (CDN, {})
    ),
    Case(400, b"", ImgurBlocked, "HTTP 400: 0 bytes without a reason", headers=CDN),
    Case(503, b"", ImgurUnavailable, "HTTP 503: 0 bytes without a reason", headers=CDN),
]

# `errors`, a bare error, `data` that is no object, a gateway, mandible
OTHER_OBJECTS = [
    *(
        Case(
            status,
            b'{"errors":[{"id":"legacy-api-7dd44684d9-v66jl/6ykBZ3fSll-9984757","code":"429",'
            b'"status":"Too Many Requests","detail":"Too Many Requests"}]}',
            ImgurUserThrottled,
            f"HTTP {status}, code 429: Too Many Requests",
        )
        for status in (429, 400, 200)
    ),
    *(
        Case(
            status,
            b'{"id":"legacy-api-5b7c4f6c68-2pblb/JYEwsy8Hoj-145368","code":413,'
            b'"detail":"file is over the size limit","status":"Request Entity Too Large"}',
            ImgurRefusedSize,
            f"HTTP {status}, code 413: file is over the size limit",
        )
        for status in (413, 400)
    ),
    Case(
        500,
        b'{"data":"An error occurred","success":false,"status":500}',
        ImgurUnavailable,
        "HTTP 500: An error occurred",
    ),
    Case(
        400,
        b'{"data":false,"success":false,"status":400}',
        ImgurRefused,
        "HTTP 400: 43 bytes without a reason",
    ),
    Case(
        500,
        b'{"data":[],"success":false,"status":503}',
        ImgurUnavailable,
        "HTTP 500: 40 bytes without a reason",
    ),
    *(
        Case(
            status,
            b'{"message":"Missing Mashape application key.Go to http://docs.mashape.com/api-keys'
            b' to learn how to get your API application key."}',
            ImgurUnauthorized,
            f"HTTP {status}: Missing Mashape application key.Go to (URL)"
            " to learn how to get your API application key.",
        )
        for status in (400, 401)
    ),
    Case(
        400,
        b'{"error":"Error downloading URL!","status":400,"success":false}',
        ImgurRefused,
        "HTTP 400: Error downloading URL!",
    ),
]


def page(title: str) -> bytes:
    return f"<html>\r\n<head><title>{title}</title></head>\r\n<body></body></html>".encode()


# Not JSON
PAGES = [
    *(
        Case(status, page(title), kind, f"HTTP {status}: {title}")
        for status, title, kind in [
            (429, "429 Too Many Requests", ImgurUserThrottled),
            (405, "405 Not Allowed", ImgurUnavailable),
            (413, "413 Request Entity Too Large", ImgurRefusedSize),
            (403, "403 Forbidden", ImgurBlocked),
            (401, "401 Authorization Required", ImgurUnauthorized),
            (200, "Imgur overloaded. Hang in there with kittens", ImgurUnavailable),
            (200, "Imgur is over capacity!", ImgurUnavailable),
            (503, "503 client read error", ImgurUnavailable),
            (503, "503 backend write error", ImgurUnavailable),
            (502, "502 Bad Gateway", ImgurUnavailable),
        ]
    ),
    Case(
        400,
        b"<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.",
        ImgurUnavailable,
        "HTTP 400: 74 bytes without a reason",
    ),
    Case(200, b'"\\r\\n <xml"', ImgurUnavailable, "HTTP 200: 11 bytes without a reason"),
    Case(200, b"\r\n <xml", ImgurUnavailable, "HTTP 200: 7 bytes without a reason"),
    *(
        Case(status, b"", kind, f"HTTP {status}: 0 bytes without a reason")
        for status, kind in [
            (200, ImgurUnavailable),
            (302, ImgurUnavailable),
            (400, ImgurUnavailable),
            (408, ImgurUnavailable),
            (429, ImgurUserThrottled),
            (504, ImgurUnavailable),
        ]
    ),
]

CASES = [*TEXTS, *OBJECTS, *EDGE, *OTHER_OBJECTS, *PAGES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind.code}: {case.detail[:50]}")
def test_recorded_answers(case: Case) -> None:
    error = failure(case.status, case.body, case.headers)
    assert type(error) is case.kind
    assert error.detail == str(error) == case.detail
    assert error.retry_after == case.retry_after


# The headers of a recorded 429 of 2025-03-12 (phin05/discord-rich-presence-plex#118)
USER_SPENT = {
    "x-post-rate-limit-limit": "1250",
    "x-post-rate-limit-remaining": "1206",
    "x-post-rate-limit-reset": "1648",
    "x-ratelimit-clientlimit": "12500",
    "x-ratelimit-clientremaining": "12499",
    "x-ratelimit-clientreset": "86400",
    "x-ratelimit-userlimit": "500",
    "x-ratelimit-userremaining": "0",
    "x-ratelimit-userreset": "3600",
}
# The other pattern of a 429: the application is out for the day
CLIENT_SPENT = {
    **USER_SPENT,
    "x-ratelimit-clientremaining": "0",
    "x-ratelimit-clientreset": "41000",
    "x-ratelimit-userremaining": "499",
}
POSTS_SPENT = {
    **USER_SPENT,
    "x-post-rate-limit-remaining": "0",
    "x-ratelimit-userremaining": "499",
}
NOTHING_SPENT = {**USER_SPENT, "x-ratelimit-userremaining": "499"}
# Not enough for an upload, which costs 10
NEARLY_SPENT = {**USER_SPENT, "x-ratelimit-userremaining": "9"}

TOO_MANY = b'{"errors":[{"code":"429","detail":"Too Many Requests"}]}'
DAILY = with_text("Daily client requests exceeded", 429)


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "retry_after"),
    [
        (429, b"", USER_SPENT, ImgurUserThrottled, 3600),
        (429, b"", CLIENT_SPENT, ImgurClientThrottled, 41000),
        (429, b"", POSTS_SPENT, ImgurPostsThrottled, 1648),
        (429, b"", NEARLY_SPENT, ImgurUserThrottled, 3600),
        (429, b"", NOTHING_SPENT, ImgurUserThrottled, None),
        (429, TOO_MANY, CLIENT_SPENT, ImgurClientThrottled, 41000),
        (429, TOO_FAST, USER_SPENT, ImgurUserThrottled, 3540),
        (429, TOO_FAST, POSTS_SPENT, ImgurPostsThrottled, 3540),
        (429, DAILY, CLIENT_SPENT, ImgurClientThrottled, 41000),
        (429, DAILY, USER_SPENT, ImgurClientThrottled, None),
        (429, b"", {**CLIENT_SPENT, **POSTS_SPENT}, ImgurPostsThrottled, 1648),
        (429, b"", {"X-RateLimit-ClientRemaining": "0"}, ImgurClientThrottled, None),
    ],
)
def test_which_limit_and_how_long(
    status: int,
    body: bytes,
    headers: dict[str, str],
    kind: type[ImgurError],
    retry_after: float | None,
) -> None:
    error = failure(status, body, headers)
    assert (type(error), error.retry_after) == (kind, retry_after)


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (400, "Banned Country Attempt (IN)", ImgurBlocked),
        (400, "Authentication required", ImgurUnauthorized),
        (429, "The access token provided is invalid.", ImgurUnauthorized),
        (500, "We don't support that file type!", ImgurRefusedType),
    ],
)
def test_words_are_believed_before_numbers(status: int, text: str, kind: type[ImgurError]) -> None:
    assert type(failure(status, with_text(text, status))) is kind


def test_code_1203_is_overload_whatever_the_words() -> None:
    assert type(failure(400, with_code(1203, "Oops"))) is ImgurUnavailable


@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_vague_answer_without_budget_is_a_throttle(status: int) -> None:
    body = with_text("Bad Request", status)
    assert type(failure(status, body, USER_SPENT)) is ImgurUserThrottled
    assert type(failure(status, body, NOTHING_SPENT)) is not ImgurUserThrottled


def test_capacity_with_403_and_no_budget_is_a_throttle() -> None:
    assert type(failure(403, OVER_CAPACITY_403, USER_SPENT)) is ImgurUserThrottled


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, with_code(1003, "File type invalid (1)"), ImgurRefusedType),
        (400, with_code(1003, ""), ImgurRefusedType),
        (400, with_code("1002", ""), ImgurRefusedSize),
        (415, b"", ImgurRefusedType),
        (413, b"", ImgurRefusedSize),
        (401, b"", ImgurUnauthorized),
        (403, with_text("Invalid client_id", 403), ImgurUnauthorized),
        (400, FORBIDDEN, ImgurBlocked),
    ],
)
def test_a_clear_answer_without_budget_stays_what_it_is(
    status: int, body: bytes, kind: type[ImgurError]
) -> None:
    assert type(failure(status, body, USER_SPENT)) is kind


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Please wait 59 more minutes.", 3540),
        ("Please wait 37 more minutes", 2220),
        ("please WAIT 1 more minute", 60),
        ("Please wait 0 more minutes.", 60),
        ("Please wait 30 seconds.", 30),
        ("Please wait 2 more hours.", 7200),
        ("Please wait 999999 more hours.", 86400),
        ("Please wait more minutes.", None),
        ("Please wait -5 more minutes.", None),
        ("Please wait 10000000 more minutes.", None),
    ],
)
def test_wait_in_the_text(text: str, seconds: float | None) -> None:
    assert failure(400, with_code(429, text)).retry_after == seconds


def test_wait_of_what_is_no_throttle_is_not_believed() -> None:
    body = with_code(1003, "File type invalid (1). Please wait 5 minutes.")
    assert failure(400, body).retry_after is None


@settings(deadline=None)
@given(st.sampled_from(CASES), st.sampled_from(CASES))
def test_retry_after_is_only_given_by_throttles(one: Case, other: Case) -> None:
    error = failure(one.status, other.body, {**USER_SPENT, **one.headers})
    assert error.retry_after is None or isinstance(error, ImgurThrottled)


def test_request_and_deletehash_are_never_in_the_detail() -> None:
    body = (
        b'{"data":{"id":"GUhhJqK","deletehash":"Mae6V4NtP4kZ8gU","error":"Bad Request",'
        b'"request":"/3/image?token=geheim"},"success":false,"status":400}'
    )
    assert failure(400, body).detail == "HTTP 400: Bad Request"
