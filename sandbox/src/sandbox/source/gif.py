"""Writes a GIF of one frame (GIF89a specification)."""

import struct
from collections.abc import Iterator

from sandbox.source.scene import Picture

_CLEAR, _END = 256, 257


def encode(picture: Picture) -> tuple[bytes, bytes]:
    """The file in two parts; padding() may stand between."""
    palette = b"".join(map(bytes, picture.palette)).ljust(3 * 256, b"\0")
    head = b"GIF89a" + struct.pack("<HHBBB", picture.width, picture.height, 0xF7, 0, 0) + palette
    frame = struct.pack("<BHHHHB", 0x2C, 0, 0, picture.width, picture.height, 0)
    data = _pack(_lzw(picture.pixels))
    blocks = b"".join(
        bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255)
    )
    return head, frame + b"\x08" + blocks + b"\0\x3b"


def padding(length: int, stamp: bytes) -> bytes:
    """A comment of `length` bytes in all, at least len(stamp) + 4; it begins with the stamp."""
    count = -(-(length - 3) // 256)
    lengths = [(length - 3) // count + (i < (length - 3) % count) for i in range(count)]
    blocks = (bytes([size - 1]) + stamp.ljust(size - 1, b"\0") for size in lengths)
    return b"\x21\xfe" + b"".join(blocks) + b"\0"


def _lzw(pixels: bytes) -> Iterator[tuple[int, int]]:
    """The codes and how many bits each has. The table begins anew when it is full."""
    single = {bytes([i]): i for i in range(256)}
    table, width, word = dict(single), 9, b""
    yield _CLEAR, width
    for i in range(len(pixels)):
        longer = word + pixels[i : i + 1]
        if longer in table:
            word = longer
            continue
        yield table[word], width
        code = len(table) + 2  # the two codes that are no words
        if code < 4096:
            table[longer] = code
            width = max(width, code.bit_length())
        else:
            yield _CLEAR, width
            table, width = dict(single), 9
        word = pixels[i : i + 1]
    yield table[word], width
    yield _END, width


def _pack(codes: Iterator[tuple[int, int]]) -> bytes:
    packed, bits, count = bytearray(), 0, 0
    for code, width in codes:
        bits |= code << count
        count += width
        while count >= 8:
            packed.append(bits & 0xFF)
            bits >>= 8
            count -= 8
    packed.append(bits)
    return bytes(packed)
