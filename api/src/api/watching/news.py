"""A job that its client has already is not sent again, and awaited where that is preferred.

So say If-None-Match (RFC 9110 §13.1.2) and Prefer (RFC 7240 §4.3). Flask is asked when there is
something to send: many clients ask often, and most of them in vain.
"""

from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.http import parse_etags

from api.access import caller_of, check_owner
from api.parameters import parse_wait
from api.paths import job_at
from api.watching.feed import Feed
from api.watching.states import States
from api.watching.waiting import wait_for_another
from jobs.store import JobStore

_SAFE = frozenset({"GET", "HEAD"})


def send_news_alone(
    app: WSGIApplication, store: JobStore, states: States, feed: Feed
) -> WSGIApplication:
    """Answer 304 where nothing has changed. Raises JobNotFound."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        wait = parse_wait(environ.get("HTTP_PREFER"))
        known = parse_etags(environ.get("HTTP_IF_NONE_MATCH"))
        job_id = job_at(environ["PATH_INFO"]) if wait or known else None
        if job_id is None or environ["REQUEST_METHOD"] not in _SAFE:
            return app(environ, start_response)
        check_owner(store, caller_of(environ), job_id)
        state = states.look(job_id)
        if wait and (not known or known.contains_weak(state.etag)):
            state = wait_for_another(states, feed, job_id, state, wait)
        applied = [("Preference-Applied", f"wait={wait}")] if wait else []
        if known.contains_weak(state.etag):
            start_response("304 NOT MODIFIED", [*state.headers().items(), *applied])
            return []

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, headers + applied, *error)

        return app(environ, start)

    return serve
