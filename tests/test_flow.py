"""How Imgferry is used, from outside, one thing at a time: read it as the tutorial.

Everything is real: HTTP to the API under gunicorn, Redis, a Celery worker, an image source, and
the stand-in for Imgur.
"""

import re
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
import requests

from sandbox.stack import Stack

_numbers = count(1000)


class Service:
    """The REST API as a client sees it."""

    def __init__(self, stack: Stack) -> None:
        self.root = f"{stack.api.url}/v1/images"
        self.source = stack.source.url

    def photo(self, query: str = "") -> str:
        """The URL of a photo that no other test uses."""
        return f"{self.source}/photo/{next(_numbers)}.png?bytes=5000{query}"

    def upload(self, urls: list[str]) -> str:
        answer = requests.post(f"{self.root}/upload", json={"urls": urls})
        assert answer.status_code == 202
        return str(answer.json()["jobId"])

    def job(self, job_id: str) -> dict[str, Any]:
        answer = requests.get(f"{self.root}/upload/{job_id}")
        assert answer.status_code == 200
        return dict(answer.json())

    def images(self, job_id: str, **query: str | int) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.root}/upload/{job_id}/images", params=query)
        return list(answer.json()["images"])

    def finished(self, job_id: str, timeout: float = 60) -> dict[str, Any]:
        return self.until(job_id, lambda job: job["status"] == "complete", timeout)

    def until(
        self, job_id: str, holds: Callable[[dict[str, Any]], bool], timeout: float = 60
    ) -> dict[str, Any]:
        deadline = time.monotonic() + timeout
        while not holds(job := self.job(job_id)):
            assert time.monotonic() < deadline, job
            time.sleep(0.05)
        return job


@pytest.fixture(scope="session")
def service(stack: Stack) -> Service:
    return Service(stack)


def test_a_batch_goes_in_and_the_images_come_out(service: Service) -> None:
    urls = [service.photo() for _ in range(30)]

    answer = requests.post(f"{service.root}/upload", json={"urls": urls})
    assert answer.status_code == 202
    assert list(answer.json()) == ["jobId"]
    job_id = answer.json()["jobId"]
    assert answer.headers["Location"] == f"/v1/images/upload/{job_id}"
    assert answer.headers["Retry-After"] == "1"

    job = service.finished(job_id)
    assert job["uploaded"] == {"pending": [], "complete": urls, "failed": []}

    for image in service.images(job_id):
        at_imgur = requests.get(image["link"])
        assert at_imgur.headers["Content-Type"] == image["type"] == "image/png"
        assert len(at_imgur.content) == image["bytes"]
        assert at_imgur.content == requests.get(image["url"]).content


def test_a_job_can_be_read_at_once_and_says_when(service: Service) -> None:
    job_id = service.upload([service.photo("&delay=0.3")])
    job = service.job(job_id)
    assert list(job) == ["id", "created", "finished", "status", "uploaded", "estimate"]
    assert (job["id"], job["finished"]) == (job_id, None)
    assert job["status"] in ("pending", "in-progress")
    assert service.until(job_id, lambda job: job["status"] == "in-progress")["finished"] is None

    job = service.finished(job_id)
    assert list(job) == ["id", "created", "finished", "status", "uploaded"]
    for moment in (job["created"], job["finished"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment)
    assert job["created"] < job["finished"]


def test_duplicates_are_stripped_and_the_order_is_kept(service: Service) -> None:
    a, b, c = (service.photo() for _ in range(3))
    job = service.finished(service.upload([b, a, b, c, a]))
    assert job["uploaded"]["complete"] == [b, a, c]


def test_the_older_dialect_says_completed(service: Service) -> None:
    url = service.photo()
    job_id = service.upload([url])
    service.finished(job_id)
    job = requests.get(f"{service.root}/uploaded/{job_id}").json()
    assert job["status"] == "completed"
    assert job["uploaded"] == {"pending": [], "completed": [url], "failed": []}


def test_a_failure_says_why_and_costs_no_other_image(service: Service) -> None:
    reasons = {
        service.photo("&status=404"): "source-not-found",
        f"{service.source}/page.html": "source-not-an-image",
        f"{service.source}/drawing.svg": "source-not-an-image",
        f"{service.source}/redirect/9?to=/photo/1.png": "source-redirects",
        "http://127.0.0.1.nip.invalid/cat.jpg": "source-host-not-found",
        "http://[::1]:6379/": "source-forbidden",
    }
    good = service.photo()
    job_id = service.upload([*reasons, good])
    job = service.finished(job_id)
    assert job["uploaded"] == {"pending": [], "complete": [good], "failed": list(reasons)}
    failed = service.images(job_id, status="failed")
    assert {image["url"]: image["error"]["code"] for image in failed} == reasons
    assert all(image["error"]["message"] and not image["error"]["retryable"] for image in failed)
    assert all(image["attempts"] == 1 and image["link"] is None for image in failed)


def test_a_job_of_which_every_image_failed_is_complete(service: Service) -> None:
    job = service.finished(service.upload([service.photo("&status=410")]))
    assert job["finished"] is not None


def test_a_source_that_stumbles_is_tried_again(service: Service) -> None:
    passing = f"{service.source}/flaky/{next(_numbers)}.png?fails=1"
    lasting = f"{service.source}/flaky/{next(_numbers)}.png?fails=99"
    job_id = service.upload([passing, lasting])
    service.until(job_id, lambda _: any(i["retryAt"] for i in service.images(job_id)))
    assert service.job(job_id)["status"] == "in-progress"
    service.finished(job_id)
    first, second = service.images(job_id)
    assert (first["status"], first["attempts"]) == ("complete", 2)
    assert (second["status"], second["attempts"]) == ("failed", 3)
    assert second["error"]["code"] == "source-unavailable"
    assert second["error"]["retryable"] is True


def test_every_answer_partitions_the_urls_whoever_reads_it(service: Service) -> None:
    urls = [service.photo(f"&delay={n % 20 / 20}") for n in range(400)]
    job_id = service.upload(urls)

    def read_until_complete(_: int) -> int:
        reads, left = 0, len(urls)
        while True:
            job = service.job(job_id)
            arrays = job["uploaded"].values()
            assert Counter(url for array in arrays for url in array) == Counter(urls)
            pending = len(job["uploaded"]["pending"])
            assert pending <= left
            assert (job["status"] == "complete") == (pending == 0) == (job["finished"] is not None)
            reads, left = reads + 1, pending
            if not pending:
                return reads

    with ThreadPoolExecutor(8) as readers:
        assert sum(readers.map(read_until_complete, range(8))) > 8


def test_a_repeated_request_is_the_same_job(service: Service) -> None:
    body = {"urls": [service.photo()], "priority": "high"}
    key = {"Idempotency-Key": '"order-5831"'}
    answers = [requests.post(f"{service.root}/upload", json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    other = requests.post(f"{service.root}/upload", json={"urls": [service.photo()]}, headers=key)
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/idempotency-key-reused"


def test_a_job_can_be_cancelled_and_what_failed_run_again(service: Service) -> None:
    urls = [service.photo("&delay=2") for _ in range(400)]  # nothing is complete so soon
    job_id = service.upload(urls)
    url = f"{service.root}/upload/{job_id}"
    assert requests.delete(url).status_code == 200
    job = service.finished(job_id)
    assert len(job["uploaded"]["failed"]) >= 200  # those that were not begun
    codes = {image["error"]["code"] for image in service.images(job_id, status="failed")}
    assert codes == {"cancelled"}

    answer = requests.post(f"{url}/retry", json={"urls": job["uploaded"]["failed"][:3]})
    assert (answer.status_code, answer.json()) == (202, {"jobId": job_id, "retried": 3})
    again = service.finished(job_id)
    assert len(again["uploaded"]["complete"]) == len(job["uploaded"]["complete"]) + 3
    assert again["finished"] > job["finished"]


def test_jobs_are_listed_newest_first(service: Service) -> None:
    job_ids = [service.upload([service.photo()]) for _ in range(3)]
    jobs = requests.get(f"{service.root}/upload", params={"limit": 3}).json()["jobs"]
    assert [job["id"] for job in jobs] == job_ids[::-1]
    assert all(sum(job["images"].values()) == 1 for job in jobs)


def test_the_same_bytes_are_uploaded_once(service: Service) -> None:
    photo = service.photo()
    first, second = (service.upload([url]) for url in (photo, f"{photo}&copy=2"))
    service.finished(first)
    service.finished(second)
    images = [service.images(job_id)[0] for job_id in (first, second)]
    assert images[0]["link"] == images[1]["link"]
    assert sorted(image["deduplicated"] for image in images) == [False, True]


def test_all_links_newest_first_and_none_twice(service: Service) -> None:
    urls = [service.photo() for _ in range(7)]
    job_ids = [service.upload([url]) for url in urls]
    for job_id in job_ids:
        service.finished(job_id)
    new = {service.images(job_id)[0]["link"] for job_id in job_ids}

    links: list[str] = []
    query = {"limit": 3}
    while True:
        page = requests.get(service.root, params=query).json()
        links += page["uploaded"]
        if "next" not in page:
            break
        query["cursor"] = page["next"]
    assert len(links) == len(set(links))
    assert set(links[:7]) == new
    assert requests.get(service.root).json()["uploaded"] == links[:1000]


def test_nothing_but_ids_and_hosts_is_told_on_the_way(service: Service, stack: Stack) -> None:
    """Read after whatever ran before, at debug level: no URL, no client id, no deletehash."""
    canary = "canary-7b1f"
    job_id = service.upload(
        [service.photo(f"&token={canary}"), service.photo(f"&status=404&token={canary}")]
    )
    service.finished(job_id)
    logs = [part.log.read_text() for part in (stack.api, *stack.workers)]
    assert all(job_id in log for log in logs)
    for secret in (canary, "/photo/", "deletehash", "Client-ID"):
        assert not any(secret in log for log in logs)
