"""Metadata: what an image tells besides its picture, perhaps where it was taken."""

from celery_queue.images import jpeg, png, webp
from celery_queue.images.formats import damage_in

_WITHOUT = {
    "image/jpeg": jpeg.without_metadata,
    "image/png": png.without_metadata,
    "image/webp": webp.without_metadata,
}


def without_metadata(content: bytes, media_type: str) -> bytes:
    """The same picture, not encoded again, with its orientation and its colour profile only.

    Types other than JPEG, PNG and WebP stay as they are. Raises SourceError for a file so damaged
    that nobody can say where its metadata is.
    """
    if media_type not in _WITHOUT:
        return content
    with damage_in(media_type):
        return _WITHOUT[media_type](content)
