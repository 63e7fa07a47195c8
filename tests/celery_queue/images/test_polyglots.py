"""Images that are something else as well are refused; images that only look so are not."""

import io
import random
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from celery_queue.errors import Polyglot
from celery_queue.images.formats import identify
from celery_queue.images.polyglots import second_nature

PAGE, DRAWING, DOCUMENT, SCRIPT = "a web page", "an SVG drawing", "a PDF document", "a script"


def saved(kind: str, width: int = 40, height: int = 30, **how: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(out, kind, **how)
    return out.getvalue()


def jpeg(comment: bytes) -> bytes:
    return saved("JPEG", comment=comment)


def png(text: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", text)
    return saved("PNG", pnginfo=info)


def gif(comment: bytes) -> bytes:
    return saved("GIF", comment=comment)


def exif(text: str) -> bytes:
    tags = Image.Exif()
    tags[0x010E] = text  # ImageDescription
    return saved("JPEG", exif=tags)


def jpeg_script(marker: int, opening: bytes, code: bytes) -> bytes:
    """The length of the first segment begins a comment, which ends in the next one."""
    whole = saved("JPEG", comment=code)
    (length,) = struct.unpack(">H", opening)
    return whole[:2] + bytes([0xFF, marker]) + opening + bytes(length - 2) + whole[20:]


def gif_script(opening: bytes, code: bytes) -> bytes:
    """The width of the screen begins a comment, which ends in a comment of the GIF."""
    whole = gif(code)
    return whole[:6] + opening + whole[8:]


POLYGLOTS = {
    "page in a JPEG": (jpeg(b"<html><script>alert(1)</script>"), PAGE),
    "page alone in a JPEG": (jpeg(b"<html>"), PAGE),
    "page in EXIF": (exif("<!DOCTYPE html>"), PAGE),
    "page in a PNG": (png("<Script src=//x>"), PAGE),
    "page in a GIF": (gif(b" <body onload=alert(1)>"), PAGE),
    "page for a server": (gif(b"<?php echo 1;"), PAGE),
    "page as the size of a GIF": (b"GIF89a<html>" + saved("GIF")[12:], PAGE),
    "page in a TIFF": (saved("TIFF", description="<iframe src=x>"), PAGE),
    "drawing in a JPEG": (jpeg(b"<svg onload=alert(1)>"), DRAWING),
    "drawing in a PNG": (png("<svg:svg/>"), DRAWING),
    "drawing in a GIF": (gif(b"<svg/onload=alert(1)>"), DRAWING),
    "document in a JPEG": (jpeg(b"%PDF-1.7\n"), DOCUMENT),
    "document in a PNG": (png("%PDF-1.4 1 0 obj"), DOCUMENT),
    "document in a GIF": (gif(b"%PDF-2.0"), DOCUMENT),
    "script as a GIF": (gif_script(b"/*", b"*/=1;alert(1)//"), SCRIPT),
    "script as a GIF, by line": (gif_script(b"//", b"\n=alert(1);"), SCRIPT),
    "script as a GIF, no comment": (b"GIF89a=1;alert(1)//" + saved("GIF")[19:], SCRIPT),
    "script as a JPEG": (jpeg_script(0xE0, b"/*", b"*/=alert(1)/*"), SCRIPT),
    "script as a JPEG, by line": (jpeg_script(0xE1, b"//", b"\n=alert(1)//"), SCRIPT),
}


@pytest.mark.parametrize(("content", "what"), POLYGLOTS.values(), ids=POLYGLOTS)
def test_what_is_something_else_too_is_refused(content: bytes, what: str) -> None:
    with pytest.raises(Polyglot, match=f"^The source is an image and {what} at once, which is"):
        identify(content)


INNOCENT = {
    "less-than signs": jpeg(b"a < b, <3, <-- <htm <scripted <svgs <bodybuilder@example.org>"),
    "the word": png("how to embed svg, html and script in a PDF"),
    "XMP": jpeg(b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF></rdf:RDF>'),
    "far behind the head": jpeg(b"x" * 2000 + b"<html>%PDF-1.7"),
    "after the end": saved("JPEG", 400, 300) + b"<html><script>alert(1)</script>%PDF-1.7",
    "first segment as long as a comment sign, EXIF": jpeg_script(0xE1, b"/*", b"\0" * 4),
    "width as a comment sign": gif_script(b"/*", b"\0" * 4),
    "code without a beginning": gif(b"*/=alert(1)"),
    "square pixels told": saved("GIF")[:12] + b"1" + saved("GIF")[13:],
}


@pytest.mark.parametrize("content", INNOCENT.values(), ids=INNOCENT)
def test_what_only_looks_so_is_taken(content: bytes) -> None:
    assert second_nature(content) is None
    identify(content)


def test_pictures_of_noise_are_taken() -> None:
    # The coded bytes of a small image stand where text is looked for.
    chance = random.Random(4)
    for _ in range(100):
        noise = Image.frombytes("RGB", (20, 20), chance.randbytes(1200))
        for kind in ("JPEG", "PNG", "GIF", "TIFF"):
            out = io.BytesIO()
            noise.save(out, kind)
            assert second_nature(out.getvalue()) is None


@given(st.sampled_from([b"GIF89a", b"GIF89a/*", b"\xff\xd8\xff\xe0//", b"MM\0*"]), st.binary())
@example(b"GIF89a/*", b"*/")
@example(b"\xff\xd8\xff", b"")
def test_any_bytes_are_looked_at(head: bytes, rest: bytes) -> None:
    assert second_nature(head + rest) in {None, PAGE, DRAWING, DOCUMENT, SCRIPT}
