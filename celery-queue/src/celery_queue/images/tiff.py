"""TIFF 6.0: how large it is and how many pages it has; and the orientation, which EXIF is TIFF for.

Damage raises ValueError, an early end struct.error.
"""

import struct
from collections.abc import Iterator

from celery_queue.images.limits import check_frames, check_pixels

_WIDTH, _HEIGHT, _ORIENTATION = 256, 257, 274
_SHORT = 3
_MAX_ENTRIES = 50_000
"""In all directories together; a page takes about twenty."""


def size(content: bytes) -> tuple[int, int]:
    """Of the first page (§8, ImageWidth and ImageLength). Raises also for any other page."""
    sizes: list[tuple[int, int]] = []
    for tags in _directories(content):
        check_frames(len(sizes) + 1)
        if _WIDTH not in tags or _HEIGHT not in tags:
            raise ValueError("no size")
        sizes.append((tags[_WIDTH], tags[_HEIGHT]))
        check_pixels(*sizes[-1])
    if not sizes:
        raise ValueError("no page")
    return sizes[0]


def orientation(content: bytes) -> int | None:
    """How the picture is to be turned, 2 to 8; None for a picture that stands upright (§8)."""
    try:
        value = next(_directories(content), {}).get(_ORIENTATION, 1)
    except (struct.error, ValueError):
        return None
    return value if 2 <= value <= 8 else None


def only_orientation(value: int) -> bytes:
    """A TIFF with this one entry, as EXIF has it."""
    return struct.pack(">4sIHHHIHHI", b"MM\0*", 8, 1, _ORIENTATION, _SHORT, 1, value, 0, 0)


def _directories(content: bytes) -> Iterator[dict[int, int]]:
    """The tags of every page with their first value, where that is a short or a long (§2)."""
    order = "<" if content.startswith(b"I") else ">"
    (position,) = struct.unpack_from(f"{order}I", content, 4)
    left = _MAX_ENTRIES
    while position:
        (count,) = struct.unpack_from(f"{order}H", content, position)
        left -= count + 1
        if left < 0:
            raise ValueError("too many entries")
        end = position + 2 + 12 * count
        entries = struct.iter_unpack(f"{order}HHI4s", content[position + 2 : end])
        (position,) = struct.unpack_from(f"{order}I", content, end)
        yield {
            tag: struct.unpack_from(f"{order}{'H' if kind == _SHORT else 'I'}", value)[0]
            for tag, kind, _, value in entries
        }
