"""How a conversion ended: the exit statuses of `celery_queue.images.decoder`, beside 0."""

from enum import IntEnum


class Verdict(IntEnum):
    """None is 1, 2 or 120, with which Python ends by itself."""

    TOO_MANY_PIXELS = 3
    SEVERAL_PICTURES = 4
    TOO_MUCH_MEMORY = 5
    NOT_DECODED = 6
