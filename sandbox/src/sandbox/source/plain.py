"""Writes BMP, TIFF and WebP in their plainest form. WebP comes as one colour, the others drawn."""

import struct

from sandbox.source.scene import Picture


def padding(length: int, stamp: bytes) -> bytes:
    """`length` bytes that may follow any of these files: readers stop at the last pixel."""
    return stamp.ljust(length, b"\0")


def encode_bmp(picture: Picture) -> tuple[bytes, bytes]:
    """A BMP of 8 bits a pixel, bottom row first. Asks for a width that is a multiple of 4."""
    palette = b"".join(bytes([blue, green, red, 0]) for red, green, blue in picture.palette)
    offset = 54 + len(palette)
    head = struct.pack("<2sIII", b"BM", offset + len(picture.pixels), 0, offset)
    size = len(picture.pixels)
    info = struct.pack(
        "<IiiHHIIiiII", 40, picture.width, picture.height, 1, 8, 0, size, 2835, 2835,
        len(picture.palette), 0,
    )  # fmt: skip
    rows = (
        picture.pixels[start : start + picture.width]
        for start in range(size - picture.width, -1, -picture.width)
    )
    return head + info + palette + b"".join(rows), b""


def encode_tiff(picture: Picture) -> tuple[bytes, bytes]:
    """A TIFF 6.0 palette image in one uncompressed strip."""
    colours = [*picture.palette, *[(0, 0, 0)] * (256 - len(picture.palette))]
    colour_map = b"".join(
        struct.pack("<256H", *(colour[part] * 257 for colour in colours)) for part in range(3)
    )
    short, long = 3, 4
    tags = 9
    end = 8 + 2 + 12 * tags + 4
    entries = [
        (256, short, 1, picture.width),
        (257, short, 1, picture.height),
        (258, short, 1, 8),  # bits per sample
        (259, short, 1, 1),  # no compression
        (262, short, 1, 3),  # palette
        (273, long, 1, end + len(colour_map)),  # where the strip is
        (278, short, 1, picture.height),
        (279, long, 1, len(picture.pixels)),
        (320, short, 768, end),  # where the colour map is
    ]
    directory = struct.pack("<H", tags) + b"".join(struct.pack("<HHII", *e) for e in entries)
    head = struct.pack("<2sHI", b"II", 42, 8) + directory + bytes(4)
    return head + colour_map + picture.pixels, b""


def encode_webp(picture: Picture) -> tuple[bytes, bytes]:
    """A lossless WebP of the picture's middle colour: codes of one symbol need no pixel data."""
    red, green, blue = picture.palette[len(picture.palette) // 2]
    bits = f"{picture.width - 1:014b}"[::-1] + f"{picture.height - 1:014b}"[::-1]
    bits += "0" + "000"  # no alpha, version
    bits += "0" + "0" + "0"  # no transform, no colour cache, one set of codes
    for symbol in (green, red, blue, 255, 0):
        bits += "1" + "0" + "1" + f"{symbol:08b}"[::-1]
    bits = bits.ljust(-(-len(bits) // 16) * 16 + 8, "0")
    data = b"\x2f" + int(bits[::-1], 2).to_bytes(len(bits) // 8, "little")
    chunk = b"VP8L" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk, b""
