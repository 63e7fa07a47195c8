"""Images: of one job, and the links of all that were uploaded."""

from api import shapes
from api.openapi import examples
from api.openapi.operation import Part, answer, operation
from api.openapi.operations.one_image import upload
from api.openapi.parameters import CURSOR, JOB, LINK_CURSOR, limit, status
from api.parameters import MAX_PAGE
from jobs.model import ImageStatus

_TAG = "Images"

_list = operation(
    "listImagesOfJob",
    _TAG,
    "List the images of a job",
    "What became of each image of a job, in the order submitted: its link, or why it failed.",
    parameters=[status(ImageStatus), limit(100), CURSOR],
    answers={200: answer("A page of images.", shapes.Images, examples.IMAGES)},
    problems=["invalid-parameter", "unknown-job"],
)

_links = operation(
    "listLinks",
    _TAG,
    "List all links",
    "The Imgur links of all uploaded images of this client, newest first.",
    parameters=[limit(MAX_PAGE), LINK_CURSOR],
    answers={200: answer("A page of links.", shapes.Links, examples.LINKS)},
    problems=["invalid-parameter"],
)

PATHS: dict[str, Part] = {
    "/v1/images": {"post": upload, "get": _links},
    "/v1/images/upload/{jobId}/images": {"parameters": [JOB], "get": _list},
}
