import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.imgur.errors import Refused
from sandbox.imgur.kinds import kind_of
from sandbox.source.photos import photo


@pytest.mark.parametrize("extension", ["jpg", "png", "gif", "tiff"])
@pytest.mark.parametrize(("size", "width", "height"), [(None, 480, 320), (1500, 24, 16)])
def test_type_width_and_height(extension: str, size: int | None, width: int, height: int) -> None:
    if extension in {"png", "tiff"} and size:
        size, width, height = {"png": (2000, 240, 160), "tiff": (2500, 24, 16)}[extension]
    kind = kind_of(photo(6, extension, size))
    assert (kind.extension, kind.width, kind.height) == (extension, width, height)
    assert kind.type == f"image/{extension.replace('jpg', 'jpeg')}"
    assert not kind.animated


def test_a_big_endian_tiff() -> None:
    tags = [(256, 3, 7), (257, 4, 5)]
    entries = [
        struct.pack(">HHI", tag, kind, 1) + struct.pack(">HH" if kind == 3 else ">I", *value)
        for tag, kind, value in ((t, k, (v, 0) if k == 3 else (v,)) for t, k, v in tags)
    ]
    kind = kind_of(struct.pack(">2sHIH", b"MM", 42, 8, len(tags)) + b"".join(entries))
    assert (kind.type, kind.width, kind.height) == ("image/tiff", 7, 5)


def test_a_jpeg_with_fill_bytes_and_a_progressive_frame() -> None:
    frame = b"\xff\xff\xff\xc2" + struct.pack(">HBHHB", 17, 8, 5, 7, 3) + bytes(9)
    kind = kind_of(b"\xff\xd8\xff\xe0\0\4ab" + frame)
    assert (kind.width, kind.height) == (7, 5)


def test_a_gif_of_two_frames_is_animated() -> None:
    still = photo(1, "gif")
    assert kind_of(still + b"\x21\xf9\x04\x00\x00\x00\x00\x00" * 2).animated


@given(
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0", b"MM\0*"]),
    st.binary(),
)
def test_any_bytes_have_a_kind_or_are_refused(magic: bytes, data: bytes) -> None:
    try:
        kind = kind_of(magic + data)
    except Refused:
        return
    assert kind.type.startswith(("image/", "video/"))
