"""What the destination allows, and what a job says when it waits for it."""

import re

from flask.testing import FlaskClient

from jobs.model import Failure, Told, Worker
from jobs.store import JobStore
from tests.service import wait

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def submit(client: FlaskClient, count: int) -> str:
    urls = [f"https://example.org/{n}.jpg" for n in range(count)]
    with client.post("/v1/images/upload", json={"urls": urls}) as answer:
        return str(answer.get_json()["jobId"])


def test_windows_and_counts(client: FlaskClient, store: JobStore) -> None:
    user = Told("user", length=3600, limit=50, remaining=2, resets_in=3600)
    store.record([], [user, Told("client", length=86_400, limit=1250, remaining=1000)])
    store.heartbeat(Worker("celery@here", 100), [])
    submit(client, 5)
    wait(lambda: store.destination().in_flight == 2, 20)
    body = client.get("/v1/destination").json
    assert body is not None
    resets = body["windows"][1].pop("resetsAt")
    assert re.fullmatch(TIME, resets)
    assert body == {
        "windows": [
            {"name": "client", "limit": 1250, "remaining": 1000, "resetsAt": None},
            {"name": "user", "limit": 50, "remaining": 2},
        ],
        "pause": None,
        "inFlight": 2,
        "waiting": 3,
        "due": 0,
        "imagesPerSecond": None,
    }


def test_a_job_says_why_it_waits_and_until_when(client: FlaskClient, store: JobStore) -> None:
    job = f"/v1/images/upload/{submit(client, 1)}"
    assert "waiting" not in (client.get(job).json or {})
    store.record([], [Told("user", length=3600, limit=50, remaining=0, resets_in=3600)])
    waiting = (client.get(job).json or {})["waiting"]
    assert waiting["reason"] == "imgur-user-limit"
    assert re.fullmatch(TIME, waiting["resumesAt"])
    store.pause(Failure("imgur-blocked", "Imgur is blocked here.", retryable=True), 7200, 600)
    assert (client.get(job).json or {})["waiting"]["reason"] == "imgur-blocked"
