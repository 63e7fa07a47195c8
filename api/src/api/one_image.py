"""One image, uploaded while its client waits: for ShareX, PicGo and scripts.

It goes the way of all jobs, and so it does when the client has waited long enough. Its job is
deletable, so that the answer can have a deletion URL.
"""

from dataclasses import replace
from uuid import uuid4

import structlog
from flask import Blueprint, request, url_for

from api import shapes
from api.accepting import add_job
from api.dispatching import DispatchSoon
from api.parameters import MAX_WAIT, parse_wait
from api.presenting import present_failure, present_uploaded
from api.problems import Problem
from api.settings import ApiSettings
from api.submissions import read_image
from api.watching.feed import Feed
from api.watching.states import States
from api.watching.waiting import wait_until_complete
from jobs.errors import StoreUnavailable
from jobs.model import Image, ImageStatus
from jobs.staging import Staging
from jobs.store import JobStore

log = structlog.get_logger(__name__)

Answer = tuple[shapes.UploadedImage | shapes.Submitted, int, dict[str, str]]


def one_image(
    settings: ApiSettings,
    store: JobStore,
    dispatch: DispatchSoon,
    states: States,
    feed: Feed,
    staging: Staging,
) -> Blueprint:
    """The route, over this store, this feed and these staged files."""
    routes = Blueprint("one_image", __name__)

    @routes.post("/v1/images")
    def upload() -> Answer:
        with staging.files_of(str(uuid4())) as files:
            job = read_image(settings, files)
            job = replace(job, options=replace(job.options, deletable=True))
            job_id, headers = add_job(settings, store, job, files)
        dispatch()
        wait = parse_wait(request.headers.get("Prefer"))
        if wait:
            headers["Preference-Applied"] = f"wait={wait}"
        try:
            image, deletion_url = _await_image(store, states, feed, job_id, wait or MAX_WAIT)
        except StoreUnavailable as away:
            # It is stored, and goes on: as an error it would be sent a second time.
            log.warning("store away", reason=str(away))
            return {"jobId": job_id}, 202, headers
        if image.status is ImageStatus.PENDING:
            return {"jobId": job_id}, 202, headers
        del headers["Retry-After"]
        if image.error:
            error = present_failure(image.error)
            detail = image.error.message
            raise Problem(422, detail, kind="image-failed", error=error, jobId=job_id)
        if not image.link:
            raise Problem(410, "The image was deleted after this request was sent first.")
        return present_uploaded(image, job_id, deletion_url), 201, headers

    return routes


def _await_image(
    store: JobStore, states: States, feed: Feed, job_id: str, seconds: float
) -> tuple[Image, str | None]:
    """The job's image after so many seconds at most; where it is uploaded, what deletes it."""
    wait_until_complete(states, feed, job_id, seconds)
    (image,) = store.images(job_id, None, 1, None).items
    token = store.permit_deletion(job_id, 0) if image.link else None
    return image, token and url_for("deletion.ask", token=token, _external=True)
