"""The link that deletes an image: a page that asks, its form, and DELETE for programs."""

import re
from collections.abc import Callable, Sequence

import pytest
from flask.testing import FlaskClient
from redis import Redis
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from jobs.model import JobOptions, Result
from jobs.store import JobStore
from tests.api.test_access import KEYS
from tests.service import wait

Open = Callable[..., FlaskClient]
Record = Callable[[str, Sequence[Result | str]], None]

LINK = "https://i.imgur.com/cat.jpg"


@pytest.fixture
def job_id(store: JobStore, record: Record) -> str:
    """A job whose one image was uploaded, to be deleted one day."""
    job_id = store.add(["https://example.org/cat.jpg"], JobOptions(deletable=True)).job_id
    record(job_id, ["cat"])
    return job_id


@pytest.fixture
def path(store: JobStore, job_id: str) -> str:
    return f"/v1/images/delete/{store.permit_deletion(job_id, 0)}"


def test_the_page_asks_and_its_form_deletes(
    client: FlaskClient, store: JobStore, job_id: str, path: str
) -> None:
    page = client.get(path)
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    assert LINK in page.text
    assert '<form method="post">' in page.text
    assert store.deletehash(job_id, 0) is None  # to look deletes nothing

    confirmed = client.post(path)
    assert (confirmed.status_code, confirmed.location) == (303, path)
    assert "is being deleted" in client.get(path).text
    assert store.deletehash(job_id, 0) == "5ecret"

    store.deleted(job_id, 0, [])
    done = client.get(path).text
    assert "The image is deleted" in done
    assert "<form" not in done


def test_a_program_deletes_without_a_page(
    client: FlaskClient, store: JobStore, job_id: str, path: str, redis: Redis
) -> None:
    for _ in range(2):
        with client.delete(path) as answer:
            told = (answer.status_code, answer.get_json())
        assert told == (202, {"status": "pending", "link": LINK})
    wait(lambda: redis.llen("imgferry") == 1, 20)  # sent once, and at once
    store.deleted(job_id, 0, [])
    answer = client.delete(path)
    assert (answer.status_code, answer.get_json()) == (200, {"status": "deleted", "link": LINK})


def test_the_image_says_so_and_has_no_link(
    client: FlaskClient, store: JobStore, job_id: str, path: str
) -> None:
    client.delete(path)
    store.deleted(job_id, 0, [])
    (image,) = client.get(f"/v1/images/upload/{job_id}/images").get_json()["images"]
    assert (image["status"], image["deleted"], image["link"]) == ("complete", True, None)
    assert client.get("/v1/images").get_json() == {"uploaded": []}


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_another_token_is_404_and_not_shown(client: FlaskClient, method: str) -> None:
    answer = client.open("/v1/images/delete/t0ken", method=method)
    assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/unknown-deletion")
    assert "t0ken" not in answer.text


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path)
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "<script" not in page.text
    assert "style=" not in page.text
    (style,) = re.findall('<link rel="stylesheet" href="(/[^"]+)">', page.text)
    with client.get(style) as sheet:
        assert (sheet.status_code, sheet.mimetype) == (200, "text/css")


def test_the_token_is_the_key(open_api: Open, path: str) -> None:
    """A browser sends no API key."""
    stranger = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.7"}}
    with_keys = open_api(api_keys=KEYS, limit_requests_per_minute=9)
    assert with_keys.get("/v1/images", **stranger).status_code == 401
    page = with_keys.get(path, **stranger)
    assert page.status_code == 200
    assert page.headers["RateLimit-Policy"] == '"requests";q=9;w=60'
    assert with_keys.post(path, **stranger).status_code == 303
    # Without keys, this machine alone may ask, here too.
    assert open_api().get(path, **stranger).status_code == 403


def test_its_form_may_be_sent_from_anywhere(client: FlaskClient, path: str) -> None:
    """Who has the token may delete: it does not matter on which page the link was."""
    assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 303


def test_no_token_is_logged(client: FlaskClient, path: str) -> None:
    with capture_logs(processors=[merge_contextvars]) as logs:
        for method in ("GET", "POST", "DELETE"):
            client.open(path, method=method)
    assert {line["route"] for line in logs} == {"/v1/images/delete/<token>"}
    assert path.rpartition("/")[2] not in str(logs)
