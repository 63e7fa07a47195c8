"""Uploading to the stand-in: what Imgur answers, and does not, is an image or an ImgurError."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest
import requests
import uvloop
from cryptography.fernet import Fernet

from celery_queue.deletehashes import sealed_with
from celery_queue.fetch import Fetched
from celery_queue.images.formats import identify
from celery_queue.upload import Uploader
from imgur import (
    ImgurError,
    ImgurNoAnswer,
    ImgurThrottled,
    ImgurUnavailable,
    UploadedImage,
)
from jobs.model import ImageOptions, Told
from sandbox import parts
from sandbox.ports import free_port
from sandbox.source.photos import photo
from sandbox.stack import NO_LIMITS


@pytest.fixture(scope="module")
def imgur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("imgur")
    server = parts.imgur(free_port(), directory / "images", NO_LIMITS, directory)
    server.start()
    server.wait_until(server.answers)
    yield server.url
    server.stop()


told: list[Told] = []


def uploader(api_url: str, timeout: float = 10, keys: Sequence[str] = ()) -> Uploader:
    return Uploader(
        api_url, "test", timeout=timeout, limit=1, learn=told.extend, seal=sealed_with(keys)
    )


def upload(
    api_url: str,
    content: bytes,
    timeout: float = 10,
    keys: Sequence[str] = (),
    options: ImageOptions | None = None,
) -> UploadedImage:
    async def run() -> UploadedImage:
        async with uploader(api_url, timeout, keys) as opened:
            return await opened.upload(
                Fetched(content, identify(content)), options or ImageOptions()
            )

    return uvloop.run(run())


PHOTO = photo(1, "png", 5000)


def test_the_image_is_at_imgur(imgur: str) -> None:
    image = upload(imgur + "/", PHOTO)
    assert requests.get(image.link).content == PHOTO
    assert image.deletehash
    assert image.deletehash not in repr(image)
    assert {one.name for one in told} == {"user", "client", "posts"}
    assert all(one.limit and one.untold == 0 for one in told)


def test_imgur_is_told_title_and_description(imgur: str) -> None:
    told_of = ImageOptions("Black \u2764 cat", 'Asleep.\r\n"--x"', "https://example.org/")
    image = upload(imgur, PHOTO, options=told_of)
    client = {"Authorization": "Client-ID test"}
    kept = requests.get(f"{imgur}/3/image/{image.id}", headers=client).json()["data"]
    assert (kept["title"], kept["description"]) == ("Black \u2764 cat", 'Asleep.\r\n"--x"')


def test_a_deletehash_comes_sealed_and_can_be_used_again(imgur: str) -> None:
    key = Fernet.generate_key().decode()
    image = upload(imgur, PHOTO, keys=[key])
    assert image.deletehash
    deletehash = Fernet(key).decrypt(image.deletehash).decode()
    url, client = f"{imgur}/3/image", {"Authorization": "Client-ID test"}
    assert requests.delete(f"{url}/{image.deletehash}", headers=client).status_code == 403
    assert requests.delete(f"{url}/{deletehash}", headers=client).status_code == 200


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"name": "too-fast"}, ImgurThrottled),
        ({"name": "reset"}, ImgurNoAnswer),
        ({"name": "lost-answer"}, ImgurNoAnswer),
        ({"name": "slow", "seconds": 30}, ImgurNoAnswer),
        ({"name": "html-overload"}, ImgurUnavailable),
        ({"name": "empty"}, ImgurUnavailable),
    ],
)
def test_what_goes_wrong_is_an_imgur_error(
    imgur: str, fault: dict[str, object], error: type[ImgurError]
) -> None:
    requests.put(f"{imgur}/_stand-in/faults", json=[fault]).raise_for_status()
    with pytest.raises(error):
        upload(imgur, PHOTO, timeout=1)
    assert upload(imgur, PHOTO).link


def test_nobody_there_is_an_imgur_error() -> None:
    with pytest.raises(ImgurUnavailable) as raised:
        upload("http://127.0.0.1:1", PHOTO)
    assert not isinstance(raised.value, ImgurNoAnswer)  # nothing was sent


def test_an_answer_that_comes_in_pieces_is_read_to_its_end() -> None:
    body = (
        b'{"data": {"id": "abc1234", "link": "https://i.imgur.com/abc1234.png"}, "success": true}'
    )
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in (head + body[:30], body[30:60], body[60:]):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)  # a piece is a segment of its own
        await reader.read()
        writer.close()
        await writer.wait_closed()
        closed.set()

    closed = asyncio.Event()

    async def run() -> UploadedImage:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        async with server:
            async with uploader(url) as opened:
                image = await opened.upload(Fetched(PHOTO, identify(PHOTO)))
            await closed.wait()
        return image

    told.clear()
    assert uvloop.run(run()).id == "abc1234"
    assert {(one.name, one.limit, one.untold) for one in told} == {
        ("user", None, 1),
        ("client", None, 1),
        ("posts", None, 1),
    }
