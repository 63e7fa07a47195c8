"""Reading a job only when it changed: ETag, If-None-Match, Prefer."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

from jobs.model import Begun, Failure
from jobs.store import JobStore
from tests.service import wait

Open = Callable[..., FlaskClient]
Submit = Callable[[Sequence[str]], str]
Begin = Callable[[str], list[Begun]]
Ask = Callable[..., Future[TestResponse]]

UPLOAD = "/v1/images/upload"
NO_JOB = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"
CAT, DOG = ("https://example.org/cat.jpg", "https://example.org/dog.jpg")
BLOCKED = Failure("imgur-blocked", "Imgur takes nothing from here.", False)


@pytest.fixture(params=[UPLOAD, "/v1/images/uploaded"])
def path(request: pytest.FixtureRequest, submit: Submit) -> str:
    """Where a job of two images is, in each dialect."""
    return f"{request.param}/{submit([CAT, DOG])}"


@pytest.fixture
def ask(open_api: Open) -> Iterator[Ask]:
    """Get a path beside the test, with these headers."""
    with ThreadPoolExecutor() as others:

        def ask(path: str, **headers: str) -> Future[TestResponse]:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return others.submit(open_api().get, path, headers=named)

        yield ask


def test_what_the_client_has_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('W/"')
    again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.data) == (304, b"")
    assert (again.headers["ETag"], again.headers["Retry-After"]) == (tag, "1")
    assert again.headers["Cache-Control"] == "no-cache"
    assert "Content-Security-Policy" not in again.headers  # the client has it with the job


def test_so_it_is_under_more_slashes_than_one(client: FlaskClient, path: str) -> None:
    headers = {"If-None-Match": client.get(path).headers["ETag"]}
    environ = {"PATH_INFO": f"//{path}"}
    assert client.get("/", environ_overrides=environ, headers=headers).status_code == 304


def test_only_who_looks_is_told_that_nothing_is_new(
    client: FlaskClient, path: str, store: JobStore
) -> None:
    headers = {"If-None-Match": "*", "Prefer": "wait=20"}
    job = UPLOAD + path[path.rindex("/") :]
    assert client.delete(job, headers=headers).status_code == 200
    assert store.get(job.rpartition("/")[2]).status == "complete"


def test_what_is_left_is_told_with_what_is_not_new(open_api: Open, path: str) -> None:
    client = open_api(limit_requests_per_minute=9)
    for asked, status in ((path, 304), (f"{UPLOAD}/{NO_JOB}", 404)):
        answer = client.get(asked, headers={"If-None-Match": "*"})
        assert (answer.status_code, answer.headers["RateLimit-Policy"]) == (
            status,
            '"requests";q=9;w=60',
        )


def test_another_state_has_another_tag(
    client: FlaskClient, path: str, begin: Begin, store: JobStore
) -> None:
    steps: list[Callable[[], object]] = [
        lambda: begin(path.rsplit("/", maxsplit=1)[-1]),
        lambda: store.pause(BLOCKED, 60, 60),
        lambda: store.resume(BLOCKED.code),
    ]
    tags = [client.get(path).headers["ETag"]]
    for step in steps:
        step()
        answer = client.get(path, headers={"If-None-Match": tags[-1]})
        assert answer.status_code == 200
        tags.append(answer.headers["ETag"])
    assert tags[3] == tags[1]  # nothing waits any more
    assert len(set(tags)) == 3


def test_a_job_of_an_older_version_has_no_tag(client: FlaskClient, path: str, redis: Redis) -> None:
    redis.hdel(f"imgferry:job:{path.rsplit('/', maxsplit=1)[-1]}", "version")
    answer = client.get(path, headers={"If-None-Match": 'W/"1-1"'})
    assert answer.status_code == 200
    assert "ETag" not in answer.headers


def test_who_prefers_to_wait_is_answered_when_something_changes(
    client: FlaskClient, path: str, begin: Begin, ask: Ask, redis: Redis
) -> None:
    tag = client.get(path).headers["ETag"]
    waiting = [ask(path, Prefer="wait=20"), ask(path, Prefer="wait=20", If_None_Match=tag)]
    wait(lambda: int(redis.info("clients")["blocked_clients"]) == 2)
    begin(path.rsplit("/", maxsplit=1)[-1])
    for answer in [asked.result(timeout=10) for asked in waiting]:
        assert answer.status_code == 200
        assert answer.get_json()["status"] == "in-progress"
        assert answer.headers["Preference-Applied"] == "wait=20"


def test_at_the_end_of_the_time_it_is_as_it_was(client: FlaskClient, path: str) -> None:
    tag = client.get(path).headers["ETag"]
    began = time.monotonic()
    assert client.get(path, headers={"Prefer": "wait=1", "If-None-Match": tag}).status_code == 304
    answer = client.get(path, headers={"Prefer": "wait=1"})
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (200, "wait=1")
    assert 2 <= time.monotonic() - began < 10


def test_nobody_waits_where_the_state_is_another_or_the_last(
    client: FlaskClient, path: str, store: JobStore
) -> None:
    began = time.monotonic()
    headers = {"Prefer": "wait=20", "If-None-Match": 'W/"1-1"'}
    assert client.get(path, headers=headers).status_code == 200
    store.cancel(path.rsplit("/", maxsplit=1)[-1])
    tag = client.get(path, headers={"Prefer": "wait=20"}).headers["ETag"]
    headers["If-None-Match"] = tag
    answer = client.get(path, headers=headers)
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (304, "wait=20")
    assert time.monotonic() - began < 10
