"""Answers to a deletion: done, gone before, or an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgur import (
    ImgurBlocked,
    ImgurError,
    ImgurRefused,
    ImgurThrottled,
    ImgurUnauthorized,
    ImgurUnavailable,
    read_deletion,
)

NOW = 1_763_700_000.0
# DamienDennehy/Imgur.API 4.0.1: `DeleteImage`, and `DeleteImageError`, an error inside a success
DONE = b'{"data":true,"success":true,"status":200}'
NOT_OURS = (
    b'{"data":{"error":"Unauthorized","request":"/3/account/me/image/487153732",'
    b'"method":"DELETE"},"success":true,"status":200}'
)


def told(error: str, status: int) -> bytes:
    body = f'{{"data":{{"error":"{error}","request":"/3/image/x","method":"DELETE"}},'
    return (body + f'"success":false,"status":{status}}}').encode()


def test_an_image_is_deleted_once() -> None:
    assert read_deletion(200, {}, DONE, NOW) is True


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, NOT_OURS),
        (403, NOT_OURS),
        (403, told("Unauthorized", 403)),
        (404, told("Unable to find an image with the id, x", 404)),
    ],
)
def test_one_that_is_gone_stays_gone(status: int, body: bytes) -> None:
    assert read_deletion(status, {}, body, NOW) is False


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, told("Authentication required", 401), ImgurUnauthorized),
        (401, told("Unauthorized", 401), ImgurUnauthorized),
        (403, told("Invalid client_id", 403), ImgurUnauthorized),
        (403, told("Imgur is temporarily over capacity.", 403), ImgurBlocked),
        (
            429,
            told("You are uploading too fast. Please wait 59 more minutes.", 429),
            ImgurThrottled,
        ),
        (400, told("Bad Request", 400), ImgurRefused),
        (404, b"<html><title>404 Not Found</title></html>", ImgurUnavailable),
        (500, DONE, ImgurUnavailable),
        (200, b'{"data":true,"success":false,"status":200}', ImgurUnavailable),
        (200, b'{"data":1,"success":true,"status":200}', ImgurUnavailable),
        (200, b'{"data":{"id":"x"},"success":true,"status":200}', ImgurUnavailable),
        (200, b"", ImgurUnavailable),
    ],
)
def test_all_else_is_an_error(status: int, body: bytes, kind: type[ImgurError]) -> None:
    with pytest.raises(kind):
        read_deletion(status, {}, body, NOW)


@given(st.sampled_from([200, 204, 400, 403, 404, 429, 500]), st.binary(max_size=60))
def test_whatever_is_answered_it_is_no_other_exception(status: int, body: bytes) -> None:
    with pytest.raises(ImgurError):
        read_deletion(status, {}, body, NOW)
