"""How gunicorn serves the API: `gunicorn -c python:api.gunicorn_conf`. Its flags win over this."""

# ruff: noqa: E402 - what waits in the application must wait in gevent's way from the first import on
from gevent import monkey

monkey.patch_all()

import gc

gc.disable()  # until all is imported, of which nothing is garbage: a sixth of the start

import os

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from api.files import most_connections, raise_limit
from api.settings import ApiSettings
from jobs.logs import configure_logging
from jobs.settings import JobsSettings

wsgi_app = "api.wsgi:app"
bind = f"127.0.0.1:{os.environ.get('PORT', '8080')}"
worker_class = "api.gunicorn_worker.Worker"
workers = 2
raise_limit()
worker_connections = most_connections()  # that a worker holds; more wait until one ends
keepalive = 5  # seconds for the next request of a connection, headers included
limit_request_fields = 50
forwarded_allow_ips = ""  # X-Forwarded-* is believed as PROXIES says, by the application
control_socket_disable = True  # it would be a file in the home directory
# Its own lines go the way of all others.
logconfig_dict = {
    "root": {"level": "INFO", "handlers": []},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True}},
}


class logger_class(Logger):  # type: ignore[misc]  # noqa: N801 - a setting too
    """What gunicorn logs."""

    def access(self, *request: object) -> None:
        """A line for a request where one was asked for; `api.request_log` has a better one.

        gunicorn makes one for the `logconfig_dict` above too, to throw it away: 30 us.
        """
        if self.cfg.accesslog:
            super().access(*request)


def on_starting(_: Arbiter) -> None:
    """End gunicorn, naming the variable, if a setting is wrong, before any worker starts."""
    configure_logging(JobsSettings.load().log_level)
    ApiSettings.load()
    # What the application is made of, once for all workers. It is made in each: what it holds, such
    # as locks, no fork carries over.
    import api.app  # noqa: F401, PLC0415

    gc.freeze()
    gc.enable()


def post_worker_init(_: object) -> None:
    """Spare what the application is made of every garbage collection: 60 ms for all requests."""
    gc.collect()
    gc.freeze()
