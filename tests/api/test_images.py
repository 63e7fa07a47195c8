"""Jobs go in, and links come out."""

import json
import re
from collections.abc import Callable, Sequence
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
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from api.app import create_app
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.model import Begun, ImageOptions, Priority, Result, Worker
from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox.ports import free_port
from sandbox.redis import RedisServer
from tests.service import wait

Open = Callable[..., FlaskClient]
Submit = Callable[[Sequence[str]], str]
Begin = Callable[[str], list[Begun]]
Record = Callable[[str, Sequence[Result | str]], None]

UPLOAD = "/v1/images/upload"
CAT, DOG = (f"https://example.org/{animal}.jpg" for animal in ("cat", "dog"))
CORPUS = Path(__file__).parents[2] / "../shared/corpora/json/JSONTestSuite/test_parsing"


def post(client: FlaskClient, body: bytes, **headers: str) -> TestResponse:
    sent = {"Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return client.post(UPLOAD, data=body, headers=sent)


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
        "estimate": None,
    }


def test_a_priority_is_kept_for_the_round(client: FlaskClient, store: JobStore) -> None:
    cats, dogs = ([f"https://example.org/{animal}/{n}" for n in range(400)] for animal in "cd")
    low = client.post(UPLOAD, json={"urls": cats, "priority": "low"}).get_json()["jobId"]
    high = client.post(UPLOAD, json={"urls": dogs, "priority": "high"}).get_json()["jobId"]
    store.heartbeat(Worker("celery@here", 200), [])
    shares = [message.job_id for message in store.admit(4)]
    assert (shares.count(low), shares.count(high)) == (1, 3)


def test_a_wrong_priority_is_told_which_there_are(client: FlaskClient, redis: Redis) -> None:
    answer = client.post(UPLOAD, json={"urls": [CAT], "priority": "urgent"})
    assert answer.status_code == 422
    [error] = answer.get_json()["errors"]
    assert (error["pointer"], error["code"]) == ("/priority", "unknown-priority")
    assert all(priority in error["detail"] for priority in Priority)
    assert "urgent" not in answer.text
    assert redis.dbsize() == 0


def test_the_same_key_and_body_are_the_same_job(client: FlaskClient, store: JobStore) -> None:
    first = post(client, json.dumps({"urls": [CAT, DOG]}).encode(), Idempotency_Key='"mine"')
    again = post(
        client,
        json.dumps({"priority": "normal", "urls": [CAT, DOG]}, indent=4).encode(),
        Idempotency_Key="mine",
    )
    assert (first.status_code, first.headers.get("Idempotent-Replayed")) == (202, None)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (202, "true")
    assert again.get_json() == first.get_json()
    for header in ("Location", "Retry-After"):
        assert again.headers[header] == first.headers[header]
    assert [job.id for job in store.jobs(None, 10, None).items] == [first.get_json()["jobId"]]


@pytest.mark.parametrize(
    "other",
    [
        {"urls": [CAT]},
        {"urls": [DOG, CAT]},
        {"urls": [CAT, DOG], "priority": "low"},
        {"urls": [CAT, DOG], "title": "Pets"},
        {"urls": [CAT, DOG], "labels": ["pets"]},
        {"urls": [CAT, DOG], "webhook": CAT},
        {"urls": [CAT, {"url": DOG, "title": "Dog"}]},
        {"urls": [{"url": CAT, "referer": DOG}, DOG]},
    ],
)
def test_the_same_key_and_another_body_is_refused(
    client: FlaskClient, store: JobStore, other: dict[str, Any]
) -> None:
    key = {"Idempotency-Key": '"5ecret"'}
    client.post(UPLOAD, json={"urls": [CAT, DOG]}, headers=key)
    answer = client.post(UPLOAD, json=other, headers=key)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert answer.get_json()["type"] == "/problems/idempotency-key-reused"
    assert "5ecret" not in answer.text
    assert len(store.jobs(None, 10, None).items) == 1


def test_a_key_is_not_spent_on_a_body_that_was_refused(client: FlaskClient) -> None:
    key = {"Idempotency-Key": '"mine"'}
    assert client.post(UPLOAD, json={"urls": []}, headers=key).status_code == 422
    answer = client.post(UPLOAD, json={"urls": [CAT]}, headers=key)
    assert (answer.status_code, answer.headers.get("Idempotent-Replayed")) == (202, None)


def test_another_key_and_no_key_make_jobs_of_their_own(client: FlaskClient) -> None:
    keys: list[dict[str, str]] = [
        {"Idempotency-Key": '"a"'}, {"Idempotency-Key": '"b"'}, {}, {}
    ]  # fmt: skip
    answers = [client.post(UPLOAD, json={"urls": [CAT]}, headers=key) for key in keys]
    assert len({answer.get_json()["jobId"] for answer in answers}) == 4


def test_a_malformed_key_is_told_what_is_taken(client: FlaskClient, redis: Redis) -> None:
    answer = client.post(UPLOAD, json={"urls": [CAT]}, headers={"Idempotency-Key": 'its a "5ecret'})
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    problem = answer.get_json()
    assert problem["type"] == "/problems/invalid-header"
    assert [error["header"] for error in problem["errors"]] == ["Idempotency-Key"]
    assert "1 to 255 visible ASCII characters" in problem["detail"]
    assert "5ecret" not in answer.text
    assert redis.dbsize() == 0


def test_links_are_paged_newest_first_and_none_comes_twice(
    client: FlaskClient, submit: Submit, record: Record
) -> None:
    assert client.get("/v1/images").get_json() == {"uploaded": []}
    record(submit([f"https://example.org/{n}.jpg" for n in range(5)]), list("01234"))
    everything = client.get("/v1/images").get_json()
    assert everything == {"uploaded": [f"https://i.imgur.com/{n}.jpg" for n in (4, 3, 2, 1, 0)]}

    first = client.get("/v1/images?limit=2").get_json()
    record(submit([CAT]), ["later"])
    second = client.get(f"/v1/images?limit=2&cursor={first['next']}").get_json()
    third = client.get(f"/v1/images?limit=2&cursor={second['next']}").get_json()
    assert first["uploaded"] + second["uploaded"] + third["uploaded"] == everything["uploaded"]
    assert "next" not in third


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "json",
        "text/html",
        "text/plain; charset=latin-1",
        "text/csv; charset=utf-16",
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


def submit_text(client: FlaskClient, kind: str, body: str, query: str = "") -> TestResponse:
    return client.post(UPLOAD + query, data=body.encode(), content_type=kind)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", f"{DOG}\n# cats\n\n{CAT}\n{DOG}\n"),
        ("text/plain; charset=utf-8", f"{DOG}\r\n{CAT}"),
        ("text/csv", f"url\n{DOG}\n{CAT}\n"),
        ("application/x-ndjson", f'"{DOG}"\n{{"url": "{CAT}"}}\n'),
    ],
)
def test_text_makes_the_job_that_json_would_make(client: FlaskClient, kind: str, body: str) -> None:
    key = {"Idempotency-Key": "mine"}
    options = {"title": "Pets", "labels": ["a", "b"], "priority": "low", "webhook": CAT}
    said = client.post(UPLOAD, json={"urls": [DOG, CAT], **options}, headers=key)
    query = f"?title=Pets&label=a&label=b&priority=low&webhook={CAT}"
    answer = client.post(UPLOAD + query, data=body, content_type=kind, headers=key)
    assert (answer.status_code, answer.get_json()) == (202, said.get_json())
    assert answer.headers["Idempotent-Replayed"] == "true"


def test_a_worker_hears_what_csv_says_of_an_image(client: FlaskClient, begin: Begin) -> None:
    body = f"url,title,description,referer\n{CAT},Cat,Black.,{DOG}\n{DOG},,,\n"
    first, second = begin(submit_text(client, "text/csv", body).get_json()["jobId"])
    assert first.options == ImageOptions("Cat", "Black.", DOG)
    assert second.options == ImageOptions()


@pytest.mark.parametrize(
    ("kind", "body", "errors"),
    [
        ("text/plain", "# none\n", [{"line": 1, "code": "empty"}]),
        (
            "text/plain",
            f"{CAT}\n#\nftp://5ecret/\ncat.jpg",
            [{"line": 3, "code": "url-scheme"}, {"line": 4, "code": "url-not-absolute"}],
        ),
        (
            "text/csv",
            f"url,title\n5ecret,\n{CAT},{'a' * 201}\n,5ecret\n",
            [
                {"line": 2, "field": "url", "code": "url-not-absolute"},
                {"line": 3, "field": "title", "code": "too-long"},
                {"line": 4, "code": "url-missing"},
            ],
        ),
        (
            "application/x-ndjson",
            '7\n{"5ecret": 1}\n{"url": "5ecret"}',
            [
                {"line": 1, "code": "not-a-string"},
                {"line": 2, "code": "unknown-member"},
                {"line": 3, "field": "url", "code": "url-not-absolute"},
            ],
        ),
    ],
)
def test_what_is_wrong_in_a_text_is_named_by_its_line(
    client: FlaskClient, redis: Redis, kind: str, body: str, errors: list[dict[str, Any]]
) -> None:
    answer = submit_text(client, kind, body)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    found = answer.get_json()["errors"]
    assert [{k: v for k, v in error.items() if k != "detail"} for error in found] == errors
    assert "5ecret" not in answer.text
    assert redis.dbsize() == 0


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("?priority=5ecret", "priority", "unknown-priority"),
        ("?title=a&title=5ecret", "title", "duplicate-parameter"),
        ("?webhook=", "webhook", "url-not-absolute"),
        (f"?label=a&label={'a' * 101}", "label", "too-long"),
        ("?webhook=5ecret", "webhook", "url-not-absolute"),
        ("?5ecret=1", "", "unknown-parameter"),
        ("?urls=5ecret", "", "unknown-parameter"),
    ],
)
def test_a_wrong_option_beside_a_text_is_named(
    client: FlaskClient, redis: Redis, query: str, parameter: str, code: str
) -> None:
    answer = submit_text(client, "text/plain", CAT, query)
    assert answer.status_code == 422
    [error] = answer.get_json()["errors"]
    assert (error["parameter"], error["code"]) == (parameter, code)
    assert "5ecret" not in answer.text
    assert redis.dbsize() == 0


def test_options_in_the_query_are_those_of_json_too_and_its_own_win(client: FlaskClient) -> None:
    body = {"urls": [CAT], "title": "Mine"}
    answer = client.post("/v1/images/upload?title=Theirs&label=a", json=body)
    job = client.get(answer.headers["Location"]).get_json()
    assert (job["title"], job["labels"]) == ("Mine", ["a"])


def test_a_wrong_option_in_the_query_is_named_though_json_has_another(
    client: FlaskClient, redis: Redis
) -> None:
    body = {"urls": [CAT], "priority": "low"}
    answer = client.post("/v1/images/upload?priority=5ecret", json=body)
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.get_json()["errors"]] == ["priority"]
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


def test_ten_thousand_urls_make_a_job_and_one_more_does_not(
    client: FlaskClient, submit: Submit
) -> None:
    many = [f"https://example.org/{n}.jpg" for n in range(10_001)]
    assert client.post(UPLOAD, json={"urls": many}).status_code == 422
    job = client.get(f"{UPLOAD}/{submit(many[:-1])}").get_json()
    assert job["uploaded"]["pending"] == many[:-1]


@pytest.mark.parametrize("terminated", [True, False], ids=["chunked", "by length"])
def test_a_body_over_the_limit_is_refused_even_if_its_beginning_is_a_job(
    open_api: Open, redis: Redis, terminated: bool
) -> None:
    limits: dict[str, Any] = {"max_urls_per_job": 1, "max_url_length": 100}
    client = open_api(**limits)
    body = json.dumps({"urls": [CAT]}).encode().ljust(ApiSettings(**limits).max_body - 1)
    sent: dict[str, Any] = {"content_type": "application/json"}
    if terminated:
        sent["environ_overrides"] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    assert client.post(UPLOAD, data=body, **sent).status_code == 202
    redis.flushall()
    for over in (1, 2, 1000):
        answer = client.post(UPLOAD, data=body + b" " * over, **sent)
        assert (answer.status_code, answer.content_type) == (413, "application/problem+json")
    assert redis.dbsize() == 0


def test_redis_away_is_a_503_and_the_process_recovers(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        settings = JobsSettings(redis_url=server.url)
        store = JobStore.connect(settings)
        client = create_app(ApiSettings(), store, Dispatcher.connect(settings, store)).test_client()
        path = client.post(UPLOAD, json={"urls": [CAT]}).headers["Location"]
        server.stop()
        for answer in (
            client.post(UPLOAD, json={"urls": [CAT]}),
            client.get(UPLOAD),
            client.get(path),
            client.delete(path),
            client.post(f"{path}/retry"),
            client.get(f"{path}/images"),
            client.get("/v1/images"),
        ):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert answer.content_type == "application/problem+json"
        server.start()
        assert client.get(path).get_json()["uploaded"]["pending"] == [CAT]
        assert client.post(UPLOAD, json={"urls": [DOG]}).status_code == 202


def test_a_job_is_taken_while_only_the_broker_is_away(
    settings: JobsSettings, store: JobStore
) -> None:
    store.heartbeat(Worker("celery@here", 400), [])
    away = settings.model_copy(update={"broker_url": f"redis://127.0.0.1:{free_port()}/0"})
    client = create_app(ApiSettings(), store, Dispatcher.connect(away, store)).test_client()

    def told() -> list[str]:
        return [line["reason"] for line in lines if line["event"] == "not dispatched"]

    with capture_logs() as lines:
        with client.post(UPLOAD, json={"urls": [CAT]}) as answer:
            job_id = answer.get_json()["jobId"]
        wait(lambda: len(told()) == 1, 20)
        assert store.get(job_id).pending == [CAT]
        store.cancel(job_id)
        with client.post(f"{UPLOAD}/{job_id}/retry") as answer:
            assert answer.get_json()["retried"] == 1
        # What was admitted and not sent is leased: there is nothing more to send.
    assert told()[0].startswith("Broker: ")


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
