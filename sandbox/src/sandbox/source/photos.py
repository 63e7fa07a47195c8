"""Photos by number: which formats there are, how large a photo is, and what makes it unique."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sandbox.source import gif, jpeg, plain, png
from sandbox.source.scene import Picture, draw

SCENES = 24
"""So many landscapes are drawn; after that the numbers begin again, with other bytes."""

SIZES = ((24, 16), (120, 80), (240, 160), (480, 320))
"""Width and height in pixels: the last that fits the bytes asked for."""

LEAST_PADDING = 64
"""Bytes: enough for the number in every format."""


@dataclass(frozen=True, slots=True)
class Format:
    """How one format is written: a file in two parts, and what may fill the room between."""

    content_type: str
    encode: Callable[[Picture], tuple[bytes, bytes]]
    padding: Callable[[int, bytes], bytes]


FORMATS = {
    "jpg": Format("image/jpeg", jpeg.encode, jpeg.padding),
    "png": Format("image/png", png.encode, png.padding),
    "gif": Format("image/gif", gif.encode, gif.padding),
    "bmp": Format("image/bmp", plain.encode_bmp, plain.padding),
    "tiff": Format("image/tiff", plain.encode_tiff, plain.padding),
    "webp": Format("image/webp", plain.encode_webp, plain.padding),
}


class PhotoTooSmall(ValueError):
    """No photo is so small. The message says how many bytes are enough."""


def photo(number: int, extension: str, size: int | None = None) -> bytes:
    """The photo of this number, the same at every call: exactly `size` bytes, or as it comes."""
    head, tail = _parts(extension, number % SCENES, size)
    room = LEAST_PADDING if size is None else size - len(head) - len(tail)
    return head + FORMATS[extension].padding(room, b"photo %d" % number) + tail


def _parts(extension: str, scene: int, size: int | None) -> tuple[bytes, bytes]:
    """Of the largest picture that fits; tried from the smallest on, as large ones take long."""
    if size is None:
        return _encoded(extension, scene, *SIZES[-1])
    fitting = None
    for width, height in SIZES:
        parts = _encoded(extension, scene, width, height)
        least = len(parts[0]) + len(parts[1]) + LEAST_PADDING
        if size < least:
            break
        fitting = parts
    if fitting is None:
        raise PhotoTooSmall(f"takes at least {least} bytes for .{extension}")
    return fitting


@cache
def _encoded(extension: str, scene: int, width: int, height: int) -> tuple[bytes, bytes]:
    return FORMATS[extension].encode(draw(scene, width, height))
