"""A job that its client has already is not sent again, and awaited where that is preferred.

So say If-None-Match (RFC 9110 §13.1.2) and Prefer (RFC 7240 §4.3). Flask is asked when there is
something to send: many clients ask often, and most of them in vain.
"""

from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.datastructures import ETags
from werkzeug.http import parse_etags

from api.access import Caller, caller_of, check_owner
from api.parameters import parse_wait
from api.paths import job_at
from api.problems import problem_of
from api.watching.feed import Feed
from api.watching.states import State, States
from api.watching.waiting import wait_for_another
from jobs.errors import JobNotFound, StoreUnavailable
from jobs.store import JobStore

_SAFE = frozenset({"GET", "HEAD"})


def send_news_alone(
    app: WSGIApplication, store: JobStore, states: States, feed: Feed
) -> WSGIApplication:
    """Answer 304 where nothing has changed."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        safe = environ["REQUEST_METHOD"] in _SAFE
        job_id = job_at(environ["PATH_INFO"]) if safe else None
        if job_id is None:
            return app(environ, start_response)
        wait = parse_wait(environ.get("HTTP_PREFER"))
        known = parse_etags(environ.get("HTTP_IF_NONE_MATCH"))
        if not (wait or known):
            return app(environ, start_response)
        try:
            state = look(caller_of(environ), job_id, known, wait)
        except (JobNotFound, StoreUnavailable) as error:
            return problem_of(error).response()(environ, start_response)
        applied = [("Preference-Applied", f"wait={wait}")] if wait else []
        if known.contains_weak(state.etag):
            start_response("304 NOT MODIFIED", [*state.headers().items(), *applied])
            return []

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            headers += applied if status.startswith("2") else []
            return start_response(status, headers, *error)

        return app(environ, start)

    def look(caller: Caller, job_id: str, known: ETags, wait: int) -> State:
        """The state to tell of, after a wait where the client has this one."""
        check_owner(store, caller, job_id)
        state = states.look(job_id)
        if wait and (not known or known.contains_weak(state.etag)):
            return wait_for_another(states, feed, job_id, state, wait)
        return state

    return serve
