"""What to send: the two calls this service makes to Imgur's API v3. Sending is the caller's part.

An upload is `POST` of multipart/form-data to `UPLOAD_PATH`: the `upload_fields` and the image's
bytes as the file part `IMAGE_PART`. The credits are a `GET` of `CREDITS_PATH`. Both carry the
`authorization` headers.
"""

UPLOAD_PATH = "/3/image"
CREDITS_PATH = "/3/credits"
IMAGE_PART = "image"


def authorization(client_id: str) -> dict[str, str]:
    """Build the header of an anonymous call (apidocs.imgur.com, "Authorization")."""
    return {"Authorization": f"Client-ID {client_id}"}


def upload_fields(
    *, title: str | None = None, description: str | None = None, album: str | None = None
) -> dict[str, str]:
    """Build the form fields beside the image. `album` is the deletehash of an anonymous album."""
    fields = {"type": "file", "title": title, "description": description, "album": album}
    return {name: value for name, value in fields.items() if value is not None}
