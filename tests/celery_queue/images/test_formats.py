import codecs
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from celery_queue.errors import (
    NotAnImage,
    SourceError,
    TooManyFrames,
    TooManyPixels,
    TruncatedImage,
    TypeNotAccepted,
)
from celery_queue.images.formats import ImageFacts, identify

SVG = Path(__file__).parents[3] / "../shared/corpora/svg"


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(frame: int = 0xC0, before: bytes = b"", size: tuple[int, int] = (640, 480)) -> bytes:
    width, height = size
    head = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + before
    header = segment(frame, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"coded \xff\0 \xff\xd0 picture"
    return b"\xff\xd8" + head + header + scan + b"\xff\xd9"


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I4s", len(data), kind) + data + b"CRC!"


def png(width: int = 640, height: int = 480, *before: bytes, after: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    picture = chunk(b"IDAT", b"packed") + after + chunk(b"IEND")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + picture


def frame(width: int = 640, height: int = 480) -> bytes:
    return struct.pack("<BHHHHB", 0x2C, 0, 0, width, height, 0x80) + bytes(6) + b"\2\3abc\1d\0"


COMMENT = b"\x21\xfe\5a GIF\0"


def gif(width: int = 640, height: int = 480, body: bytes | None = None) -> bytes:
    screen = struct.pack("<HHBBB", width, height, 0x91, 0, 0) + bytes(12)
    return b"GIF89a" + screen + (COMMENT + frame() if body is None else body) + b"\x3b"


def tiff(
    order: str = "<", kind: int = 3, pages: int = 1, size: tuple[int, int] = (640, 480)
) -> bytes:
    def entry(tag: int, value: int) -> bytes:
        packed = struct.pack(f"{order}{'H' if kind == 3 else 'I'}", value).ljust(4, b"\0")
        return struct.pack(f"{order}HHI", tag, kind, 1) + packed

    head = b"II*\0" if order == "<" else b"MM\0*"
    content = head + struct.pack(f"{order}I", 8)
    for page in range(pages):
        width, height = (640, 480) if page < pages - 1 else size
        content += struct.pack(f"{order}H", 3)
        content += entry(254, 0) + entry(256, width) + entry(257, height)
        content += struct.pack(f"{order}I", len(content) + 4 if page < pages - 1 else 0)
    return content


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
    "jpeg after what is no segment": (jpeg(before=b"\0junk\xff\0\xff\1"), "image/jpeg"),
    "png": (png(), "image/png"),
    "png animated": (
        png(640, 480, chunk(b"acTL", struct.pack(">II", 2, 0)), after=chunk(b"fcTL") * 2),
        "image/png",
    ),
    "gif": (gif(), "image/gif"),
    "gif animated": (gif(body=frame() * 500), "image/gif"),
    "gif with a stray end": (gif(body=frame() + b"\0"), "image/gif"),
    "gif87": (gif().replace(b"89", b"87", 1), "image/gif"),
    "tiff little-endian": (tiff("<", 3), "image/tiff"),
    "tiff big-endian": (tiff(">", 3), "image/tiff"),
    "tiff with longs": (tiff(">", 4), "image/tiff"),
    "tiff with pages": (tiff(pages=500), "image/tiff"),
    "mp4": (mp4(), "video/mp4"),
    "mp4, movie last": (mp4(large_box(b"mdat", bytes(99)), MOVIE, brand=b"mp42"), "video/mp4"),
    "webm": (webm(), "video/webm"),
    "webm as it is streamed": (webm(unknown_size=True), "video/webm"),
}
samples = pytest.mark.parametrize(("content", "media_type"), SAMPLES.values(), ids=SAMPLES)


@samples
def test_type_and_size_are_in_the_header(content: bytes, media_type: str) -> None:
    assert identify(content) == ImageFacts(media_type, 640, 480)
    assert identify(content + b"PK\3\4 \xff\xd8\xff;" * 100) == ImageFacts(media_type, 640, 480)


WITH_AN_END = [name for name, (_, kind) in SAMPLES.items() if kind.startswith("image")]


@pytest.mark.parametrize("name", WITH_AN_END)
def test_an_image_that_is_cut_off_may_be_whole_next_time(name: str) -> None:
    content, _ = SAMPLES[name]
    for length in range(12, len(content), 1 + len(content) // 1000):
        with pytest.raises(TruncatedImage) as caught:
            identify(content[:length])
    assert caught.value.retryable


@samples
def test_a_file_that_is_cut_off_is_refused_unless_its_end_is_not_needed(
    content: bytes, media_type: str
) -> None:
    whole = identify(content)
    for length in range(0, len(content), 1 + len(content) // 1000):
        with suppress(NotAnImage, TruncatedImage):
            assert identify(content[:length]) == whole


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
@example(jpeg(before=b"\xff\x2b\0\1"))  # a segment that ends before its data: found by atheris
@example(b"II*\0\xff\xff\xff\xff")
@example(b"\0\0\0\x08ftyp")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    check_identify(content)


def check_identify(content: bytes) -> None:
    with suppress(SourceError):
        facts = identify(content)
        assert facts.width > 0
        assert facts.height > 0
        assert facts.width * facts.height <= 50_000_000


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
        (png(640, 480).replace(b"IHDR", b"CgBI"), "a damaged file"),
        (png(640, 480).replace(b"IDAT", b"tEXt"), "a damaged file"),
        (gif(body=b""), "a damaged file"),
        (gif(body=COMMENT), "a damaged file"),
        (gif(body=b"?"), "a damaged file"),
        (jpeg(before=b"\xff\xe1\0\1"), "a damaged file"),
        (jpeg(0xC4), "a damaged file"),
        (tiff().replace(b"\x01\x01", b"\x02\x01"), "a damaged file"),
        (b"II*\0" + bytes(4), "a damaged file"),
        (mp4(box(b"moov", track(0, 0))), "a damaged file"),
        (mp4(struct.pack(">I4s", 4, b"free")), "a damaged file"),
    ],
)
def test_what_is_no_image_is_told_what_it_is(content: bytes, what: str) -> None:
    with pytest.raises(NotAnImage, match=f"^The source is not an image: it is {what}"):
        identify(content)


@pytest.mark.parametrize(
    "make",
    [
        lambda w, h: jpeg(size=(w, h)),
        png,
        gif,
        lambda w, h: gif(body=frame() + frame(w, h)),
        lambda w, h: tiff(kind=4, size=(w, h)),
        lambda w, h: tiff(kind=4, size=(w, h), pages=2),
        lambda w, h: mp4(box(b"moov", track(w, h))),
    ],
    ids=["jpeg", "png", "gif", "gif frame", "tiff", "tiff page", "mp4"],
)
def test_fifty_megapixels_are_taken_and_no_more(make: Callable[[int, int], bytes]) -> None:
    identify(make(8192, 6144))
    for width, height in ((8192, 6145), (50_400, 1_000), (65_535, 65_535)):
        with pytest.raises(TooManyPixels, match=r"^The image has more than 50 megapixels\.$"):
            identify(make(width, height))


def apng(told: int, there: int) -> bytes:
    return png(640, 480, chunk(b"acTL", struct.pack(">II", told, 0)), after=chunk(b"fcTL") * there)


@pytest.mark.parametrize(
    ("taken", "refused"),
    [
        (gif(body=frame() * 500), gif(body=frame() * 501)),
        (apng(500, 500), apng(501, 1)),
        (apng(1, 500), apng(1, 501)),
        (tiff(pages=500), tiff(pages=501)),
    ],
    ids=["gif", "apng told", "apng there", "tiff"],
)
def test_five_hundred_frames_are_taken_and_no_more(taken: bytes, refused: bytes) -> None:
    identify(taken)
    with pytest.raises(TooManyFrames, match=r"^The image has more than 500 frames\.$"):
        identify(refused)


def test_pages_that_go_round_in_a_circle_end() -> None:
    content = tiff()
    with pytest.raises(TooManyFrames):
        identify(content[:-4] + struct.pack("<I", 8))


def test_a_thumbnail_is_not_the_end_of_the_image() -> None:
    whole = jpeg(before=segment(0xE1, b"Exif\0\0" + jpeg()))
    identify(whole)
    with pytest.raises(TruncatedImage):
        identify(whole[:-2])


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
        b"\xff\xd8\xff" + b"\xff\0" * (MANY // 2),
        jpeg()[:-2] + b"\xff" * MANY,
        png(640, 480, chunk(b"tEXt") * (MANY // 12)),
        png(640, 480, chunk(b"acTL", struct.pack(">II", 1, 0)), after=b"fcTL" * (MANY // 4)),
        png()[:-12] + bytes(MANY),
        gif(body=bytes(MANY)),
        gif(body=COMMENT * (MANY // 10)),
        gif(body=frame()[:-1] + b"\1x" * (MANY // 2) + b"\0"),
        b"II*\0\x08\0\0\0\xff\xff" + bytes(MANY),
        b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHII", 256, 3, 1, 9) * 65_535 + b"\x08\0\0\0",
        b"GIF89a/*" + bytes(MANY),
        b"GIF89a/*" + b"*/" * (MANY // 2),
        b"GIF89a//" + bytes(MANY),
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
