import struct
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.source.photos import FORMATS, SCENES, PhotoTooSmall, photo
from sandbox.source.scene import draw

EXTENSIONS = sorted(FORMATS)


@settings(deadline=None)  # the first photo of a scene is drawn
@given(
    extension=st.sampled_from(EXTENSIONS),
    number=st.integers(0, 10**9),
    size=st.one_of(st.integers(2500, 200_000), st.sampled_from([65_535, 65_537, 131_100])),
)
def test_a_photo_has_exactly_the_bytes_asked_for(extension: str, number: int, size: int) -> None:
    assert len(photo(number, extension, size)) == size


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_every_number_has_its_own_bytes_and_always_the_same(extension: str) -> None:
    numbers = (0, 1, SCENES, SCENES + 1, 10**9)
    photos = {photo(number, extension, 3000) for number in numbers}
    assert len(photos) == len(numbers)
    assert photo(1, extension, 3000) in photos


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_too_few_bytes_are_refused_with_how_many_it_takes(extension: str) -> None:
    with pytest.raises(PhotoTooSmall, match=r"takes at least \d+ bytes") as refusal:
        photo(1, extension, 10)
    least = int(str(refusal.value).split()[3])
    assert len(photo(1, extension, least)) == least
    with pytest.raises(PhotoTooSmall):
        photo(1, extension, least - 1)


@pytest.mark.parametrize("size", [None, 5000, 100_000])
def test_a_png_shows_what_was_drawn(size: int | None) -> None:
    chunks = list(png_chunks(photo(30, "png", size)))
    assert [kind for kind, _ in chunks] == [b"IHDR", b"PLTE", b"IDAT", b"paDd", b"IEND"]
    width, height = struct.unpack_from(">II", chunks[0][1])
    rows = zlib.decompress(chunks[2][1])
    assert len(rows) == (width + 1) * height
    pixels = b"".join(
        rows[start + 1 : start + 1 + width] for start in range(0, len(rows), width + 1)
    )
    assert pixels == draw(30 % SCENES, width, height).pixels


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 8
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        content = data[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, position + 8 + length)
        assert checksum == zlib.crc32(kind + content)
        yield kind, content
        position += 12 + length


@pytest.mark.parametrize("size", [None, 2500, 100_000])
def test_a_gif_shows_what_was_drawn(size: int | None) -> None:
    data = photo(30, "gif", size)
    width, height = struct.unpack_from("<HH", data, 6)
    position = 13 + 3 * 256
    assert data[position : position + 2] == b"\x21\xfe"
    _, position = gif_blocks(data, position + 2)
    assert data[position] == 0x2C
    assert data[position + 10] == 8
    codes, position = gif_blocks(data, position + 11)
    assert data[position:] == b"\x3b"
    assert unpack_lzw(codes) == draw(30 % SCENES, width, height).pixels


def gif_blocks(data: bytes, position: int) -> tuple[bytes, int]:
    content = b""
    while size := data[position]:
        content += data[position + 1 : position + 1 + size]
        position += 1 + size
    return content, position + 1


def unpack_lzw(data: bytes) -> bytes:
    """Written from the specification's side of the reader: its table is one entry behind."""
    position, width = 0, 9
    words: list[bytes] = []
    pixels: list[bytes] = []
    last = b""
    while True:
        start = position // 8
        stream = int.from_bytes(data[start : start + 3], "little")
        code = stream >> position % 8 & (1 << width) - 1
        position += width
        if code == 257:
            return b"".join(pixels)
        if code == 256:
            words = [bytes([i]) for i in range(256)] + [b"", b""]
            width, last = 9, b""
            continue
        word = words[code] if code < len(words) else last + last[:1]
        pixels.append(word)
        if last and len(words) < 4096:
            words.append(last + word[:1])
        if len(words) == 1 << width and width < 12:
            width += 1
        last = word


@pytest.mark.parametrize("size", [None, 1500, 65_600, 100_000, 200_000])
def test_a_jpeg_is_whole_segments_and_one_scan(size: int | None) -> None:
    data = photo(30, "jpg", size)
    assert data.startswith(b"\xff\xd8")
    markers: list[int] = []
    position = 2
    while not markers or markers[-1] != 0xDA:
        prefix, marker, length = struct.unpack_from(">BBH", data, position)
        assert prefix == 0xFF
        markers.append(marker)
        position += 2 + length
    comments = markers.count(0xFE)
    assert markers == [0xE0, 0xDB, 0xC0, 0xC4, 0xC4, *[0xFE] * comments, 0xDA]
    scan = data[position:]
    assert scan.endswith(b"\xff\xd9")
    assert b"\xff" not in scan[:-2].replace(b"\xff\0", b"")
