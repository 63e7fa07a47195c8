import codecs
import struct
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from celery_queue.errors import NotAnImage, SourceError, TypeNotAccepted
from celery_queue.formats import ImageFacts, identify

SVG = Path(__file__).parents[2] / "../shared/corpora/svg"


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(frame: int = 0xC0, before: bytes = b"") -> bytes:
    header = segment(frame, struct.pack(">BHHB", 8, 480, 640, 3) + b"\1\x22\0\2\x11\1\3\x11\1")
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + before + header


def png(width: int = 640, height: int = 480) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


def gif(width: int = 640, height: int = 480) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height)


def tiff(order: str = "<", kind: int = 3) -> bytes:
    def entry(tag: int, value: int) -> bytes:
        packed = struct.pack(f"{order}{'H' if kind == 3 else 'I'}", value).ljust(4, b"\0")
        return struct.pack(f"{order}HHI", tag, kind, 1) + packed

    head = b"II*\0" if order == "<" else b"MM\0*"
    directory = struct.pack(f"{order}H", 3) + entry(254, 0) + entry(256, 640) + entry(257, 480)
    return head + struct.pack(f"{order}I", 8) + directory


def box(kind: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return struct.pack(">I4s", len(inside) + 8, kind) + inside


def large_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, len(content) + 16) + content


def track(width: int, height: int) -> bytes:
    header = bytes(76) + struct.pack(">II", width << 16, height << 16)
    return box(b"trak", box(b"edts"), box(b"tkhd", header))


MOVIE = box(b"moov", box(b"mvhd", bytes(100)), track(0, 0), track(640, 480))


def mp4(*boxes: bytes, brand: bytes = b"isom") -> bytes:
    return box(b"ftyp", brand, bytes(4), b"isomavc1") + b"".join(boxes or (MOVIE,))


def element(number: str, content: bytes, *, unknown_size: bool = False) -> bytes:
    size = b"\x01" + b"\xff" * 7 if unknown_size else struct.pack(">I", 1 << 28 | len(content))
    return bytes.fromhex(number) + size + content


PICTURE = element("e0", element("b0", b"\2\x80") + element("ba", b"\1\xe0"))
TRACKS = element(
    "1654ae6b",
    element("ae", element("83", b"\2")) + element("ae", element("83", b"\1") + PICTURE),
)


def webm(doctype: bytes = b"webm", *, unknown_size: bool = False) -> bytes:
    inside = element("ec", bytes(100)) + TRACKS
    return ebml(doctype) + element("18538067", inside, unknown_size=unknown_size)


def ebml(doctype: bytes = b"webm") -> bytes:
    return element("1a45dfa3", bytes.fromhex("428681 01") + b"\x42\x82\x84" + doctype)


SAMPLES = {
    "jpeg": (jpeg(), "image/jpeg"),
    "jpeg progressive": (jpeg(0xC2), "image/jpeg"),
    "jpeg after tables and metadata": (
        jpeg(before=segment(0xC4, bytes(28)) + segment(0xE1, b"\xff\xc0" * 9) + b"\xff" * 5),
        "image/jpeg",
    ),
    "png": (png(), "image/png"),
    "gif": (gif(), "image/gif"),
    "gif87": (gif().replace(b"89", b"87", 1), "image/gif"),
    "tiff little-endian": (tiff("<", 3), "image/tiff"),
    "tiff big-endian": (tiff(">", 3), "image/tiff"),
    "tiff with longs": (tiff(">", 4), "image/tiff"),
    "mp4": (mp4(), "video/mp4"),
    "mp4, movie last": (mp4(large_box(b"mdat", bytes(99)), MOVIE, brand=b"mp42"), "video/mp4"),
    "webm": (webm(), "video/webm"),
    "webm as it is streamed": (webm(unknown_size=True), "video/webm"),
}
samples = pytest.mark.parametrize(("content", "media_type"), SAMPLES.values(), ids=SAMPLES)


@samples
def test_type_and_size_are_in_the_header(content: bytes, media_type: str) -> None:
    assert identify(content) == ImageFacts(media_type, 640, 480)
    assert identify(content + b"<html>" * 100) == ImageFacts(media_type, 640, 480)


@samples
def test_a_header_that_is_cut_off_is_no_image(content: bytes, media_type: str) -> None:
    whole = identify(content)
    for length in range(len(content)):
        try:
            assert identify(content[:length]) == whole
        except NotAnImage as error:
            shown = error.message
    assert shown.endswith(f"it is a damaged file ({media_type}), its header is cut off or wrong.")


@samples
@given(st.data())
def test_a_header_with_other_bytes_in_it_is_read_or_refused(
    content: bytes, media_type: str, data: st.DataObject
) -> None:
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    check_identify(bytes(changed))


@given(
    st.binary()
    | st.tuples(st.sampled_from([c[:12] for c, _ in SAMPLES.values()]), st.binary()).map(b"".join)
)
@example(b"\xff\xd8\xff")
@example(b"II*\0\xff\xff\xff\xff")
@example(b"\0\0\0\x08ftyp")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    check_identify(content)


def check_identify(content: bytes) -> None:
    with suppress(NotAnImage, TypeNotAccepted):
        facts = identify(content)
        assert facts.width > 0
        assert facts.height > 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
        (b"BM" + bytes(12) + b"\x28\0\0\0", "BMP"),
        (b"BM" + bytes(12) + b"\x7c\0\0\0", "BMP"),
        (box(b"ftyp", b"heic", bytes(4), b"mif1heic"), "HEIC"),
        (box(b"ftyp", b"mif1", bytes(4), b"miafheix"), "HEIC"),
        (box(b"ftyp", b"msf1", bytes(4)), "HEIC"),
        (box(b"ftyp", b"avif", bytes(4), b"mif1miaf"), "AVIF"),
        (box(b"ftyp", b"mif1", bytes(4), b"mif1avif"), "AVIF"),
    ],
)
def test_types_that_imgur_refuses_are_refused_by_name(content: bytes, kind: str) -> None:
    with pytest.raises(TypeNotAccepted, match=f"^Imgur does not take {kind} images.$"):
        identify(content)


PAGE, DRAWING = "a web page", "an SVG drawing"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><svg></svg></html>", PAGE),
        (b"\n\t <HTML>", PAGE),
        (b"\xef\xbb\xbf<!-- a --> <!-- b --><head>", PAGE),
        (b"<!-- unfinished", PAGE),
        (b"<!--" + b"x" * 100_000 + b"--><svg>", PAGE),
        (b'<?xml version="1.0"?><rss>', PAGE),
        (codecs.BOM_UTF16_LE + "<html>".encode("utf-16-le"), PAGE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", DRAWING),
        (b"<SVG>", DRAWING),
        (b"<svg:svg>", DRAWING),
        (b"\xef\xbb\xbf\r\n<?xml version='1.0'?>\n<!-- > --><!DOCTYPE svg PUBLIC ''>", DRAWING),
        (codecs.BOM_UTF16_BE + "<?xml?><svg>".encode("utf-16-be"), DRAWING),
        (b"<svgx>", PAGE),
        (b"<3", "of an unknown type"),
        (b'{"error": "not found"}', "of an unknown type"),
        (b"BMW is a car maker", "of an unknown type"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "of an unknown type"),
        (b"%PDF-1.7", "of an unknown type"),
        (webm(b"matr"), "of an unknown type"),
        (mp4(brand=b"qt  "), "of an unknown type"),
        (png(0, 480), "a damaged file"),
        (gif(640, 0), "a damaged file"),
        (jpeg(before=b"\0"), "a damaged file"),
        (jpeg(0xC4), "a damaged file"),
        (mp4(box(b"moov", track(0, 0))), "a damaged file"),
        (mp4(struct.pack(">I4s", 4, b"free")), "a damaged file"),
    ],
)
def test_what_is_no_image_is_told_what_it_is(content: bytes, what: str) -> None:
    with pytest.raises(NotAnImage, match=f"^The source is not an image: it is {what}"):
        identify(content)


@pytest.mark.skipif(not SVG.is_dir(), reason=f"no corpus at {SVG}")
def test_every_drawing_of_the_corpus_is_refused_as_one() -> None:
    files = list(SVG.glob("*.svg"))
    assert len(files) == 8
    for file in files:
        with pytest.raises(NotAnImage, match="an SVG drawing"):
            identify(file.read_bytes())


MANY = 2_000_000


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8" + b"\xff" * MANY,
        b"\xff\xd8" + b"\xff\xe0\0\2" * (MANY // 4),
        b"\xff\xd8" + b"\xff\xe0\0\0" * (MANY // 4),
        b"II*\0\x08\0\0\0\xff\xff" + bytes(MANY),
        mp4(struct.pack(">I4s", 8, b"free") * (MANY // 8)),
        mp4(box(b"moov", box(b"trak") * (MANY // 8))),
        mp4(box(b"moov", box(b"trak", box(b"free") * 1000) * (MANY // 8000))),
        mp4(struct.pack(">I4s", 0, b"moov") + struct.pack(">I4s", 0, b"trak") * (MANY // 8)),
        ebml() + element("18538067", b"\xec\x80" * (MANY // 2)),
        ebml() + b"\x18\x53\x80\x67\xff" * (MANY // 5),
        b"<!---->" * (MANY // 7),
        b"<!--" * (MANY // 4),
        b"<?" * (MANY // 2),
        b" " * MANY,
    ],
)
def test_no_file_takes_long(content: bytes) -> None:
    started = time.process_time()
    with pytest.raises(SourceError):
        identify(content)
    assert time.process_time() - started < 0.2
