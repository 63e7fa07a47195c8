"""One image from stdin, as PNG or JPEG to stdout: `python -m celery_queue.images.decoder WebP`.

A process of its own, for decoders have bugs that a hostile image finds. It has no secret of ours in
its environment, opens no file and no connection after its start, and ends by itself when it needs
too much time or memory. Its exit status is a `Verdict`.
"""

import io
import os
import resource
import sys
import warnings
from importlib import import_module

from PIL import AvifImagePlugin, Image, ImageOps, TiffImagePlugin, WebPImagePlugin

from celery_queue.images import webp
from celery_queue.images.limits import MAX_PIXELS
from celery_queue.images.verdicts import Verdict

_MEMORY = 1 << 30
"""Bytes of address space. The largest image takes 200 MB, and a decoder has it three times."""
_CPU_SECONDS = 20

_FORMATS = {"WebP": "WEBP", "AVIF": "AVIF", "BMP": "BMP", "HEIC": "HEIF"}
"""As Pillow names them. With any other it would be asked to open what we did not mean."""
_NEEDED_LATER = (AvifImagePlugin, TiffImagePlugin, WebPImagePlugin)
"""Pillow imports these when it meets an image; then it is too late to open a file."""
_QUALITY = 90


def main() -> None:
    """Convert, or exit with the reason why not."""
    format_name = _FORMATS[sys.argv[1]]
    if format_name == "HEIF":
        import_module("pillow_heif").register_heif_opener()
    Image.preinit()
    limit()
    try:
        converted = convert(sys.stdin.buffer.read(), format_name)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        sys.exit(Verdict.TOO_MANY_PIXELS)
    except MemoryError:
        sys.exit(Verdict.TOO_MUCH_MEMORY)
    except Exception:  # whatever a decoder says of a damaged image
        sys.exit(Verdict.NOT_DECODED)
    sys.stdout.buffer.write(converted)


def limit() -> None:
    """Take from this process what a decoder does not need."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # each takes address space
    os.nice(5)
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def convert(content: bytes, format_name: str) -> bytes:
    """PNG for what is lossless or transparent, else JPEG: upright, of its metadata the profile."""
    with Image.open(io.BytesIO(content), formats=[format_name]) as opened:
        if getattr(opened, "n_frames", 1) > 1:
            sys.exit(Verdict.SEVERAL_PICTURES)
        image = ImageOps.exif_transpose(opened)
    profile = image.info.get("icc_profile")
    image.info.clear()  # some of it would be written again
    is_lossless = format_name == "BMP" or (format_name == "WEBP" and webp.is_lossless(content))
    out = io.BytesIO()
    if is_lossless or _is_transparent(image):
        image.save(out, "PNG", icc_profile=profile)
    else:
        image.convert("RGB").save(out, "JPEG", quality=_QUALITY, icc_profile=profile)
    return out.getvalue()


def _is_transparent(image: Image.Image) -> bool:
    return "A" in image.getbands() and image.getchannel("A").getextrema() != (255, 255)


if __name__ == "__main__":
    main()
