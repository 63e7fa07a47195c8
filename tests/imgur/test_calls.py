from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.formparser import parse_form_data

from imgur import (
    CREDITS_PATH,
    IMAGE_PART,
    UPLOAD_PATH,
    authorization,
    deletion_path,
    upload_fields,
    upload_form,
)


def test_paths_and_part_are_the_documented_ones() -> None:
    assert (UPLOAD_PATH, CREDITS_PATH, IMAGE_PART) == ("/3/image", "/3/credits", "image")


def test_client_id_goes_into_the_authorization_header() -> None:
    assert authorization("0123456789abcde") == {"Authorization": "Client-ID 0123456789abcde"}


def test_a_deletion_names_the_image_by_its_deletehash_and_nothing_else() -> None:
    assert deletion_path("Mae6V4NtP4kZ8gU") == "/3/image/Mae6V4NtP4kZ8gU"
    assert deletion_path("../credits?a") == "/3/image/..%2Fcredits%3Fa"


def test_an_image_alone_is_a_file() -> None:
    assert upload_fields() == {"type": "file"}


def test_fields_that_are_given_are_sent() -> None:
    assert upload_fields(title="Black cat", description="") == {
        "type": "file",
        "title": "Black cat",
        "description": "",
    }


@given(st.text(), st.text(), st.binary())
def test_a_server_finds_fields_and_image_in_the_form(
    title: str, description: str, image: bytes
) -> None:
    sent = upload_fields(title=title, description=description)
    form_type, before, after = upload_form(sent, "image/jpeg")
    body = before + image + after
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": form_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    _, fields, files = parse_form_data(environ)
    assert fields.to_dict() == sent
    (file,) = files.getlist(IMAGE_PART)
    with file.stream:
        assert (file.filename, file.content_type) == ("image.jpeg", "image/jpeg")
        assert file.read() == image
