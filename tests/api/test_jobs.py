"""Jobs, and what a client may do with them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from redis import Redis

from jobs.model import Begun, Failed, Failure, JobStatus, Known, Outcome, Result, Retry, Told
from jobs.store import JobStore
from tests.service import wait

Submit = Callable[[Sequence[str]], str]
Begin = Callable[[str], list[Begun]]
Record = Callable[[str, Sequence[Result | str]], None]

UPLOAD = "/v1/images/upload"
CAT, DOG, FOX = (f"https://example.org/{animal}.jpg" for animal in ("cat", "dog", "fox"))

GONE = Failed(Failure("source-gone", "The source has no such image.", retryable=False))
DOWN = Failed(Failure("source-unavailable", "The source is down.", retryable=True))
BUSY = Retry(Failure("source-busy", "The source is busy.", retryable=True), after=3600)


def urls(count: int) -> list[str]:
    return [f"https://example.org/{n}.jpg" for n in range(count)]


def test_a_job_in_progress(client: FlaskClient, submit: Submit, record: Record) -> None:
    job_id = submit([CAT, DOG, FOX])
    record(job_id, ["cat", GONE])
    answer = client.get(f"{UPLOAD}/{job_id}")
    assert answer.headers["Retry-After"] == "1"
    job = answer.get_json()
    assert (job["status"], job["finished"]) == ("in-progress", None)
    assert job["uploaded"] == {"pending": [FOX], "complete": [CAT], "failed": [DOG]}

    older = client.get(f"/v1/images/uploaded/{job_id}").get_json()
    uploaded = {"pending": [FOX], "completed": [CAT], "failed": [DOG]}
    assert older == job | {"uploaded": uploaded}


def test_a_job_of_which_every_url_failed_is_complete(
    client: FlaskClient, submit: Submit, record: Record
) -> None:
    job_id = submit([CAT, DOG])
    record(job_id, [GONE, GONE])
    answer = client.get(f"{UPLOAD}/{job_id}")
    job = answer.get_json()
    assert "Retry-After" not in answer.headers
    assert list(job) == ["id", "created", "finished", "status", "uploaded"]
    assert job["status"] == "complete"
    assert job["created"] <= job["finished"]
    assert job["uploaded"] == {"pending": [], "complete": [], "failed": [CAT, DOG]}

    older = client.get(f"/v1/images/uploaded/{job_id}")
    assert older.get_json() == job | {
        "status": "completed",
        "uploaded": {"pending": [], "completed": [], "failed": [CAT, DOG]},
    }


def test_a_job_says_when_it_should_finish(
    client: FlaskClient, store: JobStore, submit: Submit
) -> None:
    path = f"{UPLOAD}/{submit(urls(120))}"
    assert client.get(path).get_json()["estimate"] is None
    store.record([], [Told("user", length=3600, limit=50, remaining=10, resets_in=1800)])
    # 10 at once, 50 in half an hour, 50 an hour later, 10 after one more.
    estimate = datetime.fromisoformat(client.get(path).get_json()["estimate"])
    assert 2.4 < (estimate - datetime.now(UTC)).total_seconds() / 3600 < 2.5


def test_what_became_of_every_image(client: FlaskClient, submit: Submit, record: Record) -> None:
    job_id = submit([CAT, DOG, FOX])
    path = f"{UPLOAD}/{job_id}/images"
    record(job_id, ["cat", GONE, BUSY])
    answer = client.get(path)
    cat, dog, fox = answer.get_json()["images"]
    assert answer.get_json()["next"] is None
    assert "5ecret" not in answer.text
    assert cat == {
        "index": 0,
        "url": CAT,
        "status": "complete",
        "link": "https://i.imgur.com/cat.jpg",
        "id": "cat",
        "type": "image/jpeg",
        "width": 640,
        "height": 480,
        "bytes": 100_000,
        "attempts": 1,
        "deduplicated": False,
        "possiblyDuplicated": False,
        "deleted": False,
        "error": None,
        "retryAt": None,
    }
    assert (dog["status"], dog["error"]["code"], dog["retryAt"]) == ("failed", "source-gone", None)
    assert (fox["status"], fox["error"]["code"]) == ("pending", "source-busy")
    assert datetime.fromisoformat(fox["retryAt"]) > datetime.now(UTC)

    failed = client.get(path, query_string={"status": "failed"}).get_json()
    assert failed == {"images": [dog], "next": None}


def test_an_image_says_that_it_was_there_already_or_may_be_twice(
    client: FlaskClient, store: JobStore, submit: Submit, begin: Begin, record: Record
) -> None:
    record(submit([CAT]), ["cat"])
    job_id = submit([DOG, FOX])
    dog, fox = begin(job_id)
    doubtful = Retry(BUSY.failure, after=3600, arrived=True)
    store.record([Outcome(dog.image, Known("sha256 of cat")), Outcome(fox.image, doubtful)])
    known, doubted = client.get(f"{UPLOAD}/{job_id}/images").get_json()["images"]
    assert (known["status"], known["link"]) == ("complete", "https://i.imgur.com/cat.jpg")
    assert (known["deduplicated"], known["possiblyDuplicated"]) == (True, False)
    assert (doubted["deduplicated"], doubted["possiblyDuplicated"]) == (False, True)


def test_images_are_paged_in_order(client: FlaskClient, submit: Submit) -> None:
    sent = urls(250)
    path = f"{UPLOAD}/{submit(sent)}/images"
    assert len(client.get(path).get_json()["images"]) == 100
    seen: list[str] = []
    query = {"limit": "70"}
    while True:
        page = client.get(path, query_string=query).get_json()
        seen += [image["url"] for image in page["images"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == sent


def test_jobs_are_listed_newest_first(client: FlaskClient, submit: Submit, record: Record) -> None:
    assert client.get(UPLOAD).get_json() == {"jobs": [], "next": None}
    older, newer = submit([CAT, DOG, FOX]), submit([CAT])
    record(older, ["cat", GONE])
    first, second = client.get(UPLOAD).get_json()["jobs"]
    created = [client.get(f"{UPLOAD}/{job_id}").get_json()["created"] for job_id in (newer, older)]
    assert first == {
        "id": newer,
        "created": created[0],
        "finished": None,
        "status": "pending",
        "images": {"pending": 1, "complete": 0, "failed": 0},
    }
    assert second == {
        "id": older,
        "created": created[1],
        "finished": None,
        "status": "in-progress",
        "images": {"pending": 1, "complete": 1, "failed": 1},
    }


def test_jobs_are_listed_by_status(client: FlaskClient, submit: Submit, record: Record) -> None:
    begun, done, pending = submit([CAT, DOG]), submit([CAT]), submit([CAT])
    record(begun, ["cat"])
    record(done, ["dog"])
    by_status = {
        status: [
            job["id"]
            for job in client.get(UPLOAD, query_string={"status": status}).get_json()["jobs"]
        ]
        for status in JobStatus
    }
    assert by_status == {"pending": [pending], "in-progress": [begun], "complete": [done]}


def test_jobs_are_listed_by_label(client: FlaskClient) -> None:
    def add(*labels: str) -> str:
        body = {"urls": [CAT], "title": "Pets", "labels": labels}
        return str(client.post(UPLOAD, json=body).get_json()["jobId"])

    cats, both, _ = add("cats"), add("dogs", "cats"), add("dogs")
    listed = client.get(f"{UPLOAD}?label=cats").get_json()["jobs"]
    assert [(job["id"], job["title"], job["labels"]) for job in listed] == [
        (both, "Pets", ["dogs", "cats"]),
        (cats, "Pets", ["cats"]),
    ]
    assert client.get(f"{UPLOAD}?label=cat").get_json() == {"jobs": [], "next": None}
    page = client.get(f"{UPLOAD}?label=cats&limit=1").get_json()
    assert [job["id"] for job in page["jobs"]] == [both]
    rest = client.get(f"{UPLOAD}?label=cats&limit=1&cursor={page['next']}").get_json()
    assert [job["id"] for job in rest["jobs"]] == [cats]
    assert client.get(f"{UPLOAD}/{both}").get_json()["labels"] == ["dogs", "cats"]


@pytest.mark.parametrize("status", [None, "pending", "complete"])
def test_jobs_are_paged_while_jobs_are_added(
    client: FlaskClient, store: JobStore, submit: Submit, status: str | None
) -> None:
    jobs = [submit([CAT]) for _ in range(10)]
    finished = jobs[::3]
    for job_id in finished:
        store.cancel(job_id)
    wanted = {None: jobs, "complete": finished}.get(status, [j for j in jobs if j not in finished])
    seen: list[str] = []
    query = {"limit": "2"} | ({"status": status} if status else {})
    while True:
        page = client.get(UPLOAD, query_string=query).get_json()
        assert len(page["jobs"]) <= 2
        seen += [job["id"] for job in page["jobs"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
        submit([DOG])
    assert seen == wanted[::-1]


def test_a_cancelled_job_is_complete_and_what_had_not_begun_has_failed(
    client: FlaskClient, submit: Submit, record: Record
) -> None:
    job_id = submit([CAT, DOG, FOX])
    record(job_id, ["cat", GONE, BUSY])
    answer = client.delete(f"{UPLOAD}/{job_id}")
    assert answer.status_code == 200
    job = answer.get_json()
    assert (job["status"], "estimate" in job) == ("complete", False)
    assert job["uploaded"] == {"pending": [], "complete": [CAT], "failed": [DOG, FOX]}
    _, dog, fox = client.get(f"{UPLOAD}/{job_id}/images").get_json()["images"]
    assert (dog["error"]["code"], fox["error"]["code"]) == ("source-gone", "cancelled")
    assert fox["retryAt"] is None
    for again in (client.delete(f"{UPLOAD}/{job_id}"), client.get(f"{UPLOAD}/{job_id}")):
        assert (again.status_code, again.get_json()) == (200, job)


def test_images_under_way_finish_after_a_cancel(
    client: FlaskClient, store: JobStore, submit: Submit, begin: Begin
) -> None:
    job_id = submit([CAT, DOG])
    cat, dog = begin(job_id)
    answer = client.delete(f"{UPLOAD}/{job_id}")
    assert answer.headers["Retry-After"] == "1"
    assert answer.get_json()["status"] == "in-progress"
    assert answer.get_json()["uploaded"]["pending"] == [CAT, DOG]
    store.record([Outcome(cat.image, GONE), Outcome(dog.image, BUSY)])
    job = client.get(f"{UPLOAD}/{job_id}").get_json()
    assert (job["status"], job["uploaded"]["failed"]) == ("complete", [CAT, DOG])


def test_a_cancelled_job_runs_again(client: FlaskClient, submit: Submit, record: Record) -> None:
    job_id = submit([CAT, DOG])
    path = f"{UPLOAD}/{job_id}"
    client.delete(path)
    answer = client.post(f"{path}/retry")
    assert (answer.status_code, answer.get_json()) == (202, {"jobId": job_id, "retried": 2})
    assert (answer.headers["Location"], answer.headers["Retry-After"]) == (path, "1")
    job = client.get(path).get_json()
    assert (job["status"], job["finished"]) == ("pending", None)
    assert job["uploaded"]["pending"] == [CAT, DOG]
    assert client.post(f"{path}/retry").get_json()["retried"] == 0
    record(job_id, ["cat", "dog"])
    assert client.get(path).get_json()["uploaded"]["complete"] == [CAT, DOG]


@pytest.mark.parametrize(
    ("body", "again"),
    [
        ({}, [CAT, DOG]),
        ({"only": "retryable"}, [DOG]),
        ({"urls": [CAT]}, [CAT]),
        ({"urls": [FOX, DOG, DOG]}, [DOG]),
        ({"urls": [FOX]}, []),
    ],
)
def test_what_failed_runs_again(
    client: FlaskClient, submit: Submit, record: Record, body: dict[str, object], again: list[str]
) -> None:
    job_id = submit([CAT, DOG, FOX])
    record(job_id, [GONE, DOWN, "fox"])
    answer = client.post(f"{UPLOAD}/{job_id}/retry", json=body)
    assert answer.get_json() == {"jobId": job_id, "retried": len(again)}
    job = client.get(f"{UPLOAD}/{job_id}").get_json()
    assert job["uploaded"]["pending"] == again
    assert (job["finished"] is None) == bool(again)


def test_a_retry_is_sent_at_once(
    client: FlaskClient, submit: Submit, record: Record, redis: Redis
) -> None:
    job_id = submit([CAT])
    record(job_id, [GONE])
    assert redis.llen("imgferry") == 0
    client.post(f"{UPLOAD}/{job_id}/retry").close()  # as gunicorn does with what it has sent
    wait(lambda: redis.llen("imgferry") == 1, 20)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"urls": [CAT, "https://example.org/5ecret"]}, [("/urls/1", "unknown-url")]),
        ({"urls": [FOX, CAT, FOX]}, [("/urls/0", "unknown-url"), ("/urls/2", "unknown-url")]),
        ({"urls": []}, [("/urls", "empty")]),
        ({"urls": [7]}, [("/urls/0", "not-a-string")]),
        ({"urls": [CAT], "only": "retryable"}, [("", "urls-and-only")]),
    ],
)
def test_a_wrong_retry_names_the_places_and_runs_nothing(
    client: FlaskClient,
    submit: Submit,
    record: Record,
    body: dict[str, object],
    errors: list[tuple[str, str]],
) -> None:
    job_id = submit([CAT, DOG])
    record(job_id, [GONE, GONE])
    answer = client.post(f"{UPLOAD}/{job_id}/retry", json=body)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert [(e["pointer"], e["code"]) for e in answer.get_json()["errors"]] == errors
    assert "5ecret" not in answer.text
    assert client.get(f"{UPLOAD}/{job_id}").get_json()["status"] == "complete"


def test_of_many_unknown_urls_twenty_are_named(client: FlaskClient, submit: Submit) -> None:
    answer = client.post(f"{UPLOAD}/{submit([CAT])}/retry", json={"urls": urls(30)})
    pointers = [error["pointer"] for error in answer.get_json()["errors"]]
    assert pointers == [f"/urls/{n}" for n in range(20)]


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"", None, 202),
        (b"", "text/plain", 202),
        (b"{}", None, 415),
        (b"{}", "text/plain", 415),
        (b"{}", "application/json", 202),
        (b"[]", "application/json", 400),
    ],
)
def test_a_retry_needs_no_body_and_takes_no_other(
    client: FlaskClient, submit: Submit, data: bytes, content_type: str | None, status: int
) -> None:
    path = f"{UPLOAD}/{submit([CAT])}/retry"
    answer = client.post(path, data=data, content_type=content_type)
    assert answer.status_code == status
