"""The API over a real store, as a WSGI application, and what a worker does."""

from collections.abc import Callable, Sequence

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.model import Begun, Message, Outcome, Result, Uploaded, Worker
from jobs.settings import JobsSettings
from jobs.store import JobStore

Submit = Callable[[Sequence[str]], str]
Begin = Callable[[str], list[Begun]]
Record = Callable[[str, Sequence[Result | str]], None]


@pytest.fixture
def client(settings: JobsSettings, store: JobStore) -> FlaskClient:
    return create_app(ApiSettings(), store, Dispatcher.connect(settings, store)).test_client()


@pytest.fixture
def submit(client: FlaskClient) -> Submit:
    """Post a job, and give its id."""

    def submit(urls: Sequence[str]) -> str:
        answer = client.post("/v1/images/upload", json={"urls": urls})
        assert answer.status_code == 202
        return str(answer.get_json()["jobId"])

    return submit


@pytest.fixture
def begin(store: JobStore) -> Begin:
    """Begin what waits of a job, as a worker does."""

    def begin(job_id: str) -> list[Begun]:
        store.heartbeat(Worker("celery@here", 400), [])
        store.admit(64)  # unless the API sent it already
        job = store.get(job_id)
        return store.begin(Message(job_id, range(len([*job.pending, *job.complete, *job.failed]))))

    return begin


@pytest.fixture
def record(store: JobStore, begin: Begin) -> Record:
    """Begin what waits of a job and record its end: a result, or the name it was uploaded as."""

    def record(job_id: str, results: Sequence[Result | str]) -> None:
        outcomes = [
            Outcome(begun.image, uploaded(result) if isinstance(result, str) else result)
            for begun, result in zip(begin(job_id), results, strict=False)
        ]
        assert store.record(outcomes) == len(results)

    return record


def uploaded(name: str) -> Uploaded:
    return Uploaded(
        link=f"https://i.imgur.com/{name}.jpg",
        id=name,
        deletehash="5ecret",
        type="image/jpeg",
        width=640,
        height=480,
        bytes=100_000,
        content=f"sha256 of {name}",
    )
