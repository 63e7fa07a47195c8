"""Reads the form of an upload: multipart/form-data (RFC 7578) or urlencoded, from the whole body.

Not a general parser: no nesting, no part that names its own charset or transfer encoding. The
whole body is in memory anyway, so a part is found with `bytes.find` and copied once.
"""

import binascii
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from sandbox.imgur.errors import Refused

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,200})"|([^\s;,]{1,200}))', re.IGNORECASE)
_NAME = re.compile(rb'[; ]name="([^"]*)"', re.IGNORECASE)
_FILENAME = re.compile(rb'[; ]filename="([^"]*)"', re.IGNORECASE)


@dataclass(slots=True)
class Form:
    """The text fields, and the image where a part or field of that name had one."""

    fields: dict[str, str] = field(default_factory=dict)
    image: bytes = b""
    filename: str = ""


def read_form(content_type: str, body: bytes) -> Form:
    """Read the form of an upload. Raises Refused where it is none."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _read_multipart(content_type, body)
    if kind == "application/x-www-form-urlencoded":
        form = Form()
        try:
            form.fields = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True))
        except UnicodeDecodeError:
            raise Refused(400, "Bad Request") from None
        return _with_image_as_text(form)
    raise Refused(400, "Bad Request")


def _read_multipart(content_type: str, body: bytes) -> Form:
    boundary = _BOUNDARY.search(content_type)
    if not boundary:
        raise Refused(400, "Bad Request")
    delimiter = b"\r\n--" + (boundary[1] or boundary[2]).encode()
    form = Form()
    # The first delimiter may stand at the very start, without its line break.
    end = -2 if body.startswith(delimiter[2:]) else body.find(delimiter)
    while end != -1:
        start = end + len(delimiter)
        if body.startswith(b"--", start):
            return _with_image_as_text(form)
        end, content = body.find(delimiter, start), body.find(b"\r\n\r\n", start)
        if end == -1 or not start <= content < end:
            break
        _add_part(form, body[start:content], body[content + 4 : end])
    raise Refused(400, "Bad Request")


def _add_part(form: Form, head: bytes, content: bytes) -> None:
    name, filename = _NAME.search(head), _FILENAME.search(head)
    if not name:
        raise Refused(400, "Bad Request")
    if filename:
        form.image = content
        form.filename = filename[1].decode(errors="replace")
    else:
        form.fields[name[1].decode(errors="replace")] = content.decode(errors="replace")


def _with_image_as_text(form: Form) -> Form:
    """Where no file came, the image is base64 in the field of that name."""
    text = form.fields.pop("image", "")
    if not form.image and text:
        if text.startswith(("http://", "https://")):
            raise Refused(400, f"Invalid URL ({text[:200]})")
        try:
            form.image = binascii.a2b_base64(text)
        except binascii.Error:
            raise Refused(400, "Bad Request") from None
    if not form.image:
        raise Refused(400, "No image data was sent to the upload api")
    return form
