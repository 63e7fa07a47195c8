"""Over the images that other projects test their decoders with: nothing crashes, nothing hangs.

A directory of any files; Pillow's `Tests/images` and libpng's `contrib` are meant.
"""

import asyncio
import io
import os
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import uvloop
from PIL import Image

from celery_queue.errors import SourceError
from celery_queue.images.formats import identify
from celery_queue.images.metadata import without_metadata
from celery_queue.images.prepare import Preparation

SHARED = Path(__file__).parents[3] / "../shared/corpora/images"
CORPUS = Path(os.environ.get("IMAGE_CORPUS", SHARED))
pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="no corpus of images: IMAGE_CORPUS names a directory of them"
)
STRIPPED = ("image/jpeg", "image/png", "image/webp")


def corpus() -> Iterator[tuple[str, bytes]]:
    for path in sorted(CORPUS.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()


def pixels(content: bytes) -> bytes | None:
    """As Pillow decodes them; None where it does not."""
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as image:
            return image.convert("RGBA").tobytes()
    return None


def test_every_file_is_read_or_refused_at_once() -> None:
    read = 0
    for name, content in corpus():
        began = time.process_time()
        with suppress(SourceError):
            identify(content)
            read += 1
        for media_type in STRIPPED:
            with suppress(SourceError):
                without_metadata(content, media_type)
        assert time.process_time() - began < 0.5, name
    assert read > 100


def test_without_metadata_every_image_has_the_same_pixels() -> None:
    compared = 0
    for name, content in corpus():
        with suppress(SourceError):
            left = without_metadata(content, identify(content).type)
            before = pixels(content)
            assert before is None or pixels(left) == before, name
            compared += before is not None
    assert compared > 100


def test_every_file_is_prepared_or_refused() -> None:
    async def main() -> int:
        preparation = Preparation(["webp", "avif", "bmp"], strip_metadata=True)
        prepared = 0
        for name, content in corpus():
            with suppress(SourceError):
                async with asyncio.timeout(30):
                    made, facts = await preparation.prepare(content)
                assert identify(made) == facts, name
                prepared += 1
        return prepared

    assert uvloop.run(main()) > 100
