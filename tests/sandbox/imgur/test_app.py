import base64
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from sandbox.source.photos import photo

CLIENT = {"Authorization": "Client-ID tests"}
JPEG = photo(1, "jpg", 5000)


def upload(imgur: str, data: bytes = JPEG, **fields: str) -> requests.Response:
    files = {"image": ("black cat.jpg", data, "image/jpeg")}
    return requests.post(f"{imgur}/3/image", headers=CLIENT, files=files, data=fields, timeout=10)


def kept(answer: requests.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["success"], body["status"]) == (True, 200)
    assert isinstance(body["data"], dict)
    return body["data"]


def error(answer: requests.Response) -> Any:
    body = answer.json()
    assert body["success"] is False
    return body["data"]["error"]


def test_an_upload_is_answered_with_all_recorded_fields(imgur: str) -> None:
    image = kept(upload(imgur, title="Black cat", description="asleep"))
    assert re.fullmatch("[A-Za-z0-9]{7}", image.pop("id"))
    assert re.fullmatch("[A-Za-z0-9]{15}", image.pop("deletehash"))
    assert image.pop("link").startswith(f"{imgur}/")
    assert image.pop("datetime") > 1_600_000_000
    assert image == {
        "title": "Black cat", "description": "asleep", "type": "image/jpeg", "animated": False,
        "width": 120, "height": 80, "size": 5000, "views": 0, "bandwidth": 0, "vote": None,
        "favorite": False, "nsfw": None, "section": None, "account_url": None, "account_id": 0,
        "is_ad": False, "in_most_viral": False, "has_sound": False, "tags": [], "ad_type": 0,
        "ad_url": "", "edited": "0", "in_gallery": False, "name": "black cat",
    }  # fmt: skip


def test_the_link_serves_the_bytes_and_no_page(imgur: str) -> None:
    answer = requests.get(kept(upload(imgur))["link"], timeout=10)
    assert answer.content == JPEG
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_image_can_be_read_without_its_deletehash(imgur: str) -> None:
    image = kept(upload(imgur))
    del image["deletehash"]
    read = requests.get(f"{imgur}/3/image/{image['id']}", headers=CLIENT, timeout=10)
    assert kept(read) == image


def test_a_deleted_image_is_gone(imgur: str) -> None:
    image = kept(upload(imgur))
    url = f"{imgur}/3/image/{image['deletehash']}"
    deleted = requests.delete(url, headers=CLIENT, timeout=10)
    assert deleted.json() == {"data": True, "success": True, "status": 200}
    assert requests.delete(url, headers=CLIENT, timeout=10).status_code == 403

    read = requests.get(f"{imgur}/3/image/{image['id']}", headers=CLIENT, timeout=10)
    assert read.status_code == 404
    assert error(read) == f"Unable to find an image with the id, {image['id']}"

    link = requests.get(image["link"], timeout=10)
    assert [hop.status_code for hop in link.history] == [302]
    assert link.url == f"{imgur}/removed.png"
    assert link.headers["Content-Type"] == "image/png"


def test_the_id_does_not_delete(imgur: str) -> None:
    image = kept(upload(imgur))
    url = f"{imgur}/3/image/{image['id']}"
    assert requests.delete(url, headers=CLIENT, timeout=10).status_code == 403
    assert requests.get(image["link"], timeout=10).content == JPEG


def test_base64_is_taken(imgur: str) -> None:
    data = {"image": base64.b64encode(JPEG).decode(), "type": "base64"}
    answer = requests.post(f"{imgur}/3/upload", headers=CLIENT, data=data, timeout=10)
    assert requests.get(kept(answer)["link"], timeout=10).content == JPEG


@pytest.mark.parametrize(
    ("data", "type_", "ending"),
    [
        (photo(1, "png"), "image/png", ".png"),
        (photo(1, "gif"), "image/gif", ".gif"),
        (photo(1, "tiff"), "image/tiff", ".tiff"),
        (b"\0\0\0\x18ftypisom" + bytes(100), "video/mp4", ".mp4"),
        (b"\x1aE\xdf\xa3" + bytes(100), "video/webm", "."),
    ],
    ids=["png", "gif", "tiff", "mp4", "webm"],
)
def test_the_type_is_read_from_the_bytes(imgur: str, data: bytes, type_: str, ending: str) -> None:
    image = kept(upload(imgur, data))
    assert image["type"] == type_
    assert image["link"] == f"{imgur}/{image['id']}{ending}"
    assert requests.get(image["link"], timeout=10).content == data


@pytest.mark.parametrize(
    "data",
    [
        photo(1, "webp"),
        photo(1, "bmp"),
        b"\0\0\0\x18ftypheic" + bytes(99),
        b"\0\0\0\x1cftypavif" + bytes(99),
        b"<svg/>",
    ],
    ids=["webp", "bmp", "heic", "avif", "svg"],
)
def test_what_imgur_does_not_take_is_refused_as_it_does(imgur: str, data: bytes) -> None:
    answer = upload(imgur, data)
    assert answer.status_code == 400
    assert error(answer) == {
        "code": 1003,
        "message": "File type invalid (1)",
        "type": "ImgurException",
        "exception": [],
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"files": {"image": ("a.jpg", JPEG[:20])}}, "Image format not supported, or image is"),
        ({"files": {"other": ("a.txt", b"")}}, "No image data was sent to the upload api"),
        ({"data": {"type": "base64"}}, "No image data was sent to the upload api"),
        ({"data": {"image": "https://example.org/a.jpg", "type": "url"}}, "Invalid URL ("),
        ({"data": {"image": "abcde", "type": "base64"}}, "Bad Request"),
        ({"data": JPEG, "headers": CLIENT | {"Content-Type": "image/jpeg"}}, "Bad Request"),
        ({"data": JPEG, "headers": CLIENT | {"Content-Type": "multipart/form-data"}}, "Bad Requ"),
    ],
    ids=["corrupt", "other part", "no image", "url", "not base64", "raw", "no boundary"],
)
def test_a_wrong_upload_is_refused(imgur: str, content: dict[str, Any], message: str) -> None:
    answer = requests.post(f"{imgur}/3/image", timeout=10, **({"headers": CLIENT} | content))
    assert answer.status_code == 400
    assert error(answer).startswith(message)
    assert "X-RateLimit-UserLimit" not in answer.headers
    assert "X-Post-Rate-Limit-Limit" in answer.headers


def test_an_image_that_is_too_large_is_refused(start_imgur: Callable[..., str]) -> None:
    imgur = start_imgur("--max-bytes", "5000")
    assert kept(upload(imgur, photo(1, "jpg", 5000)))
    assert error(upload(imgur, photo(1, "jpg", 5001)))["code"] == 1002


@pytest.mark.parametrize(
    ("authorization", "status", "message"),
    [
        (None, 401, "Authentication required"),
        ("Client-IDtests", 403, "Malformed auth header"),
        ("Client-ID", 403, "Malformed auth header"),
        ("Basic dXNlcg==", 403, "Malformed auth header"),
        ("Bearer 0123456789", 403, "The access token provided is invalid."),
    ],
)
def test_authorization(imgur: str, authorization: str | None, status: int, message: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = requests.get(f"{imgur}/3/credits", headers=headers, timeout=10)
    assert answer.status_code == status
    assert answer.json() == {
        "data": {"error": message, "request": "/3/credits", "method": "GET"},
        "success": False,
        "status": status,
    }


def test_the_valid_client_ids_may_be_named(start_imgur: Callable[..., str]) -> None:
    imgur = start_imgur("--client-id", "tests", "--client-id", "others")
    assert kept(upload(imgur))
    answer = requests.get(
        f"{imgur}/3/credits", headers={"Authorization": "Client-ID mine"}, timeout=10
    )
    assert (answer.status_code, error(answer)) == (403, "Invalid client_id")


def test_bytes_need_not_be_kept(start_imgur: Callable[..., str]) -> None:
    imgur = start_imgur("--no-bytes")
    image = kept(upload(imgur))
    assert image["size"] == len(JPEG)
    assert requests.get(f"{imgur}/{image['id']}.jpg", timeout=10).status_code == 404


def test_links_begin_with_the_public_url(start_imgur: Callable[..., str]) -> None:
    imgur = start_imgur("--public-url", "https://images.example.org/")
    image = kept(upload(imgur))
    assert image["link"] == f"https://images.example.org/{image['id']}.jpg"


def test_the_default_limit_is_fifty_uploads_an_hour(start_imgur: Callable[..., str]) -> None:
    imgur = start_imgur()
    for number in range(1, 51):
        answer = upload(imgur)
        assert answer.headers["X-RateLimit-UserRemaining"] == str(500 - 10 * number)
    answer = upload(imgur)
    assert answer.status_code == 429
    assert error(answer)["code"] == 429
    wait = re.fullmatch(
        r"You are uploading too fast\. Please wait (\d+) more minutes\.", error(answer)["message"]
    )
    assert wait
    assert 50 < int(wait[1]) <= 60
    assert answer.headers["X-RateLimit-UserRemaining"] == "0"


def test_the_application_has_a_limit_too(start_imgur: Callable[..., str]) -> None:
    imgur = start_imgur("--client-limit", "15", "--reset-style", "seconds")
    assert kept(upload(imgur))
    answer = upload(imgur)
    assert (answer.status_code, error(answer)) == (429, "Daily client requests exceeded")
    assert 86_000 < int(answer.headers["X-RateLimit-ClientReset"]) <= 86_400
    assert answer.headers["X-RateLimit-UserRemaining"] == "490"


def test_hours_may_pass_faster(start_imgur: Callable[..., str]) -> None:
    imgur = start_imgur("--user-limit", "10", "--clock-speed", "9000")  # an hour in 0.4 s
    assert kept(upload(imgur))
    refusals = []
    while (answer := upload(imgur)).status_code == 429:
        refusals.append(error(answer)["message"])
    assert kept(answer)
    assert set(refusals) <= {"You are uploading too fast. Please wait 1 more seconds."}
