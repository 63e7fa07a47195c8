"""What a file is, by its first bytes: type, width and height from the header. Nothing is decoded.

What the server declared is not asked. Files are hostile: every reader here does a bounded number of
steps, whatever the file says, and a header that is cut off or lies raises NotAnImage.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from celery_queue.errors import NotAnImage, TypeNotAccepted
from celery_queue.markup import kind_of_markup
from celery_queue.video import mp4_size, webm_size

_Size = Callable[[bytes], tuple[int, int]]
"""Width and height of a file; raises struct.error or ValueError where the header holds none."""

_JPEG_MARKER = re.compile(rb"\xff+([^\xff])", re.DOTALL)
_MAX_SEGMENTS = 1_000
"""JPEG segments before the frame header; a colour profile and metadata take some dozens."""

_FRAME_HEADERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""SOF markers of JPEG (ITU T.81 table B.1): C4, C8 and CC are tables and an extension."""

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the header says: media type, and size in pixels, both at least 1."""

    type: str
    width: int
    height: int


def identify(content: bytes) -> ImageFacts:
    """Read what `content` is. Raises NotAnImage, or TypeNotAccepted for what Imgur refuses."""
    for magic, refused in _REFUSED:
        if magic.match(content):
            raise TypeNotAccepted(refused)
    brands = _brands(content)
    if brands & _AVIF_BRANDS:
        raise TypeNotAccepted("AVIF")
    if brands & _HEIC_BRANDS:
        raise TypeNotAccepted("HEIC")
    for magic, media_type, size in _TAKEN:
        if magic.match(content):
            return _facts(content, media_type, size)
    if not content:
        raise NotAnImage("empty")
    raise NotAnImage(kind_of_markup(content) or "of an unknown type")


def _facts(content: bytes, media_type: str, size: _Size) -> ImageFacts:
    try:
        width, height = size(content)
    except (struct.error, ValueError) as error:
        raise NotAnImage(_damaged(media_type)) from error
    if width < 1 or height < 1:
        raise NotAnImage(_damaged(media_type))
    return ImageFacts(media_type, width, height)


def _damaged(media_type: str) -> str:
    return f"a damaged file ({media_type}), its header is cut off or wrong"


def _brands(content: bytes) -> set[bytes]:
    """The brands in an ISO base media file's first box (ISO 14496-12 §4.3), at most 32."""
    if content[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(content[:4]), 16 + 4 * 32)
    return {content[8:12], *(content[i : i + 4] for i in range(16, end, 4))}


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """From the first frame header (ITU T.81 §B.2.2)."""
    position = 2
    for _ in range(_MAX_SEGMENTS):
        marker = _JPEG_MARKER.match(content, position)
        if not marker:
            break
        (length,) = struct.unpack_from(">H", content, marker.end())
        if marker[1][0] in _FRAME_HEADERS:
            height, width = struct.unpack_from(">HH", content, marker.end() + 3)
            return width, height
        position = marker.end() + length
    raise ValueError("no frame header")


def _png_size(content: bytes) -> tuple[int, int]:
    """From IHDR, which is the first chunk (W3C PNG §11.2.1)."""
    chunk, width, height = struct.unpack_from(">4sII", content, 12)
    if chunk != b"IHDR":
        raise ValueError("no IHDR")
    return width, height


def _gif_size(content: bytes) -> tuple[int, int]:
    """The logical screen (GIF89a §18)."""
    width, height = struct.unpack_from("<HH", content, 6)
    return width, height


def _tiff_size(content: bytes) -> tuple[int, int]:
    """ImageWidth (256) and ImageLength (257) of the first directory (TIFF 6.0 §2)."""
    order = "<" if content.startswith(b"I") else ">"
    (directory,) = struct.unpack_from(f"{order}I", content, 4)
    (count,) = struct.unpack_from(f"{order}H", content, directory)
    sizes = {}
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, kind, _, value = struct.unpack_from(f"{order}HHI4s", content, entry)
        if tag in {256, 257}:
            sizes[tag] = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", value)[0]
    if len(sizes) < 2:
        raise ValueError("no size")
    return sizes[256], sizes[257]


_REFUSED: list[tuple[re.Pattern[bytes], str]] = [
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "WebP"),
    # Two letters are little to go by: the length of the second header is asked for too.
    (re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL), "BMP"),
]
_TAKEN: list[tuple[re.Pattern[bytes], str, _Size]] = [
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", _jpeg_size),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", _png_size),
    (re.compile(rb"GIF8[79]a"), "image/gif", _gif_size),
    (re.compile(rb"II\*\0|MM\0\*"), "image/tiff", _tiff_size),
    (re.compile(rb".{4}ftyp(?!qt  )", re.DOTALL), "video/mp4", mp4_size),
    (re.compile(rb"\x1a\x45\xdf\xa3.{0,64}\x42\x82\x84webm", re.DOTALL), "video/webm", webm_size),
]
