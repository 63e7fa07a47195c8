"""One image: its client waits until it is uploaded, and gets a link and a URL that deletes it."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.model import Begun, Failed, Failure, ImageOptions, Outcome, Result
from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox.redis import RedisServer
from tests.api.test_access import KEYS
from tests.service import wait

Open = Callable[..., FlaskClient]
Record = Callable[[str, Sequence[Result | str]], None]
Post = Callable[..., Future[TestResponse]]

IMAGES = "/v1/images"
CAT = "https://example.org/cat.jpg"
GONE = Failure("source-not-found", "Nothing is there.", retryable=False)


@pytest.fixture
def post(open_api: Open) -> Iterator[Post]:
    """Post an image from a thread of its own, for the answer waits."""
    with ThreadPoolExecutor() as threads:

        def post(client: FlaskClient | None = None, **sent: Any) -> Future[TestResponse]:
            return threads.submit((client or open_api()).post, IMAGES, **sent)

        yield post


def job_of(store: JobStore) -> str:
    """The newest job, as soon as there is one."""
    wait(lambda: store.jobs(None, 1, None).items)
    return store.jobs(None, 1, None).items[0].id


def test_the_answer_has_the_link_and_a_url_that_deletes_it(
    client: FlaskClient, store: JobStore, post: Post, record: Record
) -> None:
    answering = post(json={"url": CAT})
    job_id = job_of(store)
    record(job_id, ["cat"])
    answer = answering.result()
    body = answer.get_json()
    deletion = urlsplit(body.pop("deletionUrl"))
    assert (answer.status_code, answer.headers["Location"]) == (201, f"{IMAGES}/upload/{job_id}")
    assert "Retry-After" not in answer.headers
    assert body == {
        "link": "https://i.imgur.com/cat.jpg",
        "id": "cat",
        "type": "image/jpeg",
        "width": 640,
        "height": 480,
        "bytes": 100_000,
        "jobId": job_id,
    }
    assert (deletion.scheme, deletion.netloc) == ("http", "localhost")
    assert client.delete(deletion.path).get_json()["link"] == body["link"]


def test_what_is_told_with_the_image_goes_along(
    store: JobStore, post: Post, begin: Callable[[str], list[Begun]]
) -> None:
    told = {"title": "Cat", "description": "Black.", "referer": "https://example.org/"}
    answering = post(json={"url": CAT, **told})
    (begun,) = begin(job_of(store))
    assert begun.options == ImageOptions(**told)
    store.record([Outcome(begun.image, Failed(GONE))])
    assert answering.result().status_code == 422


def test_a_failure_is_422_with_its_reason(store: JobStore, post: Post, record: Record) -> None:
    answering = post(json={"url": CAT})
    job_id = job_of(store)
    record(job_id, [Failed(GONE)])
    answer = answering.result()
    problem = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert (problem["type"], problem["detail"]) == ("/problems/image-failed", GONE.message)
    assert problem["jobId"] == job_id
    assert problem["error"] == {
        "code": "source-not-found",
        "message": "Nothing is there.",
        "retryable": False,
    }


def test_after_the_time_that_a_client_waits_the_answer_is_the_job(
    client: FlaskClient, store: JobStore
) -> None:
    answer = client.post(IMAGES, json={"url": CAT}, headers={"Prefer": "wait=1"})
    job_id = job_of(store)
    assert (answer.status_code, answer.get_json()) == (202, {"jobId": job_id})
    assert answer.headers["Location"] == f"{IMAGES}/upload/{job_id}"
    assert answer.headers["Preference-Applied"] == "wait=1"
    assert store.get(job_id).pending == [CAT]


def test_a_store_that_goes_away_while_the_client_waits_makes_it_send_nothing_twice(
    post: Post, tmp_path: Path
) -> None:
    with RedisServer(tmp_path) as server:
        settings = JobsSettings(redis_url=server.url)
        store = JobStore.connect(settings)
        app = create_app(ApiSettings(), store, Dispatcher.connect(settings, store))
        answering = post(app.test_client(), json={"url": CAT}, headers={"Prefer": "wait=1"})
        job_id = job_of(store)
    answer = answering.result()
    assert (answer.status_code, answer.get_json()) == (202, {"jobId": job_id})
    assert answer.headers["Location"] == f"{IMAGES}/upload/{job_id}"


def test_the_same_request_again_gets_the_same_image(
    client: FlaskClient, store: JobStore, post: Post, record: Record
) -> None:
    sent: dict[str, Any] = {"json": {"url": CAT}, "headers": {"Idempotency-Key": "shot-1"}}
    answering = post(**sent)
    record(job_of(store), ["cat"])
    first, again = answering.result(), client.post(IMAGES, **sent)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.get_json()["jobId"] == first.get_json()["jobId"]
    # Redis has no token to show again: each answer has one of its own.
    urls = [answer.get_json()["deletionUrl"] for answer in (first, again)]
    assert urls[0] != urls[1]
    for url in urls:
        assert client.delete(urlsplit(url).path).status_code == 202
    store.deleted(first.get_json()["jobId"], 0, [])
    assert client.post(IMAGES, **sent).status_code == 410
    # A job of many with the same key and URL is another request.
    other = {**sent, "json": {"urls": [CAT]}}
    assert client.post(f"{IMAGES}/upload", **other).status_code == 422


@pytest.mark.parametrize("part", ["image", "file"])
def test_a_file_comes_as_a_part(store: JobStore, post: Post, record: Record, part: str) -> None:
    answering = post(data={part: (BytesIO(b"the bytes of a cat"), "cat.png")})
    job_id = job_of(store)
    record(job_id, ["cat"])
    assert answering.result().status_code == 201
    assert store.get(job_id).complete == ["file:cat.png"]


def test_a_url_may_come_as_a_part(store: JobStore, post: Post, record: Record) -> None:
    answering = post(data={"url": CAT, "title": "Cat"}, content_type="multipart/form-data")
    job_id = job_of(store)
    record(job_id, ["cat"])
    assert answering.result().status_code == 201
    assert store.get(job_id).complete == [CAT]


@pytest.mark.parametrize(
    ("form", "part", "code"),
    [
        ({}, "image", "not-one-image"),
        ({"title": "Cat"}, "image", "not-one-image"),
        ({"image": "cat.png", "file": "dog.png"}, "image", "not-one-image"),
        ({"image": "cat.png", "url": CAT}, "image", "not-one-image"),
        ({"url": "ftp://example.org/cat.jpg"}, "url", "url-scheme"),
        ({"url": CAT, "title": "x" * 201}, "title", "too-long"),
    ],
)
def test_what_is_wrong_in_a_form_is_said(
    client: FlaskClient, form: dict[str, str], part: str, code: str
) -> None:
    parts = {
        name: (BytesIO(b"some bytes"), text) if text.endswith(".png") else text
        for name, text in form.items()
    }
    answer = client.post(IMAGES, data=parts, content_type="multipart/form-data; boundary=b")
    (error,) = answer.get_json()["errors"]
    assert (answer.status_code, error["part"], error["code"]) == (422, part, code)


def test_another_kind_of_body_is_415(client: FlaskClient) -> None:
    assert client.post(IMAGES, data=CAT, content_type="text/plain").status_code == 415


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "", "url-missing"),
        ({"url": 5}, "/url", "not-a-string"),
        ({"url": "ftp://example.org/cat.jpg"}, "/url", "url-scheme"),
        ({"url": CAT, "urls": [CAT]}, "", "unknown-member"),
        ({"url": CAT, "title": "x" * 201}, "/title", "too-long"),
    ],
)
def test_what_is_wrong_is_said(client: FlaskClient, body: Any, pointer: str, code: str) -> None:
    answer = client.post(IMAGES, json=body)
    (error,) = answer.get_json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, pointer, code)


def test_keys_and_limits_are_those_of_jobs(
    open_api: Open, store: JobStore, post: Post, record: Record
) -> None:
    locked = open_api(api_keys=KEYS, limit_urls_per_hour=1)
    assert locked.post(IMAGES, json={"url": CAT}).status_code == 401
    ada = {"json": {"url": CAT}, "headers": {"Authorization": "Bearer ada-5ecret"}}
    answering = post(locked, **ada)
    record(job_of(store), ["cat"])
    assert answering.result().status_code == 201
    assert store.owner_of(answering.result().get_json()["jobId"]) == "ada"
    assert locked.post(IMAGES, **ada).status_code == 429
