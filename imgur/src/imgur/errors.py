"""What Imgur may say instead of keeping an image.

The tree is the retry policy; a class says what the user reads.

* ImgurError
  * ImgurThrottled
    x ImgurUserThrottled
    x ImgurClientThrottled
    x ImgurPostsThrottled
  x ImgurBlocked
  x ImgurUnauthorized
  * ImgurUnavailable
    x ImgurNoAnswer
  * ImgurRefused
    x ImgurRefusedSize
    x ImgurRefusedType
"""

import re
from typing import ClassVar

_MAX_DETAIL = 300


class ImgurError(Exception):
    """Base of all. `str()` is for the log; the user reads `message`.

    `detail` is what Imgur said (or the caller, of an answer that never came): at most 300
    characters, one line, no URL.
    """

    code: ClassVar[str]
    """Stable, for programs."""
    message: ClassVar[str]
    """For the user: what is wrong and whether trying again helps."""
    retryable: ClassVar[bool]
    detail: str
    retry_after: float | None
    """Seconds until Imgur takes images again, where it said so."""

    def __init__(self, detail: str, *, retry_after: float | None = None) -> None:
        self.detail = _one_line(detail)
        self.retry_after = retry_after
        super().__init__(self.detail)


class ImgurThrottled(ImgurError):
    """A limit is reached: nobody's failure. The image waits, and with it the destination."""

    retryable = True


class ImgurUserThrottled(ImgurThrottled):
    """The hourly credits of this address (or account) are used up, or uploads came too fast."""

    code = "imgur-user-throttled"
    message = (
        "Imgur has taken as many images from this service as it allows for now;"
        " the image waits and is uploaded later by itself."
    )


class ImgurClientThrottled(ImgurThrottled):
    """The daily credits of the client id are used up. Five such days in a month block it."""

    code = "imgur-client-throttled"
    message = (
        "Imgur has taken as many images from this service as it allows in a day;"
        " the image waits and is uploaded later by itself."
    )


class ImgurPostsThrottled(ImgurThrottled):
    """The hourly POSTs of this address, whatever the client id, are used up."""

    code = "imgur-posts-throttled"
    message = (
        "Imgur has taken as many requests from this service's address as it allows in an hour;"
        " the image waits and is uploaded later by itself."
    )


class ImgurBlocked(ImgurError):
    """Imgur refuses this address, region or client id, not this image. Wait long: 10 minutes up."""

    code = "imgur-blocked"
    message = "Imgur refuses uploads from this service; trying again much later may help."
    retryable = True


class ImgurUnauthorized(ImgurError):
    """Imgur does not accept the client id or token. The operator has to mend that."""

    code = "imgur-unauthorized"
    message = (
        "Imgur does not accept this service's credentials;"
        " trying again helps only when its operator has corrected them."
    )
    retryable = False


class ImgurUnavailable(ImgurError):
    """Imgur is out of order, or what it says means nothing; or (the caller raises it) is away."""

    code = "imgur-unavailable"
    message = "Imgur could not take the image at that moment; trying again later may help."
    retryable = True


class ImgurNoAnswer(ImgurUnavailable):
    """The answer never came: for the caller to raise. The image may have been kept.

    There is no idempotency key, so trying again can make a second copy.
    """

    code = "imgur-no-answer"
    message = "Imgur did not answer, so it may have the image or not; trying again later may help."


class ImgurRefused(ImgurError):
    """Imgur does not want this image, and will say so again."""

    code = "imgur-refused"
    message = "Imgur refuses this image; trying again does not help."
    retryable = False


class ImgurRefusedSize(ImgurRefused):
    """More bytes than Imgur takes of this type."""

    code = "imgur-refused-size"
    message = "The image is larger than Imgur takes; trying again does not help."


class ImgurRefusedType(ImgurRefused):
    """A type that Imgur does not take, or an image it cannot read."""

    code = "imgur-refused-type"
    message = (
        "Imgur does not take images of this type, or cannot read this one;"
        " trying again does not help."
    )


def _one_line(text: str) -> str:
    """Make foreign text fit for a log: printable, no URL (it may be a secret), no longer than 300.

    Cut first, so that a megabyte costs no more than a line.
    """
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * _MAX_DETAIL])
    line = re.sub(r"\S*://\S*", "(URL)", " ".join(printable.split()))
    return line[:_MAX_DETAIL]
