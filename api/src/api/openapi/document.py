"""The OpenAPI document of the API, put together of its parts."""

from functools import cache
from importlib.metadata import version

from api.openapi.operation import Part, responses_of_every_route
from api.openapi.operations import PATHS
from api.openapi.schemas import schemas
from api.openapi.webhooks import WEBHOOKS

_DESCRIPTION = """
Imgferry takes batches of image URLs and ferries every image to Imgur, however long that takes.

Submit a list and get a job id at once; look at the job whenever you like. Imgur's limits are kept
by the service: a batch that is larger than they allow waits and goes on by itself.

Every error is `application/problem+json` (RFC 9457): `type` says its kind, `detail` what to do, and
`errors` where a request is wrong. Answers may get new members; ignore those you do not know.
"""

_TAGS = [
    {"name": "Jobs", "description": "Batches of images: submitted, looked at, cancelled, retried."},
    {"name": "Images", "description": "What became of images, and their links."},
    {"name": "Webhooks", "description": "Who is told that a job is complete, and how it went."},
    {"name": "Service", "description": "What Imgur allows, health, and this document."},
]


@cache
def document() -> Part:
    """The document as JSON takes it (OpenAPI 3.1.0). It is the same for everybody."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Imgferry",
            "version": version("imgferry-api"),
            "summary": "Ferries batches of images from their URLs to Imgur",
            "description": _DESCRIPTION.strip(),
            "contact": {"name": "Whoever runs this service"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This service"}],
        "tags": _TAGS,
        "paths": PATHS,
        "webhooks": WEBHOOKS,
        "components": {
            "schemas": schemas(),
            "responses": responses_of_every_route(),
            "securitySchemes": {
                "ApiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key of this service, where it has keys. Without keys it "
                    "answers its own machine.",
                }
            },
        },
    }
