"""How gunicorn serves the API: `gunicorn -c python:api.gunicorn_conf`. Its flags win over this.

A slow client holds a thread for as long as it likes: a port that strangers reach needs a proxy
that buffers requests in front of it.
"""

import os

from gunicorn.arbiter import Arbiter

from api.settings import ApiSettings
from jobs.logs import configure_logging
from jobs.settings import JobsSettings

wsgi_app = "api.wsgi:app"
bind = f"127.0.0.1:{os.environ.get('PORT', '8080')}"
worker_class = "gthread"
workers = 2
threads = 8
keepalive = 5
control_socket_disable = True  # it would be a file in the home directory
# Its own lines go the way of all others.
logconfig_dict = {
    "root": {"level": "INFO", "handlers": []},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True}},
}


def on_starting(_: Arbiter) -> None:
    """End gunicorn, naming the variable, if a setting is wrong, before any worker starts."""
    configure_logging(JobsSettings.load().log_level)
    ApiSettings.load()
