"""How large an image may be, whatever it costs in bytes: a small file can hold a very large one."""

from celery_queue.errors import TooManyFrames, TooManyPixels

MAX_PIXELS = 8192 * 6144  # what a camera of 50 megapixels makes
MAX_FRAMES = 500


def check_pixels(width: int, height: int) -> None:
    """Raise TooManyPixels."""
    if width * height > MAX_PIXELS:
        raise TooManyPixels(MAX_PIXELS)


def check_frames(frames: int) -> None:
    """Raise TooManyFrames."""
    if frames > MAX_FRAMES:
        raise TooManyFrames(MAX_FRAMES)
