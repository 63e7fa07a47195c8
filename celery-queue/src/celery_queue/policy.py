"""What a failed attempt means for its image: again, never again, or nobody's failure."""

import random

from celery_queue.errors import SourceError
from imgur import (
    ImgurBlocked,
    ImgurClientThrottled,
    ImgurError,
    ImgurNoAnswer,
    ImgurThrottled,
    ImgurUnauthorized,
)
from jobs.model import Failed, Failure, Released, Retry

#: How often an image is begun before a passing failure of its source, or of Imgur, is final.
SOURCE_ATTEMPTS, IMGUR_ATTEMPTS = 3, 5
#: A source that asks for a longer wait than this, in seconds, is asked again all the same.
MOST_PATIENCE = 3600.0

#: Seconds of the first pause when Imgur does not say for how long; each one after it is longer.
#: The first kind that fits. To be refused on five days of a month blocks the client id.
_COOL_DOWN: dict[type[ImgurError], float] = {
    ImgurClientThrottled: 3600.0,
    ImgurThrottled: 60.0,
    ImgurBlocked: 600.0,
    ImgurUnauthorized: 60.0,
}
#: Seconds of being blocked, without one upload between, after which Imgur is believed.
_BLOCKED_FOR_GOOD = 86_400.0


def cool_down_after(error: ImgurError) -> float | None:
    """Seconds that the whole destination has to wait at first, or None: it is the image's own."""
    kinds = (cool_down for kind, cool_down in _COOL_DOWN.items() if isinstance(error, kind))
    return next(kinds, None)


def patience_with(error: ImgurError) -> float | None:
    """Seconds of nothing but this error after which all images that wait fail; None: never."""
    return _BLOCKED_FOR_GOOD if isinstance(error, ImgurBlocked) else None


def failure_of(error: SourceError | ImgurError) -> Failure:
    """What the user reads of it."""
    return Failure(error.code, error.message, error.retryable)


def after_failure(error: SourceError | ImgurError, attempt: int) -> Failed | Retry:
    """What becomes of an image whose attempt (counted from 1) failed by its own or its source."""
    failure = failure_of(error)
    attempts = SOURCE_ATTEMPTS if isinstance(error, SourceError) else IMGUR_ATTEMPTS
    arrived = isinstance(error, ImgurNoAnswer)
    if not error.retryable or attempt >= attempts:
        return Failed(failure, arrived)
    after = backoff(attempt)
    if error.retry_after:
        # Never before it is time, and not all at once.
        after = min(error.retry_after * random.uniform(1, 1.1), MOST_PATIENCE)  # noqa: S311
    return Retry(failure, after, arrived)


def after_busy(wait: float) -> Released:
    """What becomes of an image whose source has no place for it, for `wait` seconds more."""
    return Released(min(max(wait, 1) * random.uniform(1, 1.5), MOST_PATIENCE))  # noqa: S311


def backoff(attempt: int) -> float:
    """Seconds before the next attempt: 1-2, 2-4, 4-8, ... so that not all come at once."""
    return float(2 ** (attempt - 1)) * random.uniform(1, 2)  # noqa: S311 - spreads, hides nothing
