"""Markup where an image was expected: most often the page around it, sometimes an SVG drawing."""

import codecs
import re

_HEAD = 65_536
"""Bytes looked at: comments before the first element may be long."""

_BEFORE_THE_ROOT = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_SVG = re.compile(r"<(?:!doctype\s+)?(?:[\w.-]+:)?svg\b", re.IGNORECASE)
_MARKUP = re.compile(r"<[a-z!?]", re.IGNORECASE)


def kind_of_markup(content: bytes) -> str | None:
    """What it is, in words for the user; None where this is no markup at all."""
    text = _decode(content[:_HEAD])
    root = _BEFORE_THE_ROOT.match(text)
    start = root.end() if root else 0
    if _SVG.match(text, start):
        return "an SVG drawing"
    if _MARKUP.match(text, start):
        return "a web page"
    return None


def _decode(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1")
