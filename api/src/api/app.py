"""The Flask application: the parts put together over a store."""

from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from api.access import admit_callers
from api.config import config
from api.deletion import deletion
from api.deliveries import deliveries
from api.destination import destination
from api.dispatching import DispatchSoon
from api.docs.page import docs
from api.files import most_connections
from api.health import health
from api.images import images
from api.jobs import jobs
from api.limits import limit_clients
from api.one_image import one_image
from api.problems import answer_with_problems
from api.request_log import log_requests
from api.settings import ApiSettings
from api.threads import in_a_thread
from api.watching.feed import Feed
from api.watching.news import send_news_alone
from api.watching.states import States
from api.web import page
from jobs.dispatch import Dispatcher
from jobs.staging import Staging
from jobs.store import JobStore

#: Every answer may be another a second later.
FRESH = {"Cache-Control": "no-cache"}
#: No answer but the pages is one, and none is shown in one.
SECURITY_HEADERS = FRESH | {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class CompactJSON(DefaultJSONProvider):
    """Members in the order of the contract, without spaces."""

    sort_keys = False
    compact = True


def create_app(settings: ApiSettings, store: JobStore, dispatcher: Dispatcher) -> Flask:
    """The API over this store. It opens no connection but to Redis, and none before it is asked."""
    app = Flask(__name__, static_folder=None)
    app.json = CompactJSON(app)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.url_map.merge_slashes = False  # one path for one thing: 404, not a redirect
    answer_with_problems(app)
    states = States(store)
    feed = Feed(store, states, most_connections() // 2)
    app.extensions["feed"] = feed  # for the worker, which ends it
    staging = Staging(settings.staging_url, settings.fetch_max_bytes, in_a_thread)
    dispatch = DispatchSoon(dispatcher.dispatch)
    app.register_blueprint(images(settings, store, dispatch, staging))
    app.register_blueprint(jobs(settings, store, dispatch, states, feed))
    app.register_blueprint(one_image(settings, store, dispatch, states, feed, staging))
    app.register_blueprint(config())
    app.register_blueprint(deletion(store, DispatchSoon(dispatcher.dispatch_deletions)))
    app.register_blueprint(deliveries(store))
    app.register_blueprint(destination(store))
    app.register_blueprint(health(store))
    app.register_blueprint(page())
    app.register_blueprint(docs())

    # Around Flask, where they cost less than its hooks (docs/decisions.md). From the inside:
    served: WSGIApplication = app.wsgi_app
    served = send_news_alone(served, store, states, feed)
    served = limit_clients(served, settings, store)
    served = admit_callers(served, settings)
    served = log_requests(served, app.url_map)
    app.wsgi_app = _hardened(served)  # type: ignore[assignment,method-assign]
    return app


def _hardened(app: WSGIApplication) -> WSGIApplication:
    """Every answer with the security headers, but for those that it has otherwise.

    And every path as Flask will read it, lest what looks at it before takes it for another.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        environ["PATH_INFO"] = "/" + environ.get("PATH_INFO", "").lstrip("/")

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            given = {name.title() for name, _ in headers}
            # With a 304 a client goes on with the headers that it has (RFC 9110 §15.4.5).
            all_of = FRESH if status.startswith("304") else SECURITY_HEADERS
            headers += [header for header in all_of.items() if header[0] not in given]
            return start_response(status, headers, *error)

        return app(environ, start)

    return answer
