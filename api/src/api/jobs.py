"""What a client may do with jobs that were added (design §2): look at them, cancel, retry."""

from uuid import UUID

from flask import Blueprint, request

from api import shapes
from api.accepting import accepted, run_after_the_answer
from api.access import caller, show_own_jobs_alone
from api.bodies import parse_retry, unknown_urls
from api.dispatching import DispatchSoon
from api.documents import read_document
from api.limits import note_urls, urls_quota
from api.parameters import NUMBER, parse_cursor, parse_limit, parse_status
from api.presenting import (
    present_images,
    present_in_older_dialect,
    present_jobs,
)
from api.requests import Context
from api.settings import ApiSettings
from api.watching.events import events
from api.watching.feed import Feed
from api.watching.states import States
from jobs.errors import UnknownURLs
from jobs.model import ImageStatus, JobStatus
from jobs.store import JobStore

Headers = dict[str, str]


def jobs(
    settings: ApiSettings, store: JobStore, dispatch: DispatchSoon, states: States, feed: Feed
) -> Blueprint:
    """The routes, over this store."""
    routes = Blueprint("jobs", __name__, url_prefix="/v1/images")
    routes.register_blueprint(events(store, feed))
    show_own_jobs_alone(routes, store)

    @routes.get("/upload")
    def all_jobs() -> shapes.Jobs:
        status = parse_status(request.args, JobStatus)
        limit, cursor = parse_limit(request.args, 100), parse_cursor(request.args, NUMBER)
        label = request.args.get("label")
        return present_jobs(store.jobs(status, limit, cursor, caller().sees, label))

    @routes.get("/upload/<uuid:job_id>")
    def job(job_id: UUID) -> tuple[shapes.Job, Headers]:
        return _show(str(job_id))

    @routes.get("/uploaded/<uuid:job_id>")
    def job_in_older_dialect(job_id: UUID) -> tuple[shapes.OlderJob, Headers]:
        body, headers = _show(str(job_id))
        return present_in_older_dialect(body), headers

    @routes.delete("/upload/<uuid:job_id>")
    def cancel(job_id: UUID) -> tuple[shapes.Job, Headers]:
        store.cancel(str(job_id))
        return _show(str(job_id))

    @routes.post("/upload/<uuid:job_id>/retry")
    def retry(job_id: UUID) -> tuple[shapes.Retried, int, Headers]:
        document = read_document(settings, optional=True)
        which = parse_retry(document, Context.of(settings))
        try:
            retried = store.retry(str(job_id), which, urls_quota(settings))
        except UnknownURLs as error:
            raise unknown_urls(error.positions) from None
        note_urls(retried)
        run_after_the_answer(dispatch)
        return {"jobId": str(job_id), "retried": retried}, 202, accepted(str(job_id))

    @routes.get("/upload/<uuid:job_id>/images")
    def images_of_job(job_id: UUID) -> shapes.Images:
        status = parse_status(request.args, ImageStatus)
        limit, cursor = parse_limit(request.args, 100), parse_cursor(request.args, NUMBER)
        return present_images(store.images(str(job_id), status, limit, cursor))

    def _show(job_id: str) -> tuple[shapes.Job, Headers]:
        body, state = states.show(job_id)
        return body, state.headers()

    return routes
