from pathlib import Path

from flask.testing import FlaskClient

from api.app import create_app
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.model import Failure, Worker
from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox.redis import RedisServer

WORKER = Worker("celery@here", 25)


def test_ready_with_redis_and_a_worker(client: FlaskClient, store: JobStore) -> None:
    store.heartbeat(WORKER, [])
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {"ready": True, "redis": True, "workers": 1, "pause": None}


def test_a_pause_is_shown_and_leaves_the_service_ready(
    client: FlaskClient, store: JobStore
) -> None:
    store.heartbeat(WORKER, [])
    store.pause(Failure("imgur-rate-limited", "Imgur asks to wait.", retryable=True), 3600, 60)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    pause = store.paused()
    assert pause is not None
    assert answer.get_json()["pause"] == {
        "reason": "imgur-rate-limited",
        "until": pause.until.strftime("%Y-%m-%dT%H:%M:%S.") + f"{pause.until:%f}"[:3] + "Z",
    }


def test_not_ready_without_a_worker(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    problem = answer.get_json()
    assert problem["type"] == "/problems/not-ready"
    assert (problem["ready"], problem["redis"], problem["workers"]) == (False, True, 0)


def test_health_without_redis_is_that_of_the_process(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)  # never started
    settings = JobsSettings(redis_url=server.url)
    store = JobStore.connect(settings)
    client = create_app(ApiSettings(), store, Dispatcher.connect(settings, store)).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert (answer.get_json()["ready"], answer.get_json()["redis"]) == (False, False)
