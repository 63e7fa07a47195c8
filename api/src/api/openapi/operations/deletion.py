"""Deleting an image by the link that its upload gave."""

from api import shapes
from api.openapi import examples
from api.openapi.operation import Part, answer, operation
from api.openapi.parameters import TOKEN

_TAG = "Images"

_ask = operation(
    "showDeletion",
    _TAG,
    "Ask before an image is deleted",
    "A page for people, which says what the link deletes and has a form that does it.",
    answers={
        200: {
            "description": "The page.",
            "content": {
                "text/html": {"schema": {"type": "string"}, "example": "<!doctype html>..."}
            },
        }
    },
    problems=["unknown-deletion"],
    keyless=True,
)

_confirm = operation(
    "confirmDeletion",
    _TAG,
    "Delete an image from its page",
    "What the form of the page sends. The token is a key of its own.",
    answers={
        303: {
            "description": "A worker deletes it; the page says how far that is.",
            "headers": {
                "Location": {
                    "description": "The page.",
                    "schema": {"type": "string", "format": "uri-reference"},
                    "required": True,
                    "example": "/v1/images/delete/Vq3yNn2sX0m8c1Kp5tRw7A",
                }
            },
        }
    },
    problems=["unknown-deletion"],
    keyless=True,
)

_delete = operation(
    "deleteImage",
    _TAG,
    "Delete an image",
    "Deletes the image at Imgur: a worker does it. The token is a key of its own.",
    answers={
        200: answer("It is deleted.", shapes.Deletion, examples.DELETED),
        202: answer("A worker deletes it.", shapes.Deletion, examples.DELETION),
    },
    problems=["unknown-deletion"],
    keyless=True,
)

PATHS: dict[str, Part] = {
    "/v1/images/delete/{token}": {
        "parameters": [TOKEN],
        "get": _ask,
        "post": _confirm,
        "delete": _delete,
    }
}
