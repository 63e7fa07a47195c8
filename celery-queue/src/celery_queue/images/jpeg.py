"""JPEG (ITU T.81): how large it is, whether it is whole, and the same picture without metadata.

Damage raises ValueError, an early end TruncatedImage or struct.error.
"""

import re
import struct
from collections.abc import Iterator

from celery_queue.errors import TruncatedImage
from celery_queue.images import tiff

_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"
_SOS, _APP0, _APP1, _COM = 0xDA, 0xE0, 0xE1, 0xFE

_MAX_SEGMENTS = 1_000
"""Before the first scan, and again after; a colour profile and metadata take some dozens."""

_NO_SEGMENT = {0x00, 0x01, *range(0xD0, 0xD8), 0xFF}
"""What may stand between segments: FF to fill up, markers without a length, and damage."""
_FRAME_HEADERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""SOF markers (table B.1): C4, C8 and CC are tables and an extension."""

_AMONG_SCANS = re.compile(rb"\xff[\xc0-\xcf\xd9-\xdf\xe0-\xef\xfe]")
"""A segment or the end. All else that begins with FF belongs to the coded picture."""
_WINDOW = 1 << 20
"""Bytes searched in one go: a search lets no other thread run."""

_PICTURE = re.compile(rb"\xff(?s:\xe0..JFIF\0|\xe2..ICC_PROFILE\0|\xee..Adobe)")
"""The application segments that decide what is seen: density, colour profile, colour transform."""
_EXIF = b"Exif\0\0"

_Segment = tuple[int, int, int]
"""Its marker, where it begins (with FF, marker and two bytes of length), where it ends."""


def size(content: bytes) -> tuple[int, int]:
    """From the frame header (§B.2.2).

    What follows the end of the image may be anything: phones append a video or a second picture.
    """
    frame = 0
    for marker, start, _ in _segments(content):
        if marker in _FRAME_HEADERS:
            frame = frame or start
    if not frame:
        raise ValueError("no frame header")
    # Behind the header of the scan: a thumbnail in the metadata has an end of its own.
    if content.rfind(_EOI, start) < 0:
        raise TruncatedImage
    height, width = struct.unpack_from(">HH", content, frame + 5)
    return width, height


def without_metadata(content: bytes) -> bytes:
    """Without EXIF, XMP, IPTC, comments, thumbnails and whatever follows the end of the image.

    The orientation stays, as the only entry of an EXIF segment.
    """
    kept = [_SOI]
    for marker, start, end in _segments(content):
        if not _is_metadata(content, marker, start, end):
            kept.append(content[start:end])
        elif marker == _APP1:
            kept.append(_only_orientation(content[start + 4 : end]))
    scan = end
    for marker, start, end in _segments_among_scans(content, scan):
        if _is_metadata(content, marker, start, end):
            kept.append(content[scan:start])
            scan = end
    kept.append(content[scan:end])
    return b"".join(kept)


def _segments(content: bytes) -> Iterator[_Segment]:
    """Those before the coded picture; the last is the header of its first scan."""
    position = len(_SOI)
    for _ in range(_MAX_SEGMENTS):
        mark, marker, length = struct.unpack_from(">BBH", content, position)
        if mark != 0xFF or marker in _NO_SEGMENT:
            position = content.find(b"\xff", position + 1)  # as decoders do
            if position < 0:
                raise TruncatedImage
            continue
        start, position = position, _end(position, length)
        yield marker, start, position
        if marker == _SOS:
            return
    raise ValueError("too many segments")


def _segments_among_scans(content: bytes, position: int) -> Iterator[_Segment]:
    """Those after the first scan; the last is the end of the image, which has no length."""
    for _ in range(_MAX_SEGMENTS):
        start = _next_marker(content, position)
        if content.startswith(_EOI, start):
            yield content[start + 1], start, start + 2
            return
        marker, length = struct.unpack_from(">BH", content, start + 1)
        position = _end(start, length)
        yield marker, start, position
    raise ValueError("too many segments")


def _end(start: int, length: int) -> int:
    if length < 2:  # it counts itself
        raise ValueError("a segment that ends before its data")
    return start + 2 + length


def _next_marker(content: bytes, position: int) -> int:
    for start in range(position, len(content), _WINDOW):
        if found := _AMONG_SCANS.search(content, start, start + _WINDOW + 1):
            return found.start()
    raise TruncatedImage


def _is_metadata(content: bytes, marker: int, start: int, end: int) -> bool:
    is_application = marker & 0xF0 == _APP0
    return marker == _COM or (is_application and not _PICTURE.match(content, start, end))


def _only_orientation(app1: bytes) -> bytes:
    """An EXIF segment with the orientation that this one tells, or nothing."""
    orientation = tiff.orientation(app1.removeprefix(_EXIF)) if app1.startswith(_EXIF) else None
    if orientation is None:
        return b""
    exif = _EXIF + tiff.only_orientation(orientation)
    return struct.pack(">BBH", 0xFF, _APP1, len(exif) + 2) + exif
