"""Writes a baseline JPEG (ITU-T T.81). No general encoder: it knows one quality and 4:4:4 only.

The Huffman codes are of one length each (4 bits for DC, 8 for AC), which the standard allows and
which saves the usual tables. That costs bytes, but the photos are padded anyway.
"""

import math
import struct
from functools import cache
from operator import mul

from sandbox.source.scene import Picture

_QUANT = bytes(min(3 + (u + v) * 2, 255) for v in range(8) for u in range(8))
"""Fine for low frequencies, coarse for high ones, the same for all components."""

_ZIGZAG = sorted(
    range(64),
    key=lambda i: (i // 8 + i % 8, i // 8 if (i // 8 + i % 8) % 2 else i % 8),
)
_COSINES = [
    [math.cos((2 * x + 1) * u * math.pi / 16) * (math.sqrt(0.5) if u == 0 else 1) / 2
     for x in range(8)]
    for u in range(8)
]  # fmt: skip
_END_OF_BLOCK, _SIXTEEN_ZEROS = 0x00, 0xF0
_AC_SYMBOLS = bytes(
    [
        _END_OF_BLOCK,
        _SIXTEEN_ZEROS,
        *(run << 4 | size for run in range(16) for size in range(1, 11)),
    ]
)
_DC_SYMBOLS = bytes(range(12))
_AC_CODE = {symbol: f"{code:08b}" for code, symbol in enumerate(_AC_SYMBOLS)}
_DC_CODE = {symbol: f"{code:04b}" for code, symbol in enumerate(_DC_SYMBOLS)}


def encode(picture: Picture) -> tuple[bytes, bytes]:
    """The file in two parts; padding() may stand between. Width and height: multiples of 8."""
    frame = struct.pack(">BHHB", 8, picture.height, picture.width, 3)
    frame += b"".join(bytes([component, 0x11, 0]) for component in (1, 2, 3))
    dc_lengths = bytes(12 if bits == 4 else 0 for bits in range(1, 17))
    ac_lengths = bytes(162 if bits == 8 else 0 for bits in range(1, 17))
    head = (
        b"\xff\xd8"
        + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
        + _segment(0xDB, b"\0" + bytes(_QUANT[i] for i in _ZIGZAG))
        + _segment(0xC0, frame)
        + _segment(0xC4, b"\x00" + dc_lengths + _DC_SYMBOLS)
        + _segment(0xC4, b"\x10" + ac_lengths + _AC_SYMBOLS)
    )
    scan = _segment(0xDA, b"\x03\x01\0\x02\0\x03\0\x00\x3f\x00")
    return head, scan + _scan(picture) + b"\xff\xd9"


def padding(length: int, stamp: bytes) -> bytes:
    """Comment segments of `length` bytes in all, at least len(stamp) + 4; the stamp is in them."""
    count = -(-length // 65_537)
    lengths = [length // count + (i < length % count) for i in range(count)]
    return b"".join(_segment(0xFE, stamp.ljust(size - 4, b"\0")) for size in lengths)


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _scan(picture: Picture) -> bytes:
    components = list(zip(*map(_to_ycc, picture.palette), strict=True))

    @cache  # the sky and the slopes repeat: few blocks are seen once only
    def coefficients(block: bytes) -> list[tuple[int, str]]:
        return [_coefficients([component[i] for i in block]) for component in components]

    bits: list[str] = []
    predictions = [0, 0, 0]
    width = picture.width
    for top in range(0, len(picture.pixels), 8 * width):
        for corner in range(top, top + width, 8):
            block = b"".join(
                picture.pixels[row : row + 8] for row in range(corner, corner + 8 * width, width)
            )
            for i, (dc, ac_bits) in enumerate(coefficients(block)):
                size, amplitude = _amplitude(dc - predictions[i])
                bits += _DC_CODE[size], amplitude, ac_bits
                predictions[i] = dc
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    return int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\0")


def _to_ycc(colour: tuple[int, int, int]) -> tuple[float, float, float]:
    red, green, blue = colour
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return luma - 128, 0.564 * (blue - luma), 0.713 * (red - luma)


def _coefficients(samples: list[float]) -> tuple[int, str]:
    """The quantised DC coefficient of 64 samples, and all others as coded bits."""
    rows = [[sum(map(mul, cosines, samples[y : y + 8])) for y in range(0, 64, 8)]
            for cosines in _COSINES]  # fmt: skip
    values = [round(sum(map(mul, cosines, rows[u])) / _QUANT[8 * v + u])
              for v, cosines in enumerate(_COSINES) for u in range(8)]  # fmt: skip
    ordered = [values[i] for i in _ZIGZAG]
    bits, zeros = [], 0
    for value in ordered[1:]:
        if value == 0:
            zeros += 1
            continue
        bits += [_AC_CODE[_SIXTEEN_ZEROS]] * (zeros // 16)
        size, amplitude = _amplitude(value)
        bits += _AC_CODE[zeros % 16 << 4 | size], amplitude
        zeros = 0
    if zeros:
        bits.append(_AC_CODE[_END_OF_BLOCK])
    return ordered[0], "".join(bits)


def _amplitude(value: int) -> tuple[int, str]:
    """The size category of a value and its extra bits (T.81, F.1.2.1)."""
    size = abs(value).bit_length()
    if size == 0:
        return 0, ""
    return size, f"{value if value > 0 else value + (1 << size) - 1:0{size}b}"
