"""Writes a PNG with a palette (W3C PNG, third edition)."""

import struct
import zlib

from sandbox.source.scene import Picture


def encode(picture: Picture) -> tuple[bytes, bytes]:
    """The file in two parts; padding() may stand between."""
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 3, 0, 0, 0)
    rows = b"".join(
        b"\0" + picture.pixels[start : start + picture.width]
        for start in range(0, len(picture.pixels), picture.width)
    )
    head = (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"PLTE", b"".join(map(bytes, picture.palette)))
        + _chunk(b"IDAT", zlib.compress(rows, 9))
    )
    return head, _chunk(b"IEND", b"")


def padding(length: int, stamp: bytes) -> bytes:
    """A private chunk of `length` bytes in all, at least len(stamp) + 12, with the stamp in it."""
    return _chunk(b"paDd", stamp.ljust(length - 12, b"\0"))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
    )
