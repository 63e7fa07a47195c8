"""Images that are something else as well: a page, a drawing, a document or a script at their head.

Imgur serves what it gets. A browser that guesses types looks at the first 1,445 bytes (WHATWG MIME
Sniffing §5.2), a PDF reader for its mark in the first 1,024; a script has to begin with the file.
What stands further behind is not looked at: photos end with videos, thumbnails and zeros.
"""

import re

_HEAD, _PDF_HEAD = 1_445, 1_024

_MARKUP = re.compile(
    rb"<(?:(?:[\w.-]{1,20}:)?(svg)|!doctype|html|head|body|script|iframe|object|embed|\?php)[\s/>]",
    re.IGNORECASE,
)
"""None of them is in the metadata that programs write, XMP included."""

_TEXT = rb"[\t\n\r -~]"
_SCRIPT = re.compile(
    # To JavaScript, GIF89a is a name, and so are the first bytes of a JPEG in Latin-1. A size of
    # the screen, or a length of the first segment, then begins a comment; code follows its end.
    rb"(?:GIF8[79]a|\xff\xd8\xff.)/(?>\*.{0,131072}?\*/|/.{0,131072}?[\r\n])" + _TEXT + rb"{4}"
    # Or there is no comment, and the size is code: all seven bytes of it are text.
    rb"|GIF8[79]a" + _TEXT + rb"{7}",
    re.DOTALL,
)


def second_nature(content: bytes) -> str | None:
    """What an image is besides, in words for the user; None where it is nothing else."""
    if markup := _MARKUP.search(content, 0, _HEAD):
        return "an SVG drawing" if markup[1] else "a web page"
    if content.find(b"%PDF-", 0, _PDF_HEAD) >= 0:
        return "a PDF document"
    return "a script" if _SCRIPT.match(content) else None
