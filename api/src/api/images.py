"""The two ends of the contract (design §2): URLs of images in, links of images out."""

from uuid import uuid4

from flask import Blueprint, request

from api import shapes
from api.accepting import add_job, run_after_the_answer
from api.access import caller
from api.dispatching import DispatchSoon
from api.parameters import (
    MAX_PAGE,
    STREAM_ID,
    parse_cursor,
    parse_limit,
)
from api.presenting import present_links
from api.settings import ApiSettings
from api.submissions import read_submission
from jobs.staging import Staging
from jobs.store import JobStore


def images(
    settings: ApiSettings, store: JobStore, dispatch: DispatchSoon, staging: Staging
) -> Blueprint:
    """The routes, over this store and these staged files."""
    routes = Blueprint("images", __name__, url_prefix="/v1/images")

    @routes.post("/upload")
    def submit() -> tuple[shapes.Submitted, int, dict[str, str]]:
        with staging.files_of(str(uuid4())) as files:
            job = read_submission(settings, files)
            job_id, headers = add_job(settings, store, job, files)
        run_after_the_answer(dispatch)
        return {"jobId": job_id}, 202, headers

    @routes.get("")
    def links() -> shapes.Links:
        limit = parse_limit(request.args, MAX_PAGE)
        cursor = parse_cursor(request.args, STREAM_ID)
        return present_links(store.links(limit, cursor, caller().sees))

    return routes
