"""Feeds the readers of the formats with what atheris makes up. Run by hand; pytest leaves it alone.

    uv run --with atheris python tests/celery_queue/images/fuzz_formats.py -max_total_time=600 SEEDS

SEEDS is a directory of small images, which it fills with what reaches new lines. It ends at the
first input that breaks a promise, and writes it to a file: make that a case of test_formats.py.
"""

import sys
import time
from contextlib import suppress

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["celery_queue"]):
    from celery_queue.errors import SourceError
    from celery_queue.images import webp
    from celery_queue.images.formats import damage_in, identify
    from celery_queue.images.limits import MAX_PIXELS
    from celery_queue.images.markup import kind_of_markup
    from celery_queue.images.metadata import without_metadata

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
SECONDS = 0.5


def check(content: bytes) -> None:
    """Read a file in every way there is. Only SourceError may come out of it."""
    began = time.process_time()
    with suppress(SourceError):
        facts = identify(content)
        assert 1 <= facts.width * facts.height <= MAX_PIXELS
    with suppress(SourceError), damage_in("image/webp"):
        webp.size(content)
        webp.is_lossless(content)
    for media_type in MEDIA_TYPES:
        with suppress(SourceError):
            stripped = without_metadata(content, media_type)
            assert len(stripped) <= len(content) + 64
            assert without_metadata(stripped, media_type) == stripped
    kind_of_markup(content)
    assert time.process_time() - began < SECONDS


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
