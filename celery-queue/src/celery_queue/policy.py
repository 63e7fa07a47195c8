"""What a failed attempt means for its image: again, never again, or nobody's failure."""

import random

from celery_queue.errors import SourceError
from imgur import ImgurBlocked, ImgurError, ImgurThrottled, ImgurUnauthorized
from jobs.model import Failed, Failure, Released, Retry

#: How often an image is begun before a passing failure of its source, or of Imgur, is final.
SOURCE_ATTEMPTS, IMGUR_ATTEMPTS = 3, 5
#: A source that asks for a longer wait than this, in seconds, is asked again all the same.
MOST_PATIENCE = 3600.0

#: Seconds of the first pause when Imgur does not say for how long; each one after it is longer.
_COOL_DOWN = {ImgurThrottled: 60.0, ImgurBlocked: 600.0, ImgurUnauthorized: 60.0}
#: Seconds of refusals, without one upload between them, after which Imgur is believed.
_BLOCKED_FOR_GOOD = 86_400.0


def cool_down_after(error: SourceError | ImgurError) -> float | None:
    """Seconds that the whole destination has to wait at first, or None: it is the image's own."""
    kinds = (cool_down for kind, cool_down in _COOL_DOWN.items() if isinstance(error, kind))
    return next(kinds, None)


def after_refusal(error: ImgurError, refused_for: float) -> Failed | Released:
    """What becomes of an image that met a pause; `refused_for` seconds nothing was taken."""
    if isinstance(error, ImgurBlocked) and refused_for >= _BLOCKED_FOR_GOOD:
        return Failed(Failure(error.code, error.message, error.retryable))
    return Released()


def after_failure(error: SourceError | ImgurError, attempt: int) -> Failed | Retry:
    """What becomes of an image whose attempt (counted from 1) failed by its own or its source."""
    failure = Failure(error.code, error.message, error.retryable)
    attempts = SOURCE_ATTEMPTS if isinstance(error, SourceError) else IMGUR_ATTEMPTS
    if not error.retryable or attempt >= attempts:
        return Failed(failure)
    if error.retry_after:
        # Never before it is time, and not all at once.
        return Retry(failure, min(error.retry_after * random.uniform(1, 1.1), MOST_PATIENCE))  # noqa: S311
    return Retry(failure, backoff(attempt))


def backoff(attempt: int) -> float:
    """Seconds before the next attempt: 1-2, 2-4, 4-8, ... so that not all come at once."""
    return float(2 ** (attempt - 1)) * random.uniform(1, 2)  # noqa: S311 - spreads, hides nothing
