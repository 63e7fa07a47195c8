"""What a file is, by its first bytes, and whether it is taken. Nothing is decoded.

What the server declared is not asked. Files are hostile: every reader does a bounded number of
steps, whatever the file says, and a header that lies raises NotAnImage.
"""

import re
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from celery_queue.errors import NotAnImage, Polyglot, TruncatedImage, TypeNotAccepted
from celery_queue.images import gif, jpeg, png, tiff
from celery_queue.images.limits import check_pixels
from celery_queue.images.markup import kind_of_markup
from celery_queue.images.polyglots import second_nature
from celery_queue.images.video import mp4_size, webm_size

_Size = Callable[[bytes], tuple[int, int]]
"""Width and height of a file, which is whole and not too long; raises SourceError, ValueError for
damage, and struct.error or IndexError where the file ends too early."""

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the header says: media type, and size in pixels, both at least 1."""

    type: str
    width: int
    height: int


def identify(content: bytes) -> ImageFacts:
    """Read what `content` is. Raises a SourceError for all that is not to be uploaded."""
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
    if besides := second_nature(content):
        raise Polyglot(besides)
    with damage_in(media_type):
        width, height = size(content)
        if width < 1 or height < 1:
            raise ValueError("no pixels")
    check_pixels(width, height)
    return ImageFacts(media_type, width, height)


@contextmanager
def damage_in(media_type: str) -> Iterator[None]:
    """Turn what the readers of the formats raise into a SourceError."""
    try:
        yield
    except (struct.error, IndexError) as error:
        raise TruncatedImage from error
    except ValueError as error:
        raise NotAnImage(f"a damaged file ({media_type})") from error


def _brands(content: bytes) -> set[bytes]:
    """The brands in an ISO base media file's first box (ISO 14496-12 §4.3), at most 32."""
    if content[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(content[:4]), 16 + 4 * 32)
    return {content[8:12], *(content[i : i + 4] for i in range(16, end, 4))}


_REFUSED: list[tuple[re.Pattern[bytes], str]] = [
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "WebP"),
    # Two letters are little to go by: the length of the second header is asked for too.
    (re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL), "BMP"),
]
_TAKEN: list[tuple[re.Pattern[bytes], str, _Size]] = [
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", jpeg.size),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", png.size),
    (re.compile(rb"GIF8[79]a"), "image/gif", gif.size),
    (re.compile(rb"II\*\0|MM\0\*"), "image/tiff", tiff.size),
    (re.compile(rb".{4}ftyp(?!qt  )", re.DOTALL), "video/mp4", mp4_size),
    (re.compile(rb"\x1a\x45\xdf\xa3.{0,64}\x42\x82\x84webm", re.DOTALL), "video/webm", webm_size),
]
