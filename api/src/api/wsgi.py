"""The composition root: `gunicorn api.wsgi:app` serves this."""

from flask import Flask
from gunicorn.errors import AppImportError

from api.access import log_access
from api.app import create_app
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.logs import configure_logging
from jobs.settings import JobsSettings
from jobs.store import JobStore


def _compose() -> Flask:
    settings, api_settings = JobsSettings.load(), ApiSettings.load()
    configure_logging(settings.log_level)
    log_access(api_settings)
    store = JobStore.connect(settings)
    return create_app(api_settings, store, Dispatcher.connect(settings, store))


try:
    app = _compose()
except SystemExit as wrong_setting:
    # gunicorn would start worker after worker for ever; this ends it with the same message.
    raise AppImportError(wrong_setting) from None
