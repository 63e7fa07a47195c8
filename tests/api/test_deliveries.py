"""What a client reads of the deliveries to its job's webhook, and that it may have one again."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.keys import parse_keys
from jobs.model import Attempt, DeliveryStatus, JobOptions
from jobs.store import JobStore

Open = Callable[..., FlaskClient]

HOOK = "https://example.com/hook?token=secret"
NO_JOB = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"


def of(job_id: str) -> str:
    return f"/v1/images/upload/{job_id}/deliveries"


@pytest.fixture
def job_id(store: JobStore) -> str:
    """A job that is complete, and whose webhook is to hear of it."""
    job_id = store.add(["https://example.org/cat.jpg"], JobOptions(webhook=HOOK)).job_id
    store.cancel(job_id)
    return job_id


def only(client: FlaskClient, job_id: str) -> dict[str, Any]:
    (delivery,) = client.get(of(job_id)).get_json()["deliveries"]
    return dict(delivery)


def fail(store: JobStore) -> None:
    (due,) = store.deliver(1)
    error = "The receiver is gone (HTTP status 410)."
    store.delivered([Attempt(due, DeliveryStatus.FAILED, answer=410, error=error)])


def test_a_delivery_says_how_far_it_is(client: FlaskClient, store: JobStore, job_id: str) -> None:
    delivery = only(client, job_id)
    (job,) = client.get("/v1/images/upload").get_json()["jobs"]
    assert delivery["nextAttempt"] == delivery["created"] == job["finished"]
    del delivery["nextAttempt"]
    assert delivery == {
        "id": f"{job_id}-1",
        "type": "job.complete",
        "created": job["finished"],
        "attempts": 0,
        "status": "pending",
        "lastStatus": None,
        "lastError": None,
    }
    fail(store)
    assert only(client, job_id) == delivery | {
        "attempts": 1,
        "status": "failed",
        "lastStatus": 410,
        "lastError": "The receiver is gone (HTTP status 410).",
        "nextAttempt": None,
    }
    assert "secret" not in client.get(of(job_id)).text


def test_a_replay_is_accepted(client: FlaskClient, store: JobStore, job_id: str) -> None:
    fail(store)
    answer = client.post(f"{of(job_id)}/{job_id}-1/replay")
    assert (answer.status_code, answer.get_json()) == (202, client.get(of(job_id)).get_json())
    assert only(client, job_id)["status"] == "pending"
    assert len(store.deliver(10)) == 1


def test_a_job_without_webhook_has_no_deliveries(client: FlaskClient, store: JobStore) -> None:
    job_id = store.add(["https://example.org/cat.jpg"]).job_id
    assert client.get(of(job_id)).get_json() == {"deliveries": []}


def test_an_unknown_job_or_delivery_is_a_404(client: FlaskClient, job_id: str) -> None:
    answer = client.get(of(NO_JOB))
    assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/unknown-job")
    for delivery in (f"{job_id}-2", f"{NO_JOB}-1", "1", "%00", "%F0%9F%90%88"):
        answer = client.post(f"{of(job_id)}/{delivery}/replay")
        kind = answer.get_json()["type"]
        assert (answer.status_code, kind) == (404, "/problems/unknown-delivery")


def test_nobody_replays_for_another_key(open_api: Open, store: JobStore) -> None:
    digests = {name: sha256(name.encode()).hexdigest() for name in ("ada", "bob")}
    keys = parse_keys(",".join(f"{name}:{digest}" for name, digest in digests.items()))
    client = open_api(api_keys=keys)
    options = JobOptions(webhook=HOOK)
    job_id = store.add(["https://example.org/cat.jpg"], options, owner="ada").job_id
    store.cancel(job_id)
    replay = f"{of(job_id)}/{job_id}-1/replay"
    for name, status in (("bob", 404), ("ada", 202)):
        answer = client.post(replay, headers={"Authorization": f"Bearer {name}"})
        assert answer.status_code == status


def test_a_webhook_takes_a_secret_to_sign_with(open_api: Open) -> None:
    document = {"urls": ["https://example.org/cat.jpg"], "webhook": HOOK}
    answer = open_api(webhook_secrets=()).post("/v1/images/upload", json=document)
    (error,) = answer.get_json()["errors"]
    assert answer.status_code == 422
    assert (error["pointer"], error["code"]) == ("/webhook", "webhooks-off")
    assert "WEBHOOK_SECRETS" in error["detail"]
    assert "token" not in answer.text
    assert open_api().post("/v1/images/upload", json=document).status_code == 202
