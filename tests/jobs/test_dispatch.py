"""What dispatch puts into the real queue, and what it says when the queue is away."""

import base64
import json

import pytest
from redis import Redis

from jobs.dispatch import Dispatcher
from jobs.errors import StoreUnavailable
from jobs.model import JobOptions, Outcome, Uploaded, Worker
from jobs.queue import DELETE_IMAGE, QUEUE, UPLOAD_IMAGES
from jobs.settings import JobsSettings
from jobs.store import JobStore

WORKER = Worker("celery@one", 100)


def test_messages_hold_ids_only_and_each_image_once(
    settings: JobsSettings, store: JobStore, redis: Redis
) -> None:
    job_id = store.add([f"https://example.org/{n}.jpg?token=canary" for n in range(120)]).job_id
    store.heartbeat(WORKER, [])
    assert Dispatcher.connect(settings, store).dispatch() == 2
    assert Dispatcher.connect(settings, store).dispatch() == 0

    messages = [json.loads(str(message)) for message in redis.lrange(QUEUE, 0, -1)]
    assert {message["headers"]["task"] for message in messages} == {UPLOAD_IMAGES}
    bodies = [json.loads(base64.b64decode(message["body"])) for message in messages]
    assert {body[0][0] for body in bodies} == {job_id}
    assert sorted(index for body in bodies for index in body[0][1]) == list(range(120))
    assert "canary" not in str(messages) + str(bodies)
    assert "example" not in str(messages) + str(bodies)


def test_a_deletion_is_a_message_of_ids_only(
    settings: JobsSettings, store: JobStore, redis: Redis
) -> None:
    job_id = store.add(["https://example.org/1.jpg"], JobOptions(deletable=True)).job_id
    store.heartbeat(WORKER, [])
    done = Uploaded("https://i.imgur.com/1.jpg", "1", "canary", "image/jpeg", 1, 1, 1)
    ((begun,),) = map(store.begin, store.admit(1))
    store.record([Outcome(begun.image, done)])
    store.delete(store.permit_deletion(job_id, 0) or "")
    assert Dispatcher.connect(settings, store).dispatch_deletions() == 1
    assert Dispatcher.connect(settings, store).dispatch_deletions() == 0
    (text,) = redis.lrange(QUEUE, 0, -1)
    message = json.loads(str(text))
    body = json.loads(base64.b64decode(message["body"]))
    assert (message["headers"]["task"], body[:2]) == (DELETE_IMAGE, [[job_id, 0], {}])


def test_a_broker_that_is_away_is_said_and_loses_nothing(
    settings: JobsSettings, store: JobStore, redis: Redis
) -> None:
    store.add(["https://example.org/1.jpg"])
    store.heartbeat(WORKER, [])
    elsewhere = settings.model_copy(update={"broker_url": "redis://127.0.0.1:1/0"})
    with pytest.raises(StoreUnavailable):
        Dispatcher.connect(elsewhere, store).dispatch()
    for member in redis.zrange("imgferry:leases", 0, -1):
        redis.zadd("imgferry:leases", {str(member): 0})
    assert Dispatcher.connect(settings, store).dispatch() == 1
