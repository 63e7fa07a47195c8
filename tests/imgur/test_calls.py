from imgur import (
    CREDITS_PATH,
    IMAGE_PART,
    UPLOAD_PATH,
    authorization,
    deletion_path,
    upload_fields,
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
    assert upload_fields(title="Black cat", description="", album="iIFJnFpVbYOvzvv") == {
        "type": "file",
        "title": "Black cat",
        "description": "",
        "album": "iIFJnFpVbYOvzvv",
    }
