"""The two ends of the contract (design §2): URLs of images in, links of images out."""

import json
from dataclasses import asdict

from flask import Blueprint, request

from api import shapes
from api.accepting import accept
from api.access import caller
from api.limits import note_urls, urls_quota
from api.parameters import (
    MAX_PAGE,
    STREAM_ID,
    parse_cursor,
    parse_idempotency_key,
    parse_limit,
)
from api.presenting import present_links
from api.settings import ApiSettings
from api.submissions import read_submission
from jobs.dispatch import Dispatcher
from jobs.model import Once
from jobs.store import JobStore


def images(settings: ApiSettings, store: JobStore, dispatcher: Dispatcher) -> Blueprint:
    """The routes, over this store."""
    routes = Blueprint("images", __name__, url_prefix="/v1/images")

    @routes.post("/upload")
    def submit() -> tuple[shapes.Submitted, int, dict[str, str]]:
        key = parse_idempotency_key(request.headers.get("Idempotency-Key"))
        urls, options = read_submission(settings)
        # What the body means, however it is written.
        once = None if key is None else Once(key, json.dumps([urls, asdict(options)]))
        added = store.add(urls, options, once, caller().owner, urls_quota(settings))
        headers = accept(dispatcher, added.job_id)
        if added.replayed:
            headers["Idempotent-Replayed"] = "true"
        else:
            note_urls(len(urls))
        return {"jobId": added.job_id}, 202, headers

    @routes.get("")
    def links() -> shapes.Links:
        limit = parse_limit(request.args, MAX_PAGE)
        cursor = parse_cursor(request.args, STREAM_ID)
        return present_links(store.links(limit, cursor, caller().sees))

    return routes
