"""The API over a real store, as a WSGI application."""

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.settings import JobsSettings
from jobs.store import JobStore


@pytest.fixture
def client(settings: JobsSettings, store: JobStore) -> FlaskClient:
    return create_app(ApiSettings(), store, Dispatcher.connect(settings, store)).test_client()
