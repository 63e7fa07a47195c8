"""The API as it is started: gunicorn over real sockets, as an operator runs it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from sandbox.errors import ProcessFailed
from sandbox.redis import RedisServer
from tests.api.conftest import PLAIN, SHIPPED, Api, gunicorn, serving

UPLOAD = "/v1/images/upload"
JSON = {"Content-Type": "application/json"}
CANARY = "c4n4ry"
CAT = f"https://example.org/{CANARY}.jpg"


@pytest.fixture(scope="module", params=[SHIPPED, PLAIN], ids=["shipped", "plain"])
def api(
    request: pytest.FixtureRequest,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Api]:
    log = tmp_path_factory.mktemp("api")
    with serving(request.param, log, {"REDIS_URL": redis_server.url}) as api:
        yield api


def test_a_job_is_read_from_every_process_right_after_it_was_posted(api: Api) -> None:
    for number in range(20):
        answer = requests.post(api.url + UPLOAD, json={"urls": [f"{CAT}?{number}"]}, timeout=20)
        job = requests.get(api.url + answer.headers["Location"], timeout=20)
        assert (answer.status_code, job.status_code) == (202, 200)
        assert job.json()["uploaded"]["pending"] == [f"{CAT}?{number}"]


def test_requests_at_once_with_one_key_make_one_job(api: Api) -> None:
    session = str(uuid4())

    def submit(number: int) -> requests.Response:
        key = f'"{session}"' if number % 2 else session
        return requests.post(
            api.url + UPLOAD, json={"urls": [CAT]}, headers={"Idempotency-Key": key}, timeout=20
        )

    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(submit, range(64)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["jobId"] for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    replayed = [answer.headers.get("Idempotent-Replayed") for answer in answers]
    assert sorted(map(str, replayed)) == ["None"] + 63 * ["true"]


def test_requests_at_once_with_one_key_and_two_bodies_make_one_job(api: Api) -> None:
    headers = {"Idempotency-Key": str(uuid4())}

    def submit(number: int) -> requests.Response:
        urls = [f"{CAT}?{number % 2}"]
        return requests.post(api.url + UPLOAD, json={"urls": urls}, headers=headers, timeout=20)

    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(submit, range(32)))
    taken = [answer for answer in answers if answer.status_code == 202]
    assert len({answer.json()["jobId"] for answer in taken}) == 1
    assert len(taken) == 16
    refused = [answer for answer in answers if answer not in taken]
    kinds = {(answer.status_code, answer.json()["type"]) for answer in refused}
    assert kinds == {(422, "/problems/idempotency-key-reused")}


def test_two_keys_in_one_request_are_none(api: Api) -> None:
    head = f"POST {UPLOAD} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    keys = "Idempotency-Key: a\r\nIdempotency-Key: b\r\n"
    body = json.dumps({"urls": [CAT]})
    answer = api.exchange(f"{head}{keys}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"/problems/invalid-header" in answer


def test_a_retry_takes_no_body_and_an_empty_chunked_one(api: Api) -> None:
    answer = requests.post(api.url + UPLOAD, json={"urls": [CAT]}, timeout=20)
    retry = f"{answer.headers['Location']}/retry"
    for framing in ("", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n"):
        chunks = "0\r\n\r\n" if "chunked" in framing else ""
        request = f"POST {retry} HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n{chunks}"
        assert api.exchange(request.encode()).startswith(b"HTTP/1.1 202 ")


def test_a_chunked_body_is_a_body(api: Api) -> None:
    chunks = iter([b'{"urls":', json.dumps([CAT]).encode(), b"}"])
    answer = requests.post(api.url + UPLOAD, data=chunks, headers=JSON, timeout=20)
    assert answer.status_code == 202


@pytest.mark.parametrize("chunked", [True, False], ids=["chunked", "by length"])
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_300_megabytes_are_refused_and_not_held(api: Api, chunked: bool) -> None:
    requests.get(api.url + "/healthz", timeout=20).raise_for_status()
    megabyte = b" " * 1_000_000
    body = (megabyte for _ in range(300)) if chunked else megabyte * 300
    answer = requests.post(api.url + UPLOAD, data=body, headers=JSON, timeout=60)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert api.peak_memory() < 200_000_000


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\n{}\r\n0\r\n\r\n",
        b"5\r\n{}",
        b"2\r\n{}xx0\r\n\r\n",
        b"-2\r\n{}\r\n0\r\n\r\n",
        b"2;\r{}\r\n0\r\n\r\n",
        b"",
    ],
)
def test_broken_chunks_are_the_clients_fault(api: Api, body: bytes) -> None:
    head = f"POST {UPLOAD} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    answer = api.exchange(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1//images", 404),
        ("GET", "/v1/images/", 404),
        ("GET", f"{UPLOAD}/{CANARY}", 404),
        ("GET", f"{UPLOAD}/55355b7c-9b86-4a1a-b32e-6cdd6db07183", 404),
        ("PUT", UPLOAD, 405),
        ("DELETE", "/v1/images", 405),
    ],
)
def test_every_error_is_a_problem(api: Api, method: str, path: str, status: int) -> None:
    answer = api.exchange(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"application/problem+json" in head
    assert (b"\r\nAllow: " in head) is (status == 405)
    assert json.loads(body)["status"] == status


def test_the_log_has_ids_and_no_url(api: Api) -> None:
    path = f"/v1/images?cursor={CANARY}"
    for asked in (path, f"/{CANARY}", UPLOAD):
        requests.get(api.url + asked, headers={"X-Request-ID": "mine"}, timeout=20)
    wrong = {"urls": [f"ftp://{CANARY}"]}
    answer = requests.post(
        api.url + UPLOAD, json=wrong, headers={"X-Request-ID": "last"}, timeout=20
    )
    assert answer.headers["X-Request-ID"] == answer.json()["requestId"] == "last"
    line = json.loads(api.process.wait_for_line(r'\{.*"request_id": "last".*\}')[0])
    assert (line["event"], line["method"], line["status"]) == ("request", "POST", 422)
    assert line["route"] == UPLOAD
    assert CANARY not in api.process.log.read_text()


@pytest.mark.parametrize("args", [SHIPPED, PLAIN], ids=["shipped", "plain"])
@pytest.mark.parametrize("name", ["MAX_URLS_PER_JOB", "REDIS_URL"])
def test_a_wrong_setting_ends_gunicorn_by_its_name(
    tmp_path: Path, args: list[str], name: str
) -> None:
    process = gunicorn(args, tmp_path / "api.log", {name: "many"})
    process.start()
    try:
        with pytest.raises(ProcessFailed, match="ended"):
            process.wait_until(lambda: False)
        lines = process.log.read_text().splitlines()
        assert any(line.startswith(f"{name}: ") for line in lines)
        assert "Traceback" not in process.log.read_text()
    finally:
        process.stop()
