"""WebP (RFC 9649): how large it is, whether it is whole or lossless, the same without metadata.

For what is converted: Imgur refuses it. Damage raises ValueError, an early end TruncatedImage or
struct.error.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from celery_queue.errors import TruncatedImage
from celery_queue.images import tiff

_HEADER = 12
_MAX_CHUNKS = 10_000
"""An animation has one for every frame."""
_HAS_EXIF, _HAS_XMP = 0x08, 0x04

_PICTURE = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
"""The chunks that decide what is seen (§2.7): the picture, its frames, its colours."""


class _Chunk(NamedTuple):
    kind: bytes
    data: bytes


def size(content: bytes) -> tuple[int, int]:
    """From the first chunk (§2.5 to §2.7). What follows the RIFF length may be anything."""
    (length,) = struct.unpack_from("<I", content, 4)
    if length + 8 > len(content):
        raise TruncatedImage
    match content[_HEADER : _HEADER + 4]:
        case b"VP8X":
            width, height = (int.from_bytes(content[i : i + 3], "little") for i in (24, 27))
            return width + 1, height + 1
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", content, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", content, 26)
            return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no picture")


def is_lossless(content: bytes) -> bool:
    """Whether the picture, not an animation, is stored without loss."""
    return any(chunk.kind == b"VP8L" for chunk in _chunks(content))


def without_metadata(content: bytes) -> bytes:
    """Without EXIF, XMP, any chunk not of the standard, and whatever follows the image.

    The orientation stays, as the only entry of an EXIF chunk.
    """
    kept = [chunk for chunk in map(_without_metadata, _chunks(content)) if chunk.data]
    told = _HAS_EXIF if any(chunk.kind == b"EXIF" for chunk in kept) else 0
    body = [b"WEBP"]
    for kind, data in kept:
        if kind == b"VP8X":
            flags = data[0] & ~(_HAS_EXIF | _HAS_XMP) | told
            body.append(_packed(kind, bytes([flags]) + data[1:]))
        else:
            body.append(_packed(kind, data))
    return _packed(b"RIFF", b"".join(body))


def _without_metadata(chunk: _Chunk) -> _Chunk:
    if chunk.kind in _PICTURE:
        return chunk
    orientation = None
    if chunk.kind == b"EXIF":
        orientation = tiff.orientation(chunk.data.removeprefix(b"Exif\0\0"))
    return _Chunk(chunk.kind, tiff.only_orientation(orientation) if orientation else b"")


def _chunks(content: bytes) -> Iterator[_Chunk]:
    """All of the RIFF file (§2.3)."""
    (length,) = struct.unpack_from("<I", content, 4)
    position = _HEADER
    for _ in range(_MAX_CHUNKS):
        if position >= length:  # no room for another
            return
        kind, size = struct.unpack_from("<4sI", content, position)
        data = content[position + 8 : position + 8 + size]
        if len(data) < size:
            raise TruncatedImage
        yield _Chunk(kind, data)
        position += 8 + size + size % 2
    raise ValueError("too many chunks")


def _packed(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
