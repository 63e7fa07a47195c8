import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis import Redis
from werkzeug.test import TestResponse

from api.app import create_app
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.model import Failed, Failure, Outcome, Result, Retry, Uploaded, Worker
from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox.ports import free_port
from sandbox.redis import RedisServer

UPLOAD = "/v1/images/upload"
CAT, DOG, FOX = (f"https://example.org/{animal}.jpg" for animal in ("cat", "dog", "fox"))
WORKER = Worker("celery@here", 400)
NO_JOB = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"
CORPUS = Path(__file__).parents[2] / "../shared/corpora/json/JSONTestSuite/test_parsing"


def submit(client: FlaskClient, urls: Sequence[str]) -> str:
    answer = client.post(UPLOAD, json={"urls": urls})
    assert answer.status_code == 202
    return str(answer.get_json()["jobId"])


def post(client: FlaskClient, body: bytes, **headers: str) -> TestResponse:
    sent = {"Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return client.post(UPLOAD, data=body, headers=sent)


def record(store: JobStore, results: Sequence[Result]) -> None:
    """What a worker does with the one job that waits: begin its images, and these come of them."""
    store.heartbeat(WORKER, [])
    [message] = store.admit(1)
    begun = store.begin(message)
    store.record(
        [Outcome(image.image, result) for image, result in zip(begun, results, strict=False)]
    )


def uploaded(name: str) -> Uploaded:
    return Uploaded(
        link=f"https://i.imgur.com/{name}.jpg",
        id=name,
        deletehash="5ecret",
        type="image/jpeg",
        width=640,
        height=480,
        bytes=100_000,
    )


GONE = Failed(Failure("source-gone", "The source has no such image.", retryable=False))
BUSY = Retry(Failure("source-busy", "The source is busy.", retryable=True), after=3600)


def test_a_post_is_answered_with_the_id_of_a_job_that_can_be_read_at_once(
    client: FlaskClient,
) -> None:
    answer = client.post(UPLOAD, json={"urls": [DOG, CAT, DOG]})
    job_id = answer.get_json()["jobId"]
    assert answer.status_code == 202
    assert answer.get_json() == {"jobId": str(UUID(job_id, version=4))}
    assert answer.headers["Location"] == f"{UPLOAD}/{job_id}"
    assert answer.headers["Retry-After"] == "1"

    job = client.get(answer.headers["Location"])
    assert (job.status_code, job.headers["Retry-After"]) == (200, "1")
    assert job.headers["Cache-Control"] == "no-cache"
    created = job.get_json().pop("created")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", created)
    assert abs((datetime.now(UTC) - datetime.fromisoformat(created)).total_seconds()) < 60
    assert job.get_json() == {
        "id": job_id,
        "created": created,
        "finished": None,
        "status": "pending",
        "uploaded": {"pending": [DOG, CAT], "complete": [], "failed": []},
    }


def test_a_job_in_progress_and_complete(client: FlaskClient, store: JobStore) -> None:
    path = f"{UPLOAD}/{submit(client, [CAT, DOG, FOX])}"
    record(store, [uploaded("cat"), GONE])
    begun = client.get(path)
    assert begun.headers["Retry-After"] == "1"
    assert (begun.get_json()["status"], begun.get_json()["finished"]) == ("in-progress", None)
    assert begun.get_json()["uploaded"] == {"pending": [FOX], "complete": [CAT], "failed": [DOG]}


def test_a_job_of_which_every_url_failed_is_complete(client: FlaskClient, store: JobStore) -> None:
    job_id = submit(client, [CAT, DOG])
    record(store, [GONE, GONE])
    answer = client.get(f"{UPLOAD}/{job_id}")
    job = answer.get_json()
    assert "Retry-After" not in answer.headers
    assert job["status"] == "complete"
    assert job["created"] <= job["finished"]
    assert job["uploaded"] == {"pending": [], "complete": [], "failed": [CAT, DOG]}

    older = client.get(f"/v1/images/uploaded/{job_id}")
    assert older.get_json() == job | {
        "status": "completed",
        "uploaded": {"pending": [], "completed": [], "failed": [CAT, DOG]},
    }


def test_what_became_of_every_image(client: FlaskClient, store: JobStore) -> None:
    path = f"{UPLOAD}/{submit(client, [CAT, DOG, FOX])}/images"
    record(store, [uploaded("cat"), GONE, BUSY])
    answer = client.get(path)
    cat, dog, fox = answer.get_json()["images"]
    assert answer.get_json()["next"] is None
    assert "5ecret" not in answer.text
    assert cat == {
        "url": CAT,
        "status": "complete",
        "link": "https://i.imgur.com/cat.jpg",
        "id": "cat",
        "type": "image/jpeg",
        "width": 640,
        "height": 480,
        "bytes": 100_000,
        "attempts": 1,
        "error": None,
        "retryAt": None,
    }
    assert (dog["status"], dog["error"]["code"], dog["retryAt"]) == ("failed", "source-gone", None)
    assert (fox["status"], fox["error"]["code"]) == ("pending", "source-busy")
    assert datetime.fromisoformat(fox["retryAt"]) > datetime.now(UTC)

    failed = client.get(path, query_string={"status": "failed"}).get_json()
    assert failed == {"images": [dog], "next": None}


def test_images_are_paged_in_order(client: FlaskClient) -> None:
    sent = [f"https://example.org/{n}.jpg" for n in range(250)]
    path = f"{UPLOAD}/{submit(client, sent)}/images"
    first = client.get(path).get_json()
    assert len(first["images"]) == 100
    seen, cursor = [], 0
    while cursor is not None:
        page = client.get(path, query_string={"limit": 70, "cursor": cursor}).get_json()
        seen += [image["url"] for image in page["images"]]
        cursor = page["next"]
    assert seen == sent


def test_links_are_paged_newest_first_and_none_comes_twice(
    client: FlaskClient, store: JobStore
) -> None:
    assert client.get("/v1/images").get_json() == {"uploaded": []}
    submit(client, [f"https://example.org/{n}.jpg" for n in range(5)])
    record(store, [uploaded(str(n)) for n in range(5)])
    everything = client.get("/v1/images").get_json()
    assert everything == {"uploaded": [f"https://i.imgur.com/{n}.jpg" for n in (4, 3, 2, 1, 0)]}

    first = client.get("/v1/images?limit=2").get_json()
    store.add([CAT])
    record(store, [uploaded("later")])
    second = client.get(f"/v1/images?limit=2&cursor={first['next']}").get_json()
    third = client.get(f"/v1/images?limit=2&cursor={second['next']}").get_json()
    assert first["uploaded"] + second["uploaded"] + third["uploaded"] == everything["uploaded"]
    assert "next" not in third


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/v1/images", "limit", "0"),
        ("/v1/images", "limit", "1001"),
        ("/v1/images", "cursor", "newest"),
        (f"{UPLOAD}/{NO_JOB}/images", "limit", "0"),
        (f"{UPLOAD}/{NO_JOB}/images", "limit", "1001"),
        (f"{UPLOAD}/{NO_JOB}/images", "cursor", "-1"),
        (f"{UPLOAD}/{NO_JOB}/images", "status", "done"),
    ],
)
def test_a_wrong_query_parameter_is_named(
    client: FlaskClient, path: str, name: str, value: str
) -> None:
    answer = client.get(path, query_string={name: value})
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert [error["parameter"] for error in answer.get_json()["errors"]] == [name]


@pytest.mark.parametrize("part", ["upload/{}", "upload/{}/images", "uploaded/{}"])
@pytest.mark.parametrize(
    "job_id",
    [NO_JOB, "d9428888-122b-11e1-b85c-61cd3cbb3210", "1", "..", "x" * 5000, "%00", "{}", "*"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_id_of_no_job_is_not_found(
    client: FlaskClient, part: str, job_id: object, method: str
) -> None:
    answer = client.open(f"/v1/images/{part.format(job_id)}", method=method)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "json",
        "text/plain",
        "application/json-seq",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
    ],
)
def test_another_content_type_is_not_taken(
    client: FlaskClient, redis: Redis, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = client.post(UPLOAD, data=json.dumps({"urls": [CAT]}), headers=headers)
    assert (answer.status_code, answer.content_type) == (415, "application/problem+json")
    assert redis.dbsize() == 0


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", 'application/json; charset="UTF-8"; x=y'],
)
def test_json_in_utf_8_is_taken_however_it_is_said(client: FlaskClient, content_type: str) -> None:
    body = json.dumps({"urls": [CAT]}).encode()
    assert post(client, body, Content_Type=content_type).status_code == 202
    assert post(client, body, Content_Encoding="identity").status_code == 202
    assert post(client, body, Content_Encoding="gzip").status_code == 415


def test_a_wrong_body_names_the_places_and_stores_nothing(
    client: FlaskClient, redis: Redis
) -> None:
    answer = client.post(UPLOAD, json={"urls": [CAT, "ftp://example.org/5ecret", 7]})
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    problem = answer.get_json()
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [
        ("/urls/1", "url-scheme"),
        ("/urls/2", "not-a-string"),
    ]
    assert problem["requestId"] == answer.headers["X-Request-ID"]
    assert "5ecret" not in answer.text
    assert redis.dbsize() == 0


def test_ten_thousand_urls_make_a_job_and_one_more_does_not(client: FlaskClient) -> None:
    many = [f"https://example.org/{n}.jpg" for n in range(10_001)]
    assert client.post(UPLOAD, json={"urls": many}).status_code == 422
    job = client.get(f"{UPLOAD}/{submit(client, many[:-1])}").get_json()
    assert job["uploaded"]["pending"] == many[:-1]


@pytest.mark.parametrize("terminated", [True, False], ids=["chunked", "by length"])
def test_a_body_over_the_limit_is_refused_even_if_its_beginning_is_a_job(
    settings: JobsSettings, store: JobStore, redis: Redis, terminated: bool
) -> None:
    limits = ApiSettings(max_urls_per_job=1, max_url_length=100)
    client = create_app(limits, store, Dispatcher.connect(settings, store)).test_client()
    body = json.dumps({"urls": [CAT]}).encode().ljust(limits.max_body - 1)
    sent: dict[str, Any] = {"content_type": "application/json"}
    if terminated:
        sent["environ_overrides"] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    assert client.post(UPLOAD, data=body, **sent).status_code == 202
    redis.flushall()
    for over in (1, 2, 1000):
        answer = client.post(UPLOAD, data=body + b" " * over, **sent)
        assert (answer.status_code, answer.content_type) == (413, "application/problem+json")
    assert redis.dbsize() == 0


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (UPLOAD, {"POST", "OPTIONS"}),
        (f"{UPLOAD}/{NO_JOB}", {"GET", "HEAD", "OPTIONS"}),
        (f"{UPLOAD}/{NO_JOB}/images", {"GET", "HEAD", "OPTIONS"}),
        ("/v1/images", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_what_a_path_takes_is_in_allow(client: FlaskClient, path: str, allowed: set[str]) -> None:
    wrong = client.delete(path)
    assert (wrong.status_code, wrong.content_type) == (405, "application/problem+json")
    options = client.options(path)
    assert options.status_code == 200
    for answer in (wrong, options):
        assert {method.strip() for method in answer.headers["Allow"].split(",")} == allowed


def test_redis_away_is_a_503_and_the_process_recovers(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        settings = JobsSettings(redis_url=server.url)
        store = JobStore.connect(settings)
        client = create_app(ApiSettings(), store, Dispatcher.connect(settings, store)).test_client()
        path = f"{UPLOAD}/{submit(client, [CAT])}"
        server.stop()
        for answer in (
            client.post(UPLOAD, json={"urls": [CAT]}),
            client.get(path),
            client.get(f"{path}/images"),
            client.get("/v1/images"),
        ):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert answer.content_type == "application/problem+json"
        server.start()
        assert client.get(path).get_json()["uploaded"]["pending"] == [CAT]
        submit(client, [DOG])


def test_a_job_is_taken_while_only_the_broker_is_away(
    settings: JobsSettings, store: JobStore
) -> None:
    store.heartbeat(WORKER, [])
    away = settings.model_copy(update={"broker_url": f"redis://127.0.0.1:{free_port()}/0"})
    client = create_app(ApiSettings(), store, Dispatcher.connect(away, store)).test_client()
    assert store.get(submit(client, [CAT])).pending == [CAT]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="JSONTestSuite is not beside the checkout")
def test_json_test_suite(client: FlaskClient, redis: Redis) -> None:
    files = sorted(CORPUS.glob("*.json"))
    assert len(files) > 300
    wrong = []
    for file in files:
        body = file.read_bytes()
        status = post(client, body).status_code
        expected = {"n": {400}, "y": {400, 422}, "i": {400, 422}}[file.name[0]]
        if file.name[0] == "y" and body.strip().startswith(b"{") and "duplicated" not in file.name:
            expected = {422}
        if status not in expected:
            wrong.append((file.name, status))
    assert wrong == []
    assert redis.dbsize() == 0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(CAT),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(document=st.fixed_dictionaries({"urls": json_values | st.lists(st.just(CAT))}) | json_values)
def test_any_json_is_a_job_or_a_problem_and_only_a_job_is_stored(
    client: FlaskClient, redis: Redis, document: Any
) -> None:
    redis.flushall()
    answer = post(client, json.dumps(document).encode())
    if answer.status_code == 202:
        assert redis.keys(f"*{answer.get_json()['jobId']}*")
    else:
        assert answer.status_code in {400, 422}
        assert answer.content_type == "application/problem+json"
        assert redis.dbsize() == 0
