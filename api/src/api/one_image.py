"""One image, uploaded while its client waits: for ShareX, PicGo and scripts.

It goes the way of all jobs. Its job is deletable, so that the answer can have a deletion URL.
"""

from dataclasses import replace
from time import monotonic, sleep

from flask import Blueprint, url_for

from api import shapes
from api.accepting import add_job
from api.bodies import parse_image
from api.documents import read_document
from api.presenting import present_failure, present_uploaded
from api.problems import Problem
from api.requests import Context
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.model import Image, ImageStatus
from jobs.store import JobStore

#: Seconds that a client waits; then the job goes on without it.
PATIENCE = 25.0

Answer = tuple[shapes.UploadedImage | shapes.Submitted, int, dict[str, str]]


def one_image(settings: ApiSettings, store: JobStore, dispatcher: Dispatcher) -> Blueprint:
    """The route, over this store."""
    routes = Blueprint("one_image", __name__)

    @routes.post("/v1/images")
    def upload() -> Answer:
        url, options = parse_image(read_document(settings), Context.of(settings))
        options = replace(options, deletable=True)
        job_id, headers = add_job(settings, store, dispatcher, [url], options)
        image = _wait(store, job_id)
        if image.status is ImageStatus.PENDING:
            return {"jobId": job_id}, 202, headers
        del headers["Retry-After"]
        if image.error:
            error = present_failure(image.error)
            detail = image.error.message
            raise Problem(422, detail, kind="image-failed", error=error, jobId=job_id)
        if not image.link:
            raise Problem(410, "The image was deleted after this request was sent first.")
        return present_uploaded(image, job_id, _deletion_url(store, job_id)), 201, headers

    return routes


def _wait(store: JobStore, job_id: str) -> Image:
    deadline = monotonic() + PATIENCE
    while True:
        (image,) = store.images(job_id, None, 1, None).items
        if image.status is not ImageStatus.PENDING or monotonic() > deadline:
            return image
        sleep(0.05)


def _deletion_url(store: JobStore, job_id: str) -> str | None:
    token = store.permit_deletion(job_id, 0)
    return token and url_for("deletion.ask", token=token, _external=True)
