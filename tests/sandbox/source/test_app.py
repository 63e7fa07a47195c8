import time

import pytest
import requests

from sandbox.source.app import COOKIE
from sandbox.source.photos import FORMATS, photo


def get(url: str, *, stream: bool = False) -> requests.Response:
    return requests.get(url, timeout=10, stream=stream)


@pytest.mark.parametrize("extension", FORMATS)
def test_photos_of_every_format_and_size(source: str, extension: str) -> None:
    answer = get(f"{source}/photo/7.{extension}?bytes=100000")
    assert answer.content == photo(7, extension, 100_000)
    assert answer.headers["Content-Type"] == FORMATS[extension].content_type
    assert answer.headers["Content-Length"] == "100000"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("bytes=10", "bytes: takes at least"),
        ("bytes=many", "bytes: takes a number"),
        ("bytes=-1", "bytes: takes a number"),
        ("delay=nan", "delay: takes a number"),
        ("status=418", "status: takes one of"),
        ("length=short", "length: takes one of"),
    ],
)
def test_a_wrong_query_is_refused_by_name(source: str, query: str, name: str) -> None:
    answer = get(f"{source}/photo/1.jpg?{query}")
    assert answer.status_code == 400
    assert answer.text.startswith(name)


def test_an_unknown_format_is_not_found(source: str) -> None:
    assert get(f"{source}/photo/1.heic").status_code == 404


@pytest.mark.parametrize("query", ["delay=0.2", "drip=10000&bytes=2000"])
def test_it_takes_its_time(source: str, query: str) -> None:
    start = time.monotonic()
    assert get(f"{source}/photo/1.jpg?{query}").status_code == 200
    assert time.monotonic() - start >= 0.2


def test_an_error_with_its_retry_after(source: str) -> None:
    answer = get(f"{source}/photo/1.jpg?status=429&retry-after=7")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.headers["Content-Type"] == "text/plain"


def test_another_type_than_it_is(source: str) -> None:
    answer = get(f"{source}/photo/1.jpg?type=text/html")
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.content == photo(1, "jpg")


@pytest.mark.parametrize(("length", "said"), [("wrong", 4000), ("huge", 10**10)])
def test_a_length_that_never_comes(source: str, length: str, said: int) -> None:
    url = f"{source}/photo/1.jpg?bytes=3000&length={length}"
    with get(url, stream=True) as answer:
        assert int(answer.headers["Content-Length"]) == said
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        get(url)


def test_no_length_at_all(source: str) -> None:
    answer = get(f"{source}/photo/1.jpg?bytes=3000&length=none")
    assert "Content-Length" not in answer.headers
    assert answer.content == photo(1, "jpg", 3000)


def test_half_a_photo(source: str) -> None:
    answer = get(f"{source}/photo/1.jpg?bytes=3000&truncate=1")
    assert answer.content == photo(1, "jpg", 3000)[:1500]


def test_redirects_keep_their_promise(source: str) -> None:
    answer = get(f"{source}/redirect/3?to=/photo/2.png")
    assert [hop.status_code for hop in answer.history] == [302] * 3
    assert answer.content == photo(2, "png")
    assert get(f"{source}/redirect-to?url={source}/page.html").url == f"{source}/page.html"


def test_a_deleted_image_redirects_to_removed_png(source: str) -> None:
    answer = get(f"{source}/deleted/cat.jpg")
    assert (answer.status_code, answer.url) == (200, f"{source}/removed.png")
    assert answer.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("path", "type_"), [("/page.html", "text/html"), ("/drawing.svg", "image/svg+xml")]
)
def test_what_is_no_image(source: str, path: str, type_: str) -> None:
    assert get(source + path).headers["Content-Type"] == type_


def test_flaky_fails_so_many_times_for_each_photo(source: str) -> None:
    for number in (1, 2):
        url = f"{source}/flaky/{number}.jpg?fails=2"
        assert [get(url).status_code for _ in range(4)] == [503, 503, 200, 200]


def test_a_closed_connection(source: str) -> None:
    with pytest.raises(requests.ConnectionError):
        get(f"{source}/reset")


def test_no_answer(source: str) -> None:
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{source}/hang", timeout=0.2)


def test_a_body_without_end(source: str) -> None:
    with get(f"{source}/endless", stream=True) as answer:
        received = 0
        for piece in answer.iter_content(65_536):
            received += len(piece)
            if received > 3_000_000:
                break
    assert received > 3_000_000
    assert get(f"{source}/photo/1.jpg").status_code == 200


def test_stats_count_every_request(source: str) -> None:
    before = get(f"{source}/_source/stats").json()
    get(f"{source}/photo/99.jpg")
    get(f"{source}/nothing")
    after = get(f"{source}/_source/stats").json()
    assert after["requests"] == before["requests"] + 3
    assert after["paths"]["/photo/99.jpg"] == 1
    assert after["paths"]["/nothing"] == 1


def test_a_cookie_is_given_and_not_taken_back(source: str) -> None:
    with requests.Session() as browser:
        url = f"{source}/cookie/1.png"
        assert browser.get(url).cookies["session"] == COOKIE
        assert browser.get(url).status_code == 400
    assert get(url).content == photo(1, "png")
