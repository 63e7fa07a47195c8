"""Forms: files and URLs side by side become one job, or a problem that names the part."""

import tracemalloc
from collections.abc import Callable
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis import Redis
from werkzeug.test import TestResponse

from jobs.model import Begun, ImageOptions
from jobs.store import JobStore

Open = Callable[..., FlaskClient]
Begin = Callable[[str], list[Begun]]
Part = tuple[str, str | None, str | bytes] | tuple[str, str]
"""A field's name and text; or a part's name, its file's name, and what it holds."""

UPLOAD = "/v1/images/upload"
CAT, DOG = "https://example.org/cat.jpg", "https://example.org/dog.jpg"
SECRET = "5ecret"
FORM = "multipart/form-data; boundary=b"


def written(*parts: Part) -> bytes:
    body = b""
    for name, *rest in parts:
        filename, content = (None if len(rest) == 1 else rest[0]), rest[-1]
        assert not isinstance(filename, bytes)
        body += f'--b\r\nContent-Disposition: form-data; name="{name}"'.encode()
        if filename is not None:
            body += f'; filename="{filename}"\r\nContent-Type: image/png'.encode()
        body += b"\r\n\r\n" + (content.encode() if isinstance(content, str) else content or b"")
        body += b"\r\n"
    return body + b"--b--\r\n"


def post(client: FlaskClient, body: bytes, **headers: str) -> TestResponse:
    return client.post(UPLOAD, data=body, content_type=FORM, headers=headers)


@pytest.fixture
def staged(tmp_path: Path) -> Callable[[], list[bytes]]:
    """The bytes of the files that are staged."""
    folder = tmp_path / "staging"

    def staged() -> list[bytes]:
        return [path.read_bytes() for path in sorted(folder.glob("*"))]

    return staged


Staged = Callable[[], list[bytes]]


def test_files_stand_behind_the_urls_of_their_job(
    client: FlaskClient, store: JobStore, begin: Begin, staged: Staged, tmp_path: Path
) -> None:
    answer = post(
        client,
        written(
            ("files", "a.png", b"first"),
            ("urls", f"{DOG}\n# a comment\n{CAT}"),
            ("label", "pets"),
            ("title", "Pets"),
            ("label", "2026"),
            ("files", "b.png", b"second\r\n--"),
            ("urls", CAT),
            ("files", "", b""),
            ("webhook", ""),
        ),
    )
    assert answer.status_code == 202, answer.text
    job = store.get(answer.get_json()["jobId"])
    assert job.pending == [DOG, CAT, "file:a.png", "file:b.png"]
    assert (job.title, job.labels) == ("Pets", ["pets", "2026"])
    assert staged() == [b"first", b"second\r\n--"]
    options = [begun.options for begun in begin(job.id)]
    assert options[:2] == [ImageOptions()] * 2
    names = [option.staged or "" for option in options[2:]]
    assert [(tmp_path / "staging" / name).read_bytes() for name in names] == staged()
    assert all(name.startswith(job.id) for name in names)


@pytest.mark.parametrize(
    ("filenames", "urls"),
    [
        (["cat.jpg"] * 3, ["file:cat.jpg", "file:cat.jpg (2)", "file:cat.jpg (3)"]),
        (
            ["cat (2)", "cat", "cat", "cat"],
            ["file:cat (2)", "file:cat", "file:cat (3)", "file:cat (4)"],
        ),
        (
            ["../../etc/passwd", "C:\\\\fakepath\\\\é 猫.png", "/", "a/.."],
            ["file:passwd", "file:é 猫.png", "file:unnamed", "file:.."],
        ),
        (
            ["a\u202egpj.exe", "\x7f \x01", "\u2028"],
            ["file:agpj.exe", "file:unnamed", "file:unnamed (2)"],
        ),
        (["a" * 900 + ".png"], ["file:" + "a" * 196 + ".png"]),
    ],
)
def test_a_file_is_called_by_its_name_and_by_no_path(
    client: FlaskClient, store: JobStore, tmp_path: Path, filenames: list[str], urls: list[str]
) -> None:
    answer = post(client, written(*(("files", name, b"x") for name in filenames)))
    assert store.get(answer.get_json()["jobId"]).pending == urls
    assert {path.parent for path in tmp_path.rglob("*.[0-9]")} == {tmp_path / "staging"}


@pytest.mark.parametrize(
    ("parts", "errors"),
    [
        ([], [{"part": "urls", "code": "empty"}]),
        ([("title", "Pets")], [{"part": "urls", "code": "empty"}]),
        (
            [("urls", f"{CAT}\n"), ("urls", f"{SECRET}\n\nftp://{SECRET}/")],
            [
                {"part": "urls", "line": 3, "code": "url-not-absolute"},
                {"part": "urls", "line": 5, "code": "url-scheme"},
            ],
        ),
        (
            [("priority", SECRET), ("title", "a" * 201), ("label", ""), ("urls", CAT)],
            [
                {"part": "priority", "code": "unknown-priority"},
                {"part": "title", "code": "too-long"},
                {"part": "label", "code": "empty"},
            ],
        ),
        (
            [("urls", CAT), ("title", "a"), ("title", SECRET)],
            [{"part": "title", "code": "duplicate-part"}],
        ),
        ([("urls", CAT), (SECRET, "1")], [{"part": "", "code": "unknown-part"}]),
        ([("urls", CAT), (SECRET, "a.png", b"x")], [{"part": "", "code": "unknown-part"}]),
        ([("files", SECRET)], [{"part": "files", "number": 1, "code": "not-a-file"}]),
        ([("files", "", b"x")], [{"part": "files", "number": 1, "code": "not-a-file"}]),
        ([("files", f"{SECRET}.png", b"")], [{"part": "files", "number": 1, "code": "empty"}]),
    ],
)
def test_what_is_wrong_in_a_form_is_named_by_its_part(
    client: FlaskClient,
    redis: Redis,
    staged: Staged,
    parts: list[Part],
    errors: list[dict[str, Any]],
) -> None:
    files: list[Part] = [("files", "good.png", b"good")] if errors[0]["code"] != "empty" else []
    answer = post(client, written(*parts, *files))
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    found = answer.get_json()["errors"]
    assert [{k: v for k, v in error.items() if k != "detail"} for error in found] == errors
    assert SECRET not in answer.text
    assert redis.dbsize() == 0
    assert staged() == []


def test_a_part_that_is_none_is_told_those_that_are(client: FlaskClient) -> None:
    answer = post(client, written(("file", "cat.png", b"x")))
    [error] = answer.get_json()["errors"]
    assert error["detail"] == "Takes none but files, urls, title, priority, label, webhook."


def test_text_that_is_not_utf_8_is_no_option(client: FlaskClient, staged: Staged) -> None:
    answer = post(client, written(("title", None, b"5ecret\xff"), ("files", "a", b"x")))
    assert answer.get_json()["errors"][0]["code"] == "surrogates"
    assert staged() == []


@pytest.mark.parametrize(
    ("sizes", "number", "code"),
    [([101], 1, "too-large"), ([100, 101], 2, "too-large"), ([100, 100, 51], 3, "too-much")],
)
def test_files_are_taken_up_to_their_limits(
    open_api: Open, redis: Redis, staged: Staged, sizes: list[int], number: int, code: str
) -> None:
    client = open_api(fetch_max_bytes=100, max_files_bytes=250)
    parts = [("files", f"{SECRET}.png", bytes(size)) for size in sizes]
    answer = post(client, written(*parts))
    assert answer.status_code == 413
    [error] = answer.get_json()["errors"]
    assert (error["part"], error["number"], error["code"]) == ("files", number, code)
    assert SECRET not in answer.text
    assert redis.dbsize() == 0
    assert staged() == []
    assert post(client, written(*parts[:-1], ("files", "a", bytes(50)))).status_code == 202


def test_files_and_urls_are_counted_together(open_api: Open, staged: Staged) -> None:
    client = open_api(max_urls_per_job=3)
    parts: list[Part] = [("urls", CAT), ("files", "a", b"x"), ("files", "b", b"x")]
    assert post(client, written(*parts)).status_code == 202
    answer = post(client, written(*parts, ("urls", DOG)))
    assert answer.get_json()["errors"][0]["code"] == "too-many"
    assert len(staged()) == 2


#: Each is made when its test runs, and named: some are long.
NO_FORMS: dict[str, tuple[Callable[[], bytes], int]] = {
    "a space": (lambda: b" ", 400),
    "a boundary": (lambda: b"--b", 400),
    "a header without a colon": (lambda: b"--b\r\n5ecret\r\n\r\nx\r\n--b--", 400),
    "no end": (lambda: written(("files", "a.png", b"x"))[:-4], 400),
    "another boundary": (lambda: written(("files", "a", b"x")).replace(b"--b", b"--c"), 400),
    "no name": (lambda: b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--", 400),
    "no name of a file": (lambda: named(b'filename="a"'), 400),
    "a name of other bytes": (lambda: named(b'name="\xff"'), 400),
    "many headers": (lambda: b"--b\r\n" + b"X-A: 5ecret\r\n" * 100_000, 413),
    "a long header": (lambda: b"--b\r\nX-A: " + b"a" * 2_000_000, 413),
    "many parts": (lambda: written(*[("urls", "")] * 10_200), 413),
    "a long field": (lambda: written(("urls", "#" * 30_000_000)), 413),
}


def named(name: bytes) -> bytes:
    return b"--b\r\nContent-Disposition: form-data; " + name + b"\r\n\r\nx\r\n--b--"


@pytest.mark.parametrize("what", NO_FORMS)
def test_what_is_no_form_or_too_much_of_one_is_refused(
    client: FlaskClient, redis: Redis, staged: Staged, what: str
) -> None:
    make, status = NO_FORMS[what]
    body = make()
    files = written(("files", "good.png", b"good")).removesuffix(b"--b--\r\n")
    for sent in (body, files + body):
        answer = post(client, sent)
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
        assert "5ecret" not in answer.text
        assert staged() == []
    assert redis.dbsize() == 0


def test_what_comes_before_a_form_without_end_is_refused(client: FlaskClient) -> None:
    assert post(client, b"a" * 2_000_000).status_code == 413


def test_a_form_says_its_boundary(client: FlaskClient) -> None:
    answer = client.post(UPLOAD, data=b"x", content_type="multipart/form-data")
    assert (answer.status_code, answer.get_json()["type"]) == (400, "/problems/malformed-body")


def test_no_more_of_a_form_is_in_memory_than_a_part_of_it(open_api: Open, staged: Staged) -> None:
    class Sender:
        """What sends 10 files of 10 MB each, and is never more than a piece of one itself."""

        def __init__(self) -> None:
            head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
            file = [head, *[bytes(50_000)] * 200, b"\r\n"]
            self._pieces = chain(*[file] * 10, [b"--b--\r\n"])

        def read(self, size: int) -> bytes:
            assert size >= 50_000
            return next(self._pieces, b"")

    client = open_api()
    client.get("/healthz")
    tracemalloc.start()
    try:
        answer = client.post(
            UPLOAD,
            environ_overrides={
                "CONTENT_TYPE": FORM,
                "wsgi.input": Sender(),
                "wsgi.input_terminated": True,
            },
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.status_code == 202, answer.text
    assert [len(content) for content in staged()] == [10_000_000] * 10
    assert peak < 4_000_000


def test_the_same_key_takes_the_same_files(
    client: FlaskClient, store: JobStore, staged: Staged
) -> None:
    def send(content: bytes, name: str = "a.png", **more: str) -> TestResponse:
        body = written(*more.items(), ("files", name, content))
        return post(client, body, **{"Idempotency-Key": "mine"})

    first = send(b"first")
    again = send(b"first", priority="normal")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (202, "true")
    assert again.get_json() == first.get_json()
    for other in (send(b"other"), send(b"first", "b.png"), send(b"first", title="Another")):
        assert other.get_json()["type"] == "/problems/idempotency-key-reused"
    assert staged() == [b"first"]


def test_a_job_beyond_the_quota_leaves_no_file(open_api: Open, staged: Staged) -> None:
    client = open_api(limit_urls_per_hour=2)
    body = written(("files", "a", b"x"), ("urls", CAT))
    assert [post(client, body).status_code for _ in range(2)] == [202, 429]
    assert len(staged()) == 1


def test_a_place_that_takes_no_files_is_a_503_and_urls_go_on(
    open_api: Open, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    client = open_api(staging_url=str(tmp_path / "file/below"))
    answer = post(client, written(("files", "a", b"x")))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.get_json()["type"] == "/problems/staging-unavailable"
    assert post(client, written(("urls", CAT))).status_code == 202


def test_a_disk_that_is_full_is_a_507(open_api: Open, staged: Staged) -> None:
    client = open_api(max_files_bytes=10**18)
    answer = post(client, written(("files", "a", b"x")))
    assert (answer.status_code, answer.get_json()["type"]) == (507, "/problems/staging-full")
    assert staged() == []


#: What a form is made of, to be put together in any order.
PIECES = [b"--b", b"--", b"\r\n", b"\n", b"\r", b"x", written(("files", "a", b"x"))[3:-7]]


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.binary() | st.lists(st.sampled_from(PIECES)).map(b"".join))
def test_any_bytes_are_a_form_or_a_problem(
    client: FlaskClient, redis: Redis, tmp_path: Path, body: bytes
) -> None:
    redis.flushall()
    for path in tmp_path.glob("staging/*"):
        path.unlink()
    answer = post(client, body)
    files = list(tmp_path.glob("staging/*"))
    if answer.status_code == 202:
        assert files
    else:
        assert answer.status_code in {400, 413, 422}
        assert (redis.dbsize(), files) == (0, [])


def test_files_are_no_retry(client: FlaskClient) -> None:
    job_id = post(client, written(("files", "a", b"x"))).get_json()["jobId"]
    retry = f"{UPLOAD}/{job_id}/retry"
    assert client.post(retry, json={"urls": ["file:a"]}).get_json()["retried"] == 0
    assert client.post(retry, json={"urls": ["file:b"]}).status_code == 422
    assert client.post(retry, data=BytesIO(b"x"), content_type=FORM).status_code == 415
