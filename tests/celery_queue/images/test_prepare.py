"""What is uploaded: the bytes that came, or what was made of them, and the facts of just that."""

import asyncio
import io
import struct
from typing import Any

import pytest
import uvloop
from PIL import Image

from celery_queue.addresses import Guard
from celery_queue.errors import NotConverted, Polyglot, TruncatedImage, TypeNotAccepted
from celery_queue.fetch import Fetched, Fetcher
from celery_queue.images.formats import ImageFacts
from celery_queue.images.prepare import Preparation
from celery_queue.memory import Memory

ORIENTATION = 0x0112


def saved(kind: str, size: tuple[int, int] = (64, 48), **how: Any) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind, **how)
    return out.getvalue()


def exif() -> Image.Exif:
    tags = Image.Exif()
    tags[0x010F] = "CANARY"
    tags[ORIENTATION] = 6
    return tags


def prepare(content: bytes, *convert: str, **how: Any) -> tuple[bytes, ImageFacts]:
    return uvloop.run(Preparation(convert, **how).prepare(content))


def test_an_image_stays_as_it_came_unless_told() -> None:
    content = saved("JPEG", exif=exif(), comment=b"CANARY")
    assert prepare(content, "webp") == (content, ImageFacts("image/jpeg", 64, 48))


@pytest.mark.parametrize("kind", ["WEBP", "BMP", "AVIF"])
def test_only_what_is_named_is_converted(kind: str) -> None:
    content = saved(kind)
    others = {"webp", "bmp", "avif"} - {kind.lower()}
    with pytest.raises(TypeNotAccepted):
        prepare(content, *others)
    converted, facts = prepare(content, kind.lower())
    assert facts == ImageFacts("image/png" if kind == "BMP" else "image/jpeg", 64, 48)
    assert Image.open(io.BytesIO(converted)).get_format_mimetype() == facts.type


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_metadata_goes_where_told(kind: str) -> None:
    content = saved(kind, exif=exif())
    left, facts = prepare(content, strip_metadata=True)
    assert b"CANARY" not in left
    assert dict(Image.open(io.BytesIO(left)).getexif()) == {ORIENTATION: 6}
    assert facts == prepare(content)[1]


@pytest.mark.parametrize("strip_metadata", [True, False])
def test_a_converted_image_has_none_either_way(strip_metadata: bool) -> None:
    content = saved("WEBP", exif=exif(), xmp=b"<x>CANARY</x>")
    converted, facts = prepare(content, "webp", strip_metadata=strip_metadata)
    assert b"CANARY" not in converted
    assert (facts.width, facts.height) == (48, 64)


def test_a_large_image_is_looked_through_as_well() -> None:
    content = saved("JPEG", exif=exif()) + bytes(2_000_000)
    left, _ = prepare(content, strip_metadata=True)
    assert len(left) < 10_000
    with pytest.raises(TruncatedImage):
        prepare(content.replace(b"\xff\xd9", b"\xff\xd8"))


def test_what_is_uploaded_is_what_was_looked_at() -> None:
    # The text comes to the head when what stands before it goes.
    profile = b"ICC_PROFILE\0\1\1" + b"<html>"
    whole = saved("JPEG")
    long = b"\xff\xe1" + struct.pack(">H", 2002) + bytes(2000)
    content = whole[:2] + long + b"\xff\xe2" + struct.pack(">H", 2 + len(profile)) + profile
    content += whole[2:]
    prepare(content)
    with pytest.raises(Polyglot):
        prepare(content, strip_metadata=True)


def test_a_result_is_no_larger_than_an_image_may_be() -> None:
    with pytest.raises(NotConverted):
        prepare(saved("BMP"), "bmp", max_bytes=100)


@pytest.mark.parametrize(("kind", "grows"), [("JPEG", False), ("WEBP", True)])
def test_another_form_of_an_image_is_counted_while_it_is_there(kind: str, grows: bool) -> None:
    largest, content = 100_000, saved(kind)
    least = Memory.least(largest=largest, copies=2)
    memory = Memory(least, images=largest, largest=largest, copies=2)  # hardly any share
    preparation = Preparation(["webp"], strip_metadata=True, max_bytes=largest)
    all_copies = 4 * largest  # of two that are converted, and stripped again

    async def main() -> bool:
        with memory.portion() as others, memory.portion() as portion:
            await others.copy(all_copies)
            await portion.grow(len(content), 1)
            preparing = asyncio.create_task(preparation.prepare(content, portion))
            await asyncio.sleep(0)
            assert not preparing.done()
            others.settle(0)
            prepared, _ = await preparing
            assert (len(prepared) > len(content)) is grows
            try:
                await asyncio.wait_for(others.copy(all_copies), 0.1)
            except TimeoutError:
                return True  # the other form is still there
            return False

    assert uvloop.run(main()) is grows


def test_a_fetched_image_is_a_prepared_one() -> None:
    content = saved("BMP")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content))
        await writer.drain()
        writer.close()

    async def main() -> Fetched:
        async with (
            await asyncio.start_server(serve, "127.0.0.1", 0) as server,
            Fetcher(
                Guard(["127.0.0.1"]),
                timeout=5,
                max_bytes=1_000_000,
                limit=1,
                preparation=Preparation(["bmp"]),
            ) as fetcher,
        ):
            port = server.sockets[0].getsockname()[1]
            return await fetcher.fetch(f"http://127.0.0.1:{port}/")

    fetched = uvloop.run(main())
    assert fetched.facts == ImageFacts("image/png", 64, 48)
    assert fetched.content.startswith(b"\x89PNG")
