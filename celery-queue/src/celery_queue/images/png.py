"""PNG (W3C, third edition): how large it is, whether it is whole, and the same without metadata.

Damage raises ValueError, an early end TruncatedImage or struct.error.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from celery_queue.errors import TruncatedImage
from celery_queue.images import tiff
from celery_queue.images.limits import check_frames

_SIGNATURE = 8
_MAX_CHUNKS = 100_000
"""An image of 20 MB has some thousands: most writers fill 8 KB or more."""

_PICTURE = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT"),
    *(b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI"),
    *(b"bKGD", b"hIST", b"pHYs", b"sPLT"),
}
"""The chunks that decide what is seen (§11): the picture, its frames, its colours, its density."""


class _Chunk(NamedTuple):
    """Where it begins with its length, where it ends after its checksum."""

    kind: bytes
    start: int
    end: int


def size(content: bytes) -> tuple[int, int]:
    """From IHDR, which is the first chunk (§11.2.1). What follows IEND may be anything."""
    header, width, height = struct.unpack_from(">4sII", content, _SIGNATURE + 4)
    if header != b"IHDR":
        raise ValueError("no IHDR")
    for chunk in _chunks(content):
        if chunk.kind == b"acTL":
            (frames,) = struct.unpack_from(">I", content, chunk.start + 8)
            # No frame is without an fcTL; what counts too many of them is no animation.
            check_frames(max(frames, content.count(b"fcTL")))
        if chunk.kind == b"IDAT":
            break
    else:
        raise ValueError("no picture")
    if content.rfind(b"IEND", chunk.end, -4) < 0:  # and the checksum after it
        raise TruncatedImage
    return width, height


def without_metadata(content: bytes) -> bytes:
    """Without text, time, EXIF, any chunk not of the standard, and whatever follows IEND.

    The orientation stays, as the only entry of an eXIf chunk.
    """
    kept = [content[:_SIGNATURE]]
    for chunk in _chunks(content):
        if chunk.kind in _PICTURE:
            kept.append(content[chunk.start : chunk.end])
        elif chunk.kind == b"eXIf":
            orientation = tiff.orientation(content[chunk.start + 8 : chunk.end - 4])
            if orientation is not None:
                kept.append(_packed(b"eXIf", tiff.only_orientation(orientation)))
    return b"".join(kept)


def _chunks(content: bytes) -> Iterator[_Chunk]:
    """All to IEND (§5.3)."""
    position = _SIGNATURE
    for _ in range(_MAX_CHUNKS):
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        yield _Chunk(kind, position, end)
        if kind == b"IEND":
            return
        position = end
    raise ValueError("too many chunks")


def _packed(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
