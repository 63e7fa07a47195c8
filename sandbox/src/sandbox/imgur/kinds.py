"""What a file is, as Imgur sees it: its type by the first bytes, its width and height.

What is taken is the list of Imgur's API documentation ("Image Upload"): JPEG, PNG, APNG, GIF, TIFF
and video. WebP, HEIC, AVIF, SVG and BMP are not on it and are refused.
"""

import struct
from dataclasses import dataclass

from sandbox.imgur.errors import Refused

_PNG = b"\x89PNG\r\n\x1a\n"
_MARKERS_OF_A_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Kind:
    """Type, extension of the link, width and height in pixels (0 for video)."""

    type: str
    extension: str
    width: int
    height: int
    animated: bool = False


def kind_of(data: bytes) -> Kind:
    """Look at the first bytes. Raises Refused."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return Kind("image/jpeg", "jpg", *_size_of_jpeg(data))
        if data.startswith(_PNG):
            return Kind("image/png", "png", *struct.unpack_from(">II", data, 16))
        if data.startswith((b"GIF87a", b"GIF89a")):
            # Every frame of an animation has a graphic control extension, with its delay.
            width, height = struct.unpack_from("<HH", data, 6)
            return Kind("image/gif", "gif", width, height, data.count(b"\x21\xf9\x04") > 1)
        if data.startswith((b"II*\0", b"MM\0*")):
            return Kind("image/tiff", "tiff", *_size_of_tiff(data))
    except (struct.error, KeyError):
        raise Refused(400, "Image format not supported, or image is corrupt.") from None
    if data[4:8] == b"ftyp" and data[8:12] not in {b"heic", b"heix", b"mif1", b"avif", b"avis"}:
        return Kind("video/mp4", "mp4", 0, 0, animated=True)
    if data.startswith(b"\x1aE\xdf\xa3"):
        # The link of a WebM upload ends with the dot (ShareX notes it in its source).
        return Kind("video/webm", "", 0, 0, animated=True)
    raise Refused(400, "File type invalid (1)", code=1003)


def _size_of_jpeg(data: bytes) -> tuple[int, int]:
    """From the frame header (ITU-T T.81, B.2.2)."""
    position = 2
    while True:
        marker, length = struct.unpack_from(">xBH", data, position)
        if marker in _MARKERS_OF_A_FRAME:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return width, height
        position += 1 if marker == 0xFF else 2 + length


def _size_of_tiff(data: bytes) -> tuple[int, int]:
    """From the tags 256 and 257 of the first directory (TIFF 6.0)."""
    order = "<" if data.startswith(b"II") else ">"
    (directory,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, directory)
    values = {}
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        (values[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, entry + 8)
    return values[256], values[257]
