import base64
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests import Request

from sandbox.imgur.errors import Refused
from sandbox.imgur.form import read_form

URLENCODED = "application/x-www-form-urlencoded"


def multipart(image: bytes, fields: dict[str, str], filename: str) -> tuple[str, bytes]:
    files = {"image": (filename, image, "image/jpeg")}
    request = Request("POST", "http://127.0.0.1/", files=files, data=fields).prepare()
    assert isinstance(request.body, bytes)
    return request.headers["Content-Type"], request.body


TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


@given(image=st.binary(min_size=1), title=TEXT, description=TEXT)
def test_what_requests_writes_is_read(image: bytes, title: str, description: str) -> None:
    fields = {"type": "file", "title": title, "description": description}
    form = read_form(*multipart(image, fields, "cat.jpg"))
    assert (form.image, form.filename, form.fields) == (image, "cat.jpg", fields)


@given(image=st.binary(min_size=1), title=TEXT)
def test_base64_in_a_urlencoded_form(image: bytes, title: str) -> None:
    fields = {"type": "base64", "title": title}
    body = urlencode(fields | {"image": base64.b64encode(image)}).encode()
    form = read_form(URLENCODED, body)
    assert (form.image, form.fields) == (image, fields)


def test_base64_in_a_part_without_file_name() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="image"\r\n\r\naGVsbG8=\r\n'
        b'--x\r\nContent-Disposition: form-data; name="type"\r\n\r\nbase64\r\n--x--\r\n'
    )
    form = read_form('multipart/form-data; boundary="x"', body)
    assert (form.image, form.fields) == (b"hello", {"type": "base64"})


def test_a_preamble_is_passed_over() -> None:
    body = b'for old readers\r\n--x\r\nContent-Disposition: form-data; name="image"; '
    body += b'filename="a"\r\n\r\n\r\n--y\r\n--x--'
    assert read_form("multipart/form-data; boundary=x", body).image == b"\r\n--y"


@given(
    content_type=st.one_of(
        st.text(), st.sampled_from(["multipart/form-data; boundary=x", URLENCODED])
    ),
    body=st.one_of(
        st.binary(),
        st.lists(
            st.sampled_from([b"--x", b"\r\n", b"\r\n--x", b"--", b'; name="image"', b'; name="b"',
                             b'; filename="c"', b"image=", b"a", b"\r\n\r\n"])
        ).map(b"".join),
    ),
)  # fmt: skip
def test_anything_else_is_refused_as_imgur_does(content_type: str, body: bytes) -> None:
    try:
        form = read_form(content_type, body)
    except Refused:
        return
    assert form.image


@pytest.mark.parametrize("part", [slice(0, -4), slice(0, 100), slice(0, 0)])
def test_a_body_that_was_cut_is_no_form(part: slice) -> None:
    content_type, body = multipart(b"hello", {}, "cat.jpg")
    with pytest.raises(Refused, match="Bad Request"):
        read_form(content_type, body[part])
