"""One image, uploaded while its client waits."""

from api import shapes
from api.openapi import examples
from api.openapi.headers import APPLIED, LOCATION, REPLAYED, RETRY_AFTER
from api.openapi.operation import Part, answer, named, operation
from api.openapi.operations.jobs import SHOW_JOB
from api.openapi.parameters import IDEMPOTENCY_KEY, PREFER
from api.openapi.schemas import ref
from api.requests import ImageRequest


def _file(part: str) -> Part:
    return {
        "type": "object",
        "properties": {
            part: {
                "type": "string",
                "contentMediaType": "application/octet-stream",
                "description": "The file.",
            }
        },
        "required": [part],
        "additionalProperties": False,
    }


upload = operation(
    "uploadImage",
    "Images",
    "Upload one image",
    """Uploads an image and answers when it is done, with its link and a URL that deletes it again.
    Where that takes longer than 25 seconds, or than the client prefers to wait, the answer is the
    job, which goes on; so it is when Imgur's budget is spent. The image is uploaded though its
    bytes be at Imgur already, and is given to no other job.""",
    parameters=[IDEMPOTENCY_KEY, PREFER],
    body={
        "required": True,
        "description": "Where the image is; or itself, as a file.",
        "content": {
            "application/json": {
                "schema": ref(ImageRequest),
                "examples": named(url=("A URL", {"url": examples.CAT})),
            },
            "multipart/form-data": {
                "schema": {"anyOf": [_file("image"), _file("file"), ref(ImageRequest)]},
                "examples": named(
                    file=("A file", {"image": "(the bytes of black-cat.jpg)"}),
                    url=("A URL", {"url": examples.CAT}),
                ),
            },
        },
    },
    answers={
        201: answer(
            "The image is at Imgur.",
            shapes.UploadedImage,
            examples.ONE_IMAGE,
            headers={**LOCATION, **REPLAYED, **APPLIED},
            links={"job": SHOW_JOB},
        ),
        202: answer(
            "It takes longer: the image is uploaded by this job.",
            shapes.Submitted,
            examples.SUBMITTED,
            headers={**LOCATION, **RETRY_AFTER, **REPLAYED, **APPLIED},
            links={"job": SHOW_JOB},
        ),
    },
    problems=[
        "malformed-body",
        "invalid-header",
        408,
        410,
        413,
        415,
        "image-failed",
        "invalid-body",
        "idempotency-key-reused",
        "store-unavailable",
        "staging-unavailable",
        "staging-full",
    ],
)
