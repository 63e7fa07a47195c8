"""Width and height of MP4 and WebM, from the description of their first picture track.

Both formats are boxes in boxes; both readers look into few kinds of them and step over the rest.
They raise ValueError or struct.error for a file that holds no size where it should.
"""

import struct
from collections.abc import Iterator

_MAX_STEPS = 200
"""From box to box at one level. Before and in the description there are some dozens."""

_SEGMENT, _TRACKS, _TRACK = 0x18538067, 0x1654AE6B, 0xAE
_VIDEO, _PIXEL_WIDTH, _PIXEL_HEIGHT = 0xE0, 0xB0, 0xBA

_Span = tuple[int, int]


def mp4_size(content: bytes) -> tuple[int, int]:
    """From the first track header that has a size: a sound track has none (ISO 14496-12 §8.3.2)."""
    movie = _first(_boxes(content, b"moov", 0, len(content)))
    for track in _boxes(content, b"trak", *movie):
        _, end = _first(_boxes(content, b"tkhd", *track))
        width, height = struct.unpack_from(">II", content, end - 8)
        if width and height:
            return width >> 16, height >> 16  # 16.16 fixed point
    raise ValueError("no picture track")


def webm_size(content: bytes) -> tuple[int, int]:
    """PixelWidth and PixelHeight of the first track that has them (RFC 9559 §5.1.4.1.28)."""
    segment = _first(_elements(content, _SEGMENT, 0, len(content)))
    for track in _elements(content, _TRACK, *_first(_elements(content, _TRACKS, *segment))):
        for video in _elements(content, _VIDEO, *track):
            width = _first(_elements(content, _PIXEL_WIDTH, *video))
            height = _first(_elements(content, _PIXEL_HEIGHT, *video))
            return _number(content, *width), _number(content, *height)
    raise ValueError("no picture track")


def _first(spans: Iterator[_Span]) -> _Span:
    for span in spans:
        return span
    raise ValueError("a part is missing")


def _boxes(content: bytes, kind: bytes, position: int, end: int) -> Iterator[_Span]:
    """Where the content of every box of this kind begins and ends (ISO 14496-12 §4.2)."""
    for _ in range(_MAX_STEPS):
        if position + 8 > end:
            return
        size, found = struct.unpack_from(">I4s", content, position)
        start = position + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, start)
            start += 8
        position = position + size if size else end
        if position < start:
            raise ValueError("a box that ends before it begins")
        if found == kind:
            yield start, position


def _elements(content: bytes, kind: int, position: int, end: int) -> Iterator[_Span]:
    """Where the data of every EBML element of this kind begins and ends (RFC 8794 §3)."""
    for _ in range(_MAX_STEPS):
        if position >= end:
            return
        found, _, position = _vint(content, position)
        _, size, start = _vint(content, position)
        position = end if size is None else start + size
        if found == kind:
            yield start, position


def _vint(content: bytes, position: int) -> tuple[int, int | None, int]:
    """A number of 1 to 8 bytes as an id, as a size, None when unknown, and where it ends."""
    (first,) = struct.unpack_from("B", content, position)
    end = position + 9 - first.bit_length()
    encoded = content[position:end]
    if not 1 <= end - position <= 8 or len(encoded) < end - position:
        raise ValueError("no number")
    marker = 1 << 7 * len(encoded)
    value = int.from_bytes(encoded)
    size = value & (marker - 1)
    return value, None if size == marker - 1 else size, end


def _number(content: bytes, start: int, end: int) -> int:
    data = content[start:end]
    if not 1 <= len(data) <= 8 or end > len(content):
        raise ValueError("no number")
    return int.from_bytes(data)
