"""What to send: the three calls this service makes to Imgur's API v3. Sending is the caller's part.

An upload is `POST` of a form to `UPLOAD_PATH`: the `upload_fields`, and the image's bytes as the
file part `IMAGE_PART`; `upload_form` is what goes before and after them. A deletion is `DELETE` of
the `deletion_path`. The credits are a `GET` of `CREDITS_PATH`. All carry the `authorization`.
"""

import secrets
from collections.abc import Mapping
from urllib.parse import quote

UPLOAD_PATH = "/3/image"
CREDITS_PATH = "/3/credits"
IMAGE_PART = "image"

#: Between the parts of a form. Of this process, and told to no source, so no image can have it.
_BOUNDARY = secrets.token_hex(16)


def authorization(client_id: str) -> dict[str, str]:
    """Build the header of an anonymous call (apidocs.imgur.com, "Authorization")."""
    return {"Authorization": f"Client-ID {client_id}"}


def deletion_path(deletehash: str) -> str:
    """Build the path of an anonymous image by its deletehash: a secret, and so is the path."""
    return f"{UPLOAD_PATH}/{quote(deletehash, safe='')}"


def upload_fields(*, title: str | None = None, description: str | None = None) -> dict[str, str]:
    """Build the form fields beside the image."""
    fields = {"type": "file", "title": title, "description": description}
    return {name: value for name, value in fields.items() if value is not None}


def upload_form(fields: Mapping[str, str], media_type: str) -> tuple[str, bytes, bytes]:
    """The Content-Type of an upload, and what its body has before and after the image's bytes.

    It is multipart/form-data (RFC 7578), with a boundary that no image can know.
    """
    named = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; name="
    before = "".join(f'{named}"{name}"\r\n\r\n{text}\r\n' for name, text in fields.items())
    file_name = media_type.replace("/", ".")
    before += f'{named}"{IMAGE_PART}"; filename="{file_name}"\r\nContent-Type: {media_type}\r\n\r\n'
    after = f"\r\n--{_BOUNDARY}--\r\n"
    return f"multipart/form-data; boundary={_BOUNDARY}", before.encode(), after.encode()
