"""Without metadata: the same pixels, upright as before, in the same colours, and nothing told."""

import io
import struct
import time
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from celery_queue.errors import NotAnImage, SourceError, TruncatedImage
from celery_queue.images.formats import identify
from celery_queue.images.metadata import without_metadata

CANARY = b"CANARY"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF dc:creator="CANARY"/></x:xmpmeta>'
GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def picture(mode: str = "RGB") -> Image.Image:
    gradient = Image.linear_gradient("L").resize((61, 47))
    noise = Image.effect_noise((61, 47), 60)
    return Image.merge("RGB", (gradient, noise, gradient.rotate(180))).convert(mode)


def exif(orientation: int | None) -> Image.Exif:
    tags = Image.Exif()
    tags[MAKE] = CANARY.decode()
    tags.get_ifd(GPS)[1] = CANARY.decode()
    tags.get_ifd(GPS)[2] = (52.0, 31.0, 12.0)
    if orientation:
        tags[ORIENTATION] = orientation
    return tags


def saved(kind: str, orientation: int | None = 6, mode: str = "RGB", **how: Any) -> bytes:
    how = {"exif": exif(orientation), "icc_profile": PROFILE, **how}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", CANARY.decode())
        text.add_itxt("XML:com.adobe.xmp", XMP.decode())
        text.add(b"tIME", struct.pack(">HBBBBB", 2026, 11, 21, 1, 2, 3))
        text.add(b"caNy", CANARY, after_idat=True)
        how = {"pnginfo": text, **how}
    elif kind == "JPEG":
        how = {"comment": CANARY, "xmp": XMP, **how}
    else:
        how = {"xmp": XMP, **how}
    out = io.BytesIO()
    picture(mode).save(out, kind, **how)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=list(MEDIA_TYPES))
    image.load()
    return image


def frames(content: bytes) -> list[bytes]:
    image = opened(content)
    seen = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        seen.append(image.convert("RGBA").tobytes())
    return seen


def stripped(content: bytes, kind: str) -> bytes:
    return without_metadata(content, MEDIA_TYPES[kind])


MOVING: dict[str, Any] = {"save_all": True, "append_images": [picture().rotate(180)] * 3}
IMAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "jpeg": ("JPEG", {}),
    "jpeg progressive": ("JPEG", {"progressive": True, "quality": 95}),
    "jpeg grey": ("JPEG", {"mode": "L"}),
    "jpeg cmyk": ("JPEG", {"mode": "CMYK"}),
    "jpeg with restarts": ("JPEG", {"restart_marker_rows": 1}),
    "png": ("PNG", {}),
    "png palette": ("PNG", {"mode": "P"}),
    "png transparent": ("PNG", {"mode": "RGBA"}),
    "png one colour transparent": ("PNG", {"mode": "1", "transparency": 1, "dpi": (300, 300)}),
    "png animated": ("PNG", MOVING),
    "webp": ("WEBP", {}),
    "webp lossless": ("WEBP", {"lossless": True}),
    "webp transparent": ("WEBP", {"mode": "RGBA"}),
    "webp animated": ("WEBP", MOVING),
}
images = pytest.mark.parametrize(("kind", "how"), IMAGES.values(), ids=IMAGES)
KINDS = pytest.mark.parametrize("kind", MEDIA_TYPES)


@images
def test_the_pixels_stay_and_the_rest_goes(kind: str, how: dict[str, Any]) -> None:
    whole = saved(kind, **how)
    assert CANARY in whole
    assert b"xmpmeta" in whole
    left = stripped(whole, kind)
    assert frames(left) == frames(whole)
    for told in (CANARY, b"xmpmeta", b"tEXt", b"tIME", b"caNy"):
        assert told not in left
    image = opened(left)
    assert image.info["icc_profile"] == PROFILE
    assert dict(image.getexif()) == {ORIENTATION: 6}
    assert not image.getexif().get_ifd(GPS)
    upright, before = ImageOps.exif_transpose(image), ImageOps.exif_transpose(opened(whole))
    assert upright.size == before.size == (47, 61)
    assert upright.tobytes() == before.tobytes()


@images
def test_nothing_is_left_to_take_away(kind: str, how: dict[str, Any]) -> None:
    left = stripped(saved(kind, **how), kind)
    assert stripped(left, kind) == left


@KINDS
@pytest.mark.parametrize("orientation", [None, 1, 2, 3, 8, 9, 0])
def test_only_a_turned_picture_needs_exif(kind: str, orientation: int | None) -> None:
    image = opened(stripped(saved(kind, orientation), kind))
    turned = orientation in {2, 3, 8}
    assert dict(image.getexif()) == ({ORIENTATION: orientation} if turned else {})


@KINDS
def test_an_image_without_metadata_stays_as_it_is(kind: str) -> None:
    out = io.BytesIO()
    picture().save(out, kind)
    assert stripped(out.getvalue(), kind) == out.getvalue()


@KINDS
def test_what_follows_the_image_goes(kind: str) -> None:
    whole = saved(kind)
    assert stripped(whole + CANARY + whole, kind) == stripped(whole, kind)


def test_among_the_scans_of_a_jpeg_is_no_metadata_left() -> None:
    whole = saved("JPEG", progressive=True, quality=95)
    scans = [i for i in range(len(whole)) if whole.startswith(b"\xff\xda", i)]
    assert len(scans) > 2
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(CANARY + b"\xff\xd9")) + CANARY + b"\xff\xd9"
    with_comments = whole[: scans[1]] + comment + whole[scans[1] : scans[2]] + comment
    with_comments += whole[scans[2] :]
    assert stripped(with_comments, "JPEG") == stripped(whole, "JPEG")


def test_a_later_window_of_a_large_jpeg_is_searched_too() -> None:
    noise = Image.effect_noise((2000, 2000), 100)
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=98, comment=CANARY)
    assert out.tell() > 2 << 20
    left = stripped(out.getvalue(), "JPEG")
    assert CANARY not in left
    assert opened(left).tobytes() == opened(out.getvalue()).tobytes()


def test_other_types_stay_as_they_are() -> None:
    out = io.BytesIO()
    picture().save(out, "GIF", comment=CANARY)
    assert without_metadata(out.getvalue(), "image/gif") == out.getvalue()


@KINDS
def test_a_damaged_file_is_refused_or_tells_nothing(kind: str) -> None:
    whole = saved(kind)
    for cut in range(0, len(whole), 7):
        try:
            left = stripped(whole[:cut], kind)
        except (TruncatedImage, NotAnImage):
            continue
        assert CANARY not in left


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_facts_stay(kind: str) -> None:
    whole = saved(kind)
    assert identify(stripped(whole, kind)) == identify(whole)


def test_the_checksum_of_the_new_chunk_is_right() -> None:
    left = stripped(saved("PNG"), "PNG")
    start = left.index(b"eXIf")
    (length,) = struct.unpack_from(">I", left, start - 4)
    (checksum,) = struct.unpack_from(">I", left, start + 4 + length)
    assert checksum == zlib.crc32(left[start : start + 4 + length])


MANY = 2_000_000
HEAD = saved("JPEG")[:-2]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (HEAD + b"\xff" * MANY, "image/jpeg"),
        (HEAD + b"\xff\0" * (MANY // 2), "image/jpeg"),
        (HEAD + b"\xff\xc4\0\2" * (MANY // 4), "image/jpeg"),
        (HEAD + b"\xff\xc4\0\0" * (MANY // 4), "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s4x", 0, b"IDAT") * (MANY // 12), "image/png"),
        (
            b"RIFF" + struct.pack("<I4s", MANY, b"WEBP") + b"VP8 \0\0\0\0" * (MANY // 8),
            "image/webp",
        ),
    ],
    ids=["fill bytes", "stuffed bytes", "segments", "no segments", "chunks", "riff chunks"],
)
def test_no_file_takes_long(content: bytes, media_type: str) -> None:
    started = time.process_time()
    with pytest.raises(SourceError):
        without_metadata(content, media_type)
    assert time.process_time() - started < 0.3


def test_a_label_that_runs_over_its_segment_does_not_save_it() -> None:
    # Found by atheris: the first four bytes of the profile's label, in a segment of no more.
    whole = saved("JPEG")
    short = whole[:2] + b"\xff\xe2\0\x06ICC_PROFILE\0" + whole[2:]
    assert stripped(short, "JPEG") == stripped(whole, "JPEG")
