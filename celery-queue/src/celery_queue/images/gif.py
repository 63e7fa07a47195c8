"""GIF (87a and 89a): how large it is, how many frames it has, whether it is whole.

Damage raises ValueError, an early end IndexError or struct.error.
"""

import struct

from celery_queue.images.limits import check_frames, check_pixels

_FRAME, _EXTENSION, _TRAILER, _NOTHING = b",!;\0"
_HEADER = 13


def size(content: bytes) -> tuple[int, int]:
    """The logical screen (GIF89a §18). What follows the trailer may be anything."""
    width, height, packed = struct.unpack_from("<HHB", content, 6)
    position = _HEADER + _colours(packed)
    frames = 0
    # Data comes in blocks of up to 255 bytes, and writers fill them.
    steps = iter(range(10_000 + len(content) // 64))
    for _ in steps:
        kind = content[position]
        if kind == _FRAME:
            frames += 1
            check_frames(frames)
            *frame, packed = struct.unpack_from("<HHB", content, position + 5)
            check_pixels(*frame)
            position += 11 + _colours(packed)
        elif kind == _EXTENSION:
            position += 2
        elif kind == _TRAILER and frames:
            return width, height
        elif kind != _NOTHING:  # a stray end of a block: decoders step over it
            raise ValueError("no block")
        for _ in steps:
            length = content[position]
            position += length + 1
            if not length:
                break
    raise ValueError("too many blocks")


def _colours(packed: int) -> int:
    """Bytes of a colour table, where there is one (§18, §20)."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0
