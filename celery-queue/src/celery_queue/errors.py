"""What can be wrong with a source: the failures that belong to the user's URL, or file.

The tree is the retry policy; a class says what the user reads.

* SourceError
  * PermanentSourceError
    x ForbiddenAddress
    x InvalidSource
    x HostNotFound
    x SourceRefused
    x SourceNotFound
    x SourceRemoved
    x TooManyRedirects
    x ImageTooLarge
    x EncodedBody
    x NotAnImage
    x TypeNotAccepted
    x NotConverted
    x TooManyPixels
    x TooManyFrames
    x Polyglot
    x FileGone
  * TransientSourceError
    x SourceUnreachable
    x SourceTimeout
    x SourceUnavailable
    x IncompleteBody
    x FileUnavailable
    x TruncatedImage
"""

from typing import ClassVar


class SourceError(Exception):
    """Base of all. The message may be shown; the chained cause may hold the URL: log its class."""

    code: ClassVar[str]
    """Stable, for programs."""
    message: str
    """For the user: what is wrong and whether trying again helps. No URL, address or port."""
    retryable: ClassVar[bool]
    retry_after: float | None
    """Seconds the source asked us to wait, if it did."""

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)
        self.retry_after = retry_after


class PermanentSourceError(SourceError):
    """Trying again does not help."""

    retryable = False


class TransientSourceError(SourceError):
    """Trying again may help."""

    retryable = True


class ForbiddenAddress(PermanentSourceError):
    """The host is, or resolves to, an address or port that this service does not connect to.

    Which and why is never said: it would make the service a scanner of its own network.
    """

    code = "source-forbidden"
    message = "This service does not connect to the source's address."


class InvalidSource(PermanentSourceError):
    """The URL, or the one a redirect led to, is not one that is taken."""

    code = "source-invalid"
    message = "The URL, or the one it redirects to, is not a valid http or https URL."


class HostNotFound(PermanentSourceError):
    """The name does not exist, or has no address."""

    code = "source-host-not-found"
    message = "The source's host name does not exist."


class SourceUnreachable(TransientSourceError):
    """No connection, or it broke: refused, reset, TLS, DNS out of order, an answer not HTTP."""

    code = "source-unreachable"
    message = "The source cannot be reached; trying again later may help."


class SourceTimeout(TransientSourceError):
    """The deadline over the whole exchange passed."""

    code = "source-timeout"
    message = "The source took too long; trying again later may help."


class SourceRefused(PermanentSourceError):
    """A status that says no, and will say so again."""

    code = "source-refused"

    def __init__(self, status: int) -> None:
        super().__init__(f"The source answered with HTTP status {status}; it has no image for us.")


class SourceNotFound(PermanentSourceError):
    """HTTP status 404 or 410."""

    code = "source-not-found"
    message = "There is nothing at the URL (any more)."


class SourceRemoved(PermanentSourceError):
    """Imgur redirects a deleted image to a placeholder, `removed.png`."""

    code = "source-removed"
    message = "The source image no longer exists."


class SourceUnavailable(TransientSourceError):
    """A status that says not now: 408, 425, 429 and 5xx."""

    code = "source-unavailable"

    def __init__(self, status: int, *, retry_after: float | None = None) -> None:
        super().__init__(
            f"The source answered with HTTP status {status}; trying again later may help.",
            retry_after=retry_after,
        )


class TooManyRedirects(PermanentSourceError):
    """More redirects than are followed."""

    code = "source-redirects"
    message = "The source redirects too often."


class ImageTooLarge(PermanentSourceError):
    """More bytes than are fetched."""

    code = "source-too-large"

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"The image is larger than {max_bytes / 1_000_000:g} MB.")


class EncodedBody(PermanentSourceError):
    """The body is compressed although we asked that it be not."""

    code = "source-encoded"
    message = "The source answers with a compressed body, which is not taken."


class IncompleteBody(TransientSourceError):
    """The body ended before its announced length."""

    code = "source-incomplete"
    message = "The source sent only a part of the image; trying again may help."


class NotAnImage(PermanentSourceError):
    """The bytes are not an image or video we know, or its header is damaged."""

    code = "source-not-an-image"

    def __init__(self, what: str) -> None:
        super().__init__(f"The source is not an image: it is {what}.")


class TypeNotAccepted(PermanentSourceError):
    """An image of a type that Imgur refuses."""

    code = "source-type-not-accepted"

    def __init__(self, kind: str) -> None:
        super().__init__(f"Imgur does not take {kind} images.")
        self.kind = kind


class NotConverted(PermanentSourceError):
    """An image of such a type that could not be turned into one that Imgur takes."""

    code = "source-not-converted"

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(f"Imgur does not take {kind} images, and this one {why}.")


class TooManyPixels(PermanentSourceError):
    """Wider times higher than is uploaded, as its header says."""

    code = "source-too-many-pixels"

    def __init__(self, most: int) -> None:
        super().__init__(f"The image has more than {most // 1_000_000} megapixels.")


class TooManyFrames(PermanentSourceError):
    """An animation, or a document, of more pictures than are uploaded."""

    code = "source-too-many-frames"

    def __init__(self, most: int) -> None:
        super().__init__(f"The image has more than {most} frames.")


class Polyglot(PermanentSourceError):
    """An image that another program would take for something else, and perhaps run."""

    code = "source-polyglot"

    def __init__(self, what: str) -> None:
        super().__init__(f"The source is an image and {what} at once, which is not taken.")


class FileGone(PermanentSourceError):
    """The file that a client sent is not in staging (any more)."""

    code = "file-gone"
    message = "The service has this file no longer; send it again."


class FileUnavailable(TransientSourceError):
    """Staging does not answer."""

    code = "file-unavailable"
    message = "The service cannot read this file now; trying again later may help."


class TruncatedImage(TransientSourceError):
    """The file ends before its end.

    An answer without a length that breaks off looks like a whole one, and so does a file that
    its owner still writes: the next attempt may get all of it, and costs nothing at Imgur.
    """

    code = "source-truncated"
    message = "The image ends too early; trying again may help."
