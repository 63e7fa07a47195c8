"""Converting with the real decoder in real processes, and what a bad image costs."""

import asyncio
import importlib.util
import io
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import uvloop
from PIL import Image, ImageCms

from celery_queue.errors import NotConverted, SourceError, TooManyPixels, TruncatedImage
from celery_queue.images.convert import Converter, check_convertible
from celery_queue.settings import WorkerSettings

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ORIENTATION = 0x0112
NAMES = {"WEBP": "WebP", "AVIF": "AVIF", "BMP": "BMP", "HEIF": "HEIC"}
HAS_HEIC = importlib.util.find_spec("pillow_heif") is not None
if HAS_HEIC:
    importlib.import_module("pillow_heif").register_heif_opener()


def picture(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    gradient = Image.linear_gradient("L").resize(size)
    merged = Image.merge("RGB", (gradient, gradient.rotate(90), gradient.rotate(180)))
    if mode == "RGBA":
        merged.putalpha(gradient)
        return merged
    return merged.convert(mode)


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def convert(content: bytes, kind: str, *, max_bytes: int = 1_000_000, timeout: float = 60) -> bytes:
    return uvloop.run(Converter(max_bytes, timeout).convert(content, NAMES[kind]))


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=["JPEG", "PNG"])
    image.load()
    return image


def difference(one: Image.Image, other: Image.Image) -> float:
    """Of two pictures of one size, on average per byte."""
    pairs = zip(one.convert("RGB").tobytes(), other.convert("RGB").tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (one.width * one.height * 3)


needs_heic = pytest.mark.skipif(not HAS_HEIC, reason="pillow-heif is not installed")


@pytest.mark.parametrize(
    "kind", ["WEBP", "AVIF", pytest.param("HEIF", marks=needs_heic)], ids=NAMES.get
)
def test_a_photo_becomes_a_jpeg(kind: str) -> None:
    image = opened(convert(saved(picture(), kind), kind))
    assert image.format == "JPEG"
    assert difference(image, picture()) < 8


@pytest.mark.parametrize(
    ("kind", "mode", "how"),
    [
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {"lossless": True, "exact": True}),
        ("BMP", "RGB", {}),
        ("BMP", "RGBA", {}),
        ("BMP", "L", {}),
        ("BMP", "P", {}),
        ("BMP", "1", {}),
    ],
)
def test_what_is_lossless_becomes_a_png_of_the_same_pixels(
    kind: str, mode: str, how: dict[str, Any]
) -> None:
    content = saved(picture(mode), kind, **how)
    image = opened(convert(content, kind))
    assert image.format == "PNG"
    before = Image.open(io.BytesIO(content), formats=[kind]).convert("RGBA")
    assert image.convert("RGBA").tobytes() == before.tobytes()


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", pytest.param("HEIF", marks=needs_heic)])
def test_what_is_transparent_becomes_a_png(kind: str) -> None:
    image = opened(convert(saved(picture("RGBA"), kind), kind))
    assert (image.format, image.mode) == ("PNG", "RGBA")
    opaque = picture("RGBA")
    opaque.putalpha(255)
    assert opened(convert(saved(opaque, kind), kind)).format == "JPEG"


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_it_stands_upright_in_its_colours_and_tells_nothing_else(kind: str, mode: str) -> None:
    tags = Image.Exif()
    tags[ORIENTATION], tags[0x010F] = 6, "CANARY"
    content = saved(picture(mode), kind, exif=tags, xmp=b"<x>CANARY</x>", icc_profile=PROFILE)
    converted = convert(content, kind)
    image = opened(converted)
    assert image.size == (40, 60)
    assert difference(image, picture(mode).transpose(Image.Transpose.ROTATE_270)) < 8
    assert image.info["icc_profile"] == PROFILE
    assert not image.getexif()
    assert b"CANARY" in content
    assert b"CANARY" not in converted


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", pytest.param("HEIF", marks=needs_heic)])
def test_an_animation_is_not_made_a_still_picture(kind: str) -> None:
    content = saved(picture(), kind, save_all=True, append_images=[picture().rotate(90)])
    with pytest.raises(NotConverted, match="this one holds several pictures") as caught:
        convert(content, kind)
    assert not caught.value.retryable


def webp(width: int, height: int) -> bytes:
    """Made so that its header says so."""
    bits = (width - 1) | (height - 1) << 14
    chunk = b"VP8L" + struct.pack("<IBI", 10, 0x2F, bits) + bytes(5)
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def bmp(width: int, height: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + header


BOMBS = {
    "much webp": ("WEBP", webp(16_383, 16_383)),
    "more webp": ("WEBP", webp(10_080, 5_000)),
    "much bmp": ("BMP", bmp(100_000, 100_000)),
    "more bmp": ("BMP", bmp(10_080, 5_000)),
    "much avif": (
        "AVIF",
        saved(picture(size=(8, 8)), "AVIF").replace(
            struct.pack(">4sIII", b"ispe", 0, 8, 8),
            struct.pack(">4sIII", b"ispe", 0, 16_000, 16_000),
        ),
    ),
}


@pytest.mark.parametrize(("kind", "content"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_too_large_an_image(kind: str, content: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(TooManyPixels):
        convert(content, kind)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "BMP"])
def test_a_damaged_image_is_its_own_failure(kind: str) -> None:
    content = saved(picture(size=(300, 200)), kind)
    with pytest.raises((NotConverted, TruncatedImage)):
        convert(content[: len(content) // 2], kind)
    noise = content[:40] + os.urandom(len(content) - 40)
    with pytest.raises(NotConverted, match=f"^Imgur does not take {NAMES[kind]} images, and this"):
        convert(noise if kind != "BMP" else noise[:1000], kind)


def test_a_cut_webp_may_be_whole_next_time() -> None:
    with pytest.raises(TruncatedImage):
        convert(saved(picture(), "WEBP")[:-1], "WEBP")


def test_a_result_that_is_too_large_is_not_uploaded() -> None:
    noise = Image.effect_noise((500, 500), 100)
    with pytest.raises(NotConverted, match=r"is larger than 0\.1 MB when converted\.$"):
        convert(saved(noise, "BMP"), "BMP", max_bytes=100_000)


def test_the_rest_of_one_that_is_far_too_large_is_not_read() -> None:
    with pytest.raises(NotConverted, match="when converted"):
        convert(saved(Image.effect_noise((1500, 1000), 100), "BMP"), "BMP", max_bytes=1000)


def test_a_defect_of_the_decoder_is_not_the_fault_of_the_image() -> None:
    with pytest.raises(RuntimeError, match="the decoder ended with status 1"):
        uvloop.run(Converter(1000).convert(b"", "JPEG"))


def test_one_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(NotConverted, match="takes too much time or memory to convert"):
        convert(saved(picture(), "BMP"), "BMP", timeout=0.001)
    assert children() == []


def children() -> list[int]:
    """The decoders of this process."""
    found = []
    for tasks in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            found += [int(pid) for pid in tasks.read_text().split() if is_decoder(int(pid))]
    return found


def is_decoder(pid: int) -> bool:
    return b"celery_queue.images.decoder" in Path(f"/proc/{pid}/cmdline").read_bytes()


LARGE = saved(picture(size=(2000, 1500)), "BMP")


async def until(condition: Callable[[], Any]) -> Any:
    async with asyncio.timeout(30):
        while True:
            if found := condition():
                return found
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGXCPU])
def test_a_decoder_that_dies_takes_only_its_image_along(number: signal.Signals) -> None:
    async def main() -> None:
        converter = Converter(LARGE_ENOUGH)
        failing = asyncio.create_task(converter.convert(LARGE, "BMP"))
        (pid,) = await until(children)
        os.kill(pid, number)
        with pytest.raises(NotConverted):
            await failing
        assert opened(await converter.convert(LARGE, "BMP")).size == (2000, 1500)

    uvloop.run(main())


LARGE_ENOUGH = 100_000_000


def test_few_decode_at_once_and_the_loop_goes_on() -> None:
    async def main() -> None:
        converter = Converter(LARGE_ENOUGH)
        all_of_them = asyncio.gather(*(converter.convert(LARGE, "BMP") for _ in range(5)))
        most = turns = 0
        while not all_of_them.done():
            most = max(most, len(children()))
            turns += 1
            await asyncio.sleep(0.001)
        assert len(set(await all_of_them)) == 1
        assert most == 2
        assert turns > 50

    uvloop.run(main())


def test_one_that_is_no_longer_wanted_leaves_no_process() -> None:
    async def main() -> None:
        unwanted = asyncio.create_task(Converter(LARGE_ENOUGH).convert(LARGE, "BMP"))
        await until(children)
        unwanted.cancel()
        with suppress(asyncio.CancelledError):
            await unwanted
        assert children() == []

    uvloop.run(main())


CAGED = """
import os, socket, sys
from PIL import Image, PngImagePlugin
from celery_queue.images.decoder import limit
Image.preinit()
limit()
def attempt():
    {attempt}
try:
    attempt()
except (OSError, MemoryError) as error:
    sys.exit(f"{{type(error).__name__}} {{getattr(error, 'errno', None)}}")
"""


def error_of(program: str, **environment: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return ended.stderr.strip()


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        ("socket.socket()", "OSError 24"),
        ("socket.create_connection(('127.0.0.1', {port}))", "OSError 24"),
        ("open('/etc/passwd')", "OSError 24"),
        ("os.listdir('/')", "OSError 24"),
        ("os.pipe()", "OSError 24"),
        ("bytearray(1 << 30)", "MemoryError None"),
    ],
)
def test_a_decoder_reaches_nothing(attempt: str, error: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        attempt = attempt.replace("{port}", str(server.getsockname()[1]))
        program = CAGED.format(attempt=attempt)
        assert error_of(program) == error


def read_environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def test_a_decoder_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGUR_CLIENT_ID", "CANARY")

    async def main() -> bytes:
        converting = asyncio.create_task(Converter(LARGE_ENOUGH).convert(LARGE, "BMP"))
        (pid,) = await until(children)
        environment = read_environment(pid)
        await converting
        return environment

    assert uvloop.run(main()) == b""


def test_what_can_be_converted() -> None:
    check_convertible([])
    check_convertible(["webp", "avif", "bmp"])
    with pytest.raises(ValueError, match=r"^takes webp, heic, avif, bmp; not gif, svg$"):
        check_convertible(["svg", "webp", "gif"])


@pytest.mark.skipif(HAS_HEIC, reason="pillow-heif is installed")
def test_heic_takes_a_library_more() -> None:
    with pytest.raises(ValueError, match="heic takes pillow-heif, which is not installed"):
        check_convertible(["heic"])


def test_a_worker_without_pillow_says_so_at_its_start() -> None:
    program = (
        "import sys; sys.modules['PIL'] = None\n"  # it cannot be imported then
        "from celery_queue.settings import WorkerSettings; WorkerSettings.load()"
    )
    assert error_of(program, CONVERT="webp") == (
        "CONVERT: takes Pillow, which is not installed: imgferry-worker[convert] has it"
    )


def test_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert WorkerSettings.load().convert == ()
    assert WorkerSettings.load().strip_metadata is False
    monkeypatch.setenv("CONVERT", "WebP, avif")
    monkeypatch.setenv("STRIP_METADATA", "1")
    assert WorkerSettings.load().convert == ("webp", "avif")
    assert WorkerSettings.load().strip_metadata is True
    monkeypatch.setenv("CONVERT", "jxl")
    with pytest.raises(SystemExit, match=r"^CONVERT: takes webp, heic, avif, bmp; not jxl$"):
        WorkerSettings.load()


def test_every_failure_is_one_of_the_source() -> None:
    assert issubclass(NotConverted, SourceError)
    assert NotConverted("AVIF", "cannot be decoded").message == (
        "Imgur does not take AVIF images, and this one cannot be decoded."
    )
