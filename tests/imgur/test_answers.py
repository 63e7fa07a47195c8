"""Answers that are a success, and that nothing else is one. The bodies are recordings."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgur import (
    ImgurError,
    ImgurUnauthorized,
    ImgurUnavailable,
    ImgurUserThrottled,
    Limits,
    UploadedImage,
    Window,
    read_credits,
    read_upload,
)

NOW = 1_763_700_000.0
Outcome = TypeVar("Outcome")
JSON_CORPUS = Path(__file__).parents[2] / "../shared/corpora/json/JSONTestSuite"

# Anonymous, July 2021
PNG = (
    b'{"data":{"id":"GUhhJqK","title":null,"description":null,"datetime":1627463749,'
    b'"type":"image/png","animated":false,"width":40,"height":40,"size":3717,"views":0,'
    b'"bandwidth":0,"vote":null,"favorite":false,"nsfw":null,"section":null,'
    b'"account_url":null,"account_id":0,"is_ad":false,"in_most_viral":false,'
    b'"has_sound":false,"tags":[],"ad_type":0,"ad_url":"","edited":"0","in_gallery":false,'
    b'"deletehash":"Mae6V4NtP4kZ8gU","name":"","link":"https://i.imgur.com/GUhhJqK.png"},'
    b'"success":true,"status":200}'
)
# With a token, August 2015 (DamienDennehy/Imgur.API 4.0.1)
GIF = (
    b'{"data":{"id":"kiNOcUl","title":"Title Test","description":"Description Test",'
    b'"datetime":1440373411,"type":"image/gif","animated":true,"width":290,"height":189,'
    b'"size":1038889,"views":0,"bandwidth":0,"vote":null,"favorite":false,"nsfw":null,'
    b'"section":null,"account_url":null,"account_id":24234234,"comment_preview":null,'
    b'"deletehash":"nGxOKC9ML6KyTWQ","name":"","gifv":"http://i.imgur.com/kiNOcUl.gifv",'
    b'"webm":"http://i.imgur.com/kiNOcUl.webm","mp4":"http://i.imgur.com/kiNOcUl.mp4",'
    b'"link":"http://i.imgur.com/kiNOcUl.gif","looping":true},"success":true,"status":200}'
)
# August 2020 (DamienDennehy/Imgur.API 5, which made some values non-null)
VIDEO = (
    b'{"data":{"id":"mvWNMH4","title":"Epic Fail","description":"That\'s got to hurt",'
    b'"datetime":1596483255,"type":"video\\/mp4","animated":true,"width":854,"height":482,'
    b'"size":7701069,"views":915460,"bandwidth":7050020626740,"vote":"ups","favorite":true,'
    b'"nsfw":true,"section":"viral","account_url":"https://imgur.com/user/Sarah",'
    b'"account_id":12345679,"is_ad":true,"in_most_viral":true,"has_sound":true,'
    b'"tags":["funny"],"ad_type":1,"ad_url":"http://imgur.com","edited":"1",'
    b'"in_gallery":true,"deletehash": "ABCDEFGH1234","name": "ouch.mp4",'
    b'"link":"https:\\/\\/i.imgur.com\\/mvWNMH4.mp4","mp4_size":7701069,'
    b'"mp4":"https:\\/\\/i.imgur.com\\/mvWNMH4.mp4",'
    b'"gifv":"https:\\/\\/i.imgur.com\\/mvWNMH4.gifv",'
    b'"hls":"https:\\/\\/i.imgur.com\\/mvWNMH4.m3u8","processing":{"status":"completed"},'
    b'"ad_config":{"safeFlags":["not_in_gallery","sixth_mod_safe","share","page_load"],'
    b'"highRiskFlags":[],"unsafeFlags":[],"wallUnsafeFlags":[],"showsAds":true}},'
    b'"success":true,"status":200}'
)
# The least that a client's tests expect (kaimallea/node-imgur)
MINIMAL = (
    b'{"data":{"id":"JK9ybyj","deletehash":"j83zimv4VtDA0Xp",'
    b'"link":"https://i.imgur.com/JK9ybyj.jpg"},"success":true,"status":200}'
)
CREDITS = (
    b'{"data":{"UserLimit":500,"UserRemaining":500,"UserReset":1615614380,'
    b'"ClientLimit":12500,"ClientRemaining":12500},"success":true,"status":200}'
)

IMAGE = UploadedImage(
    id="GUhhJqK",
    link="https://i.imgur.com/GUhhJqK.png",
    deletehash="Mae6V4NtP4kZ8gU",
    type="image/png",
    width=40,
    height=40,
    size=3717,
)


def png_with(**changes: object) -> bytes:
    """The recorded PNG with some fields of `data` changed; one that is `...` is left out."""
    answer = json.loads(PNG)
    data = {**answer["data"], **changes}
    answer["data"] = {name: value for name, value in data.items() if value is not ...}
    return json.dumps(answer).encode()


@pytest.mark.parametrize(
    ("body", "image"),
    [
        pytest.param(PNG, IMAGE, id="png"),
        pytest.param(
            GIF,
            UploadedImage(
                id="kiNOcUl",
                link="https://i.imgur.com/kiNOcUl.gif",
                deletehash="nGxOKC9ML6KyTWQ",
                type="image/gif",
                width=290,
                height=189,
                size=1038889,
            ),
            id="gif with http link",
        ),
        pytest.param(
            VIDEO,
            UploadedImage(
                id="mvWNMH4",
                link="https://i.imgur.com/mvWNMH4.mp4",
                deletehash="ABCDEFGH1234",
                type="video/mp4",
                width=854,
                height=482,
                size=7701069,
            ),
            id="video with escaped slashes",
        ),
        pytest.param(
            MINIMAL,
            UploadedImage(
                id="JK9ybyj",
                link="https://i.imgur.com/JK9ybyj.jpg",
                deletehash="j83zimv4VtDA0Xp",
                type=None,
                width=None,
                height=None,
                size=None,
            ),
            id="minimal",
        ),
    ],
)
def test_recorded_uploads(body: bytes, image: UploadedImage) -> None:
    assert read_upload(200, {}, body, NOW) == image


def test_deletehash_is_shown_by_neither_repr_nor_str() -> None:
    image = read_upload(200, {}, PNG, NOW)
    assert image.deletehash == "Mae6V4NtP4kZ8gU"
    assert "Mae6V4NtP4kZ8gU" not in f"{image!r} {image}"


@pytest.mark.parametrize(
    ("link", "read"),
    [
        ("http://i.imgur.com/abc.png", "https://i.imgur.com/abc.png"),
        ("http://imgur.com/abc", "https://imgur.com/abc"),
        ("https://i.imgur.com/abc.", "https://i.imgur.com/abc"),
        ("http://127.0.0.1:8001/abc.png", "http://127.0.0.1:8001/abc.png"),
        ("http://notimgur.com/abc.png", "http://notimgur.com/abc.png"),
        ("http://i.imgur.com.example.org/a.png", "http://i.imgur.com.example.org/a.png"),
    ],
)
def test_links(link: str, read: str) -> None:
    assert read_upload(200, {}, png_with(link=link), NOW) == replace(IMAGE, link=read)


@pytest.mark.parametrize(
    "link",
    [
        *("", None, 5, True, [], {}, ..., "i.imgur.com/abc.png", "//i.imgur.com/abc.png"),
        *("javascript:alert(1)", "ftp://i.imgur.com/abc.png", "https://", "https:///abc.png"),
        *("https://[::1/abc.png", "https://i.imgur.com/a b.png", "https://i.imgur.com/\n.png"),
        *("https://i.imgur.com/\ud800.png", "https://i.imgur.com/" + "a" * 255),
    ],
)
def test_without_a_link_it_is_no_success(link: object) -> None:
    with pytest.raises(ImgurUnavailable):
        read_upload(200, {}, png_with(link=link), NOW)


@pytest.mark.parametrize("image_id", ["", None, 5, True, [], {}, ..., "a b", "\ud800", "a" * 256])
def test_without_an_id_it_is_no_success(image_id: object) -> None:
    with pytest.raises(ImgurUnavailable):
        read_upload(200, {}, png_with(id=image_id), NOW)


@pytest.mark.parametrize("name", ["deletehash", "type"])
@pytest.mark.parametrize("value", ["", None, 5, True, [], {}, ..., "a b", "\ud800"])
def test_a_text_that_makes_no_sense_is_left_out(name: str, value: object) -> None:
    expected: dict[str, Any] = {name: None}
    assert read_upload(200, {}, png_with(**{name: value}), NOW) == replace(IMAGE, **expected)


@pytest.mark.parametrize("name", ["width", "height", "size"])
@pytest.mark.parametrize(
    "value", ["", "40", None, True, 0, -1, 4.5, float("nan"), 10**400, [], {}, ...]
)
def test_a_count_that_makes_no_sense_is_left_out(name: str, value: object) -> None:
    expected: dict[str, Any] = {name: None}
    assert read_upload(200, {}, png_with(**{name: value}), NOW) == replace(IMAGE, **expected)


@pytest.mark.parametrize("status", [200, 201, 299])
def test_every_2xx_may_be_a_success(status: int) -> None:
    assert read_upload(status, {}, PNG, NOW) == IMAGE


@pytest.mark.parametrize("status", [0, 100, 199, 300, 302, 304, 400, 403, 429, 500, 503])
def test_no_other_status_is_a_success(status: int) -> None:
    with pytest.raises(ImgurError):
        read_upload(status, {}, PNG, NOW)


@pytest.mark.parametrize("success", [False, None, 1, "true", [True]])
def test_only_true_is_a_success(success: object) -> None:
    body = json.dumps({**json.loads(PNG), "success": success}).encode()
    with pytest.raises(ImgurUnavailable):
        read_upload(200, {}, body, NOW)


def test_an_error_inside_a_success_is_an_error() -> None:
    with pytest.raises(ImgurUnauthorized):
        read_upload(200, {}, png_with(error="Unauthorized"), NOW)


@pytest.mark.parametrize("error", [None, "", [], {}])
def test_no_error_inside_a_success_is_a_success(error: object) -> None:
    assert read_upload(200, {}, png_with(error=error), NOW) == IMAGE


def test_limits_that_are_spent_do_not_spoil_a_success() -> None:
    assert read_upload(200, {"X-RateLimit-UserRemaining": "0"}, PNG, NOW) == IMAGE


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe\xfd", id="not Unicode"),
        pytest.param(PNG[:-1], id="cut off"),
        pytest.param(b"[" * 200_000, id="deep nesting"),
        pytest.param(b'{"data":' * 100_000, id="deep nesting of objects"),
        pytest.param(b'{"status":' + b"9" * 5000 + b"}", id="giant number"),
        pytest.param(b"NaN", id="not a number"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="array"),
        pytest.param(PNG + b" " * 1_000_000, id="huge"),
    ],
)
def test_a_body_that_means_nothing_is_unavailable(body: bytes) -> None:
    with pytest.raises(ImgurUnavailable):
        read_upload(200, {}, body, NOW)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "data": json_values
        | st.fixed_dictionaries(
            {},
            optional={
                "id": json_values | st.just("GUhhJqK"),
                "link": json_values | st.just("https://i.imgur.com/abc.png"),
                "error": json_values
                | st.fixed_dictionaries({}, optional={"code": json_values, "message": json_values}),
                "UserLimit": json_values,
                "UserRemaining": json_values,
            },
        ),
        "success": st.just(True) | json_values,
        "status": st.integers() | json_values,
        "errors": st.lists(json_values) | json_values,
        "code": json_values,
        "detail": json_values,
        "message": json_values,
    },
)
bodies = st.binary() | st.one_of(json_values, envelopes).map(lambda v: json.dumps(v).encode())
header_maps = st.dictionaries(
    st.text() | st.sampled_from(["CDN-Error", "X-RateLimit-UserRemaining"]), st.text()
)


def outcome(read: Callable[[], Outcome]) -> Outcome | ImgurError:
    try:
        return read()
    except ImgurError as error:
        return error


@settings(deadline=None)
@given(status=st.integers() | st.sampled_from([200, 400, 429]), headers=header_maps, body=bodies)
def test_nothing_but_an_image_or_an_imgur_error(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    result = outcome(lambda: read_upload(status, headers, body, NOW))
    if isinstance(result, UploadedImage):
        assert result.id
        assert result.link.startswith(("http://", "https://"))
    else:
        assert result.code.startswith("imgur-")
        assert len(result.detail) <= 300
        assert result.detail.isprintable()
        assert result.retry_after is None or 0 < result.retry_after <= 86400


@settings(deadline=None)
@given(status=st.integers() | st.just(200), headers=header_maps, body=bodies)
def test_nothing_but_limits_or_an_imgur_error(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    result = outcome(lambda: read_credits(status, headers, body, NOW))
    assert isinstance(result, ImgurError) or result.user or result.client


def test_every_body_of_the_json_test_suite_is_an_imgur_error() -> None:
    files = sorted(JSON_CORPUS.glob("test_*/*.json"))
    if not files:
        pytest.skip("no JSONTestSuite beside this checkout")
    for file in files:
        with pytest.raises(ImgurError):
            read_upload(200, {}, file.read_bytes(), NOW)


def test_credits_as_recorded() -> None:
    assert read_credits(200, {}, CREDITS, 1615612580) == Limits(
        Window(500, 500, 1800), Window(12500, 12500, None), None
    )


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            401,
            b'{"data":{"error":"Authentication required","request":"/3/credits","method":"GET"},'
            b'"success":false,"status":401}',
            ImgurUnauthorized,
        ),
        (429, b"", ImgurUserThrottled),
        (200, b"", ImgurUnavailable),
        (200, b'{"data":{},"success":true,"status":200}', ImgurUnavailable),
        (500, CREDITS, ImgurUnavailable),
    ],
)
def test_credits_that_are_refused(status: int, body: bytes, kind: type[ImgurError]) -> None:
    with pytest.raises(kind):
        read_credits(status, {}, body, NOW)
