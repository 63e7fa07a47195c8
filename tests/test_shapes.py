"""What each error of Imgur's does to a batch that it strikes in the middle.

The tables say by hand what each means: throttled, blocked and not authorized are nobody's failure,
and the destination waits; what passes is tried again; what is the image's own fails it.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import requests
from redis import Redis

from sandbox.imgur.faults import LOST_ANSWER, NAMES, RESET, SLOW
from sandbox.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(30)]

HOUR, DAY = 3600, 86_400
USER, CLIENT, POSTS = "imgur-user-throttled", "imgur-client-throttled", "imgur-posts-throttled"
BLOCKED, UNAUTHORIZED = "imgur-blocked", "imgur-unauthorized"

#: Reason and seconds: as long as Imgur says in words, else in a header; else a first cool-down.
PAUSES = {
    "too-fast": (USER, 59 * 60),
    "too-fast-400": (USER, 59 * 60),
    "too-fast-text": (USER, 60),
    "user-limit": (USER, 60),
    "daily-limit": (CLIENT, 3600),
    "errors-429": (USER, 60),
    "html-429": (USER, 60),
    "over-capacity-429": (USER, 60),
    "user-window-spent": (USER, HOUR),
    "client-window-spent": (CLIENT, DAY),
    "posts-window-spent": (POSTS, 1648),
    "no-window-spent": (USER, 60),
    "actions-forbidden": (BLOCKED, 600),
    "actions-forbidden-403": (BLOCKED, 600),
    "over-capacity-403": (BLOCKED, 600),
    "banned-country": (BLOCKED, 600),
    "forbidden": (BLOCKED, 600),
    "authentication-required": (UNAUTHORIZED, 60),
    "invalid-client-id": (UNAUTHORIZED, 60),
    "malformed-auth-header": (UNAUTHORIZED, 60),
    "unauthorized": (UNAUTHORIZED, 60),
    "permission-denied": (UNAUTHORIZED, 60),
    "invalid-access-token": (UNAUTHORIZED, 60),
    "gateway": (UNAUTHORIZED, 60),
    "error-in-success": (UNAUTHORIZED, 60),
}

PASSING = (
    "over-capacity-1203",
    "over-capacity-500",
    "could-not-complete",
    "upstream-timeout",
    "upload-failed",
    "upload-unprocessed",
    "database",
    "data-text",
    "data-list",
    "html-400",
    "html-405",
    "html-overload",
    "varnish-client-read",
    "varnish-backend-write",
    "xml-stub",
    "empty",
)

#: The code of the one image that fails.
PERMANENT = {
    "bad-request": "imgur-refused",
    "tag-not-found": "imgur-refused",
    "tag-not-followed": "imgur-refused",
    "no-image-data": "imgur-refused",
    "invalid-url": "imgur-refused",
    "image-not-found": "imgur-refused",
    "code-without-message": "imgur-refused",
    "data-false": "imgur-refused",
    "mandible": "imgur-refused",
    "over-size-413": "imgur-refused-size",
    "over-size-1002": "imgur-refused-size",
    "bare-413": "imgur-refused-size",
    "animated-gif-too-large": "imgur-refused-size",
    "corrupt": "imgur-refused-type",
    "file-type-not-supported": "imgur-refused-type",
    "file-type-1003": "imgur-refused-type",
    "file-type-415": "imgur-refused-type",
}

WITHOUT_ANSWER = (RESET, LOST_ANSWER)

#: Images of a job.
BATCH = 50

_numbers = count()


class Service:
    """The service as a client and an operator see it, and Imgur's faults."""

    def __init__(self, stack: Stack) -> None:
        self._jobs = f"{stack.api.url}/v1/images/upload"
        self._ready = f"{stack.api.url}/readyz"
        self._destination = f"{stack.api.url}/v1/destination"
        self._imgur = f"{stack.imgur.url}/_stand-in"
        self._source = stack.source.url
        self._redis = stack.redis.url

    def set_faults(self, faults: dict[str, int]) -> None:
        """Each strikes once, after so many uploads."""
        wanted = [{"name": name, "after": after} for name, after in faults.items()]
        requests.put(f"{self._imgur}/faults", json=wanted).raise_for_status()

    def upload_batch(self) -> str:
        """A job of photos that no other job has."""
        urls = [f"{self._source}/photo/{next(_numbers)}.png?bytes=3000" for _ in range(BATCH)]
        answer = requests.post(self._jobs, json={"urls": urls})
        assert answer.status_code == 202
        return str(answer.json()["jobId"])

    def until(self, job_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + 15
        while not holds(job := self.job(job_id)):
            assert time.monotonic() < deadline, job
            time.sleep(0.1)
        return job

    def job(self, job_id: str) -> dict[str, Any]:
        return dict(requests.get(f"{self._jobs}/{job_id}").json())

    def paused(self, job_id: str, reason: str) -> dict[str, Any]:
        """The job when it waits for this reason, and what was under way has ended."""

        def holds(job: dict[str, Any]) -> bool:
            in_flight = requests.get(self._destination).json()["inFlight"]
            return "waiting" in job and job["waiting"]["reason"] == reason and in_flight == 0

        self.until(job_id, holds)
        return self.job(job_id)

    def finished(self, job_id: str) -> list[dict[str, Any]]:
        """Its images, when none is pending any more."""
        self.until(job_id, lambda job: job["status"] == "complete")
        return self.images(job_id)

    def images(self, job_id: str) -> list[dict[str, Any]]:
        return list(requests.get(f"{self._jobs}/{job_id}/images").json()["images"])

    def pause(self) -> dict[str, Any]:
        answer = requests.get(self._ready)
        assert answer.status_code == 200
        return dict(answer.json()["pause"])

    def end_pause(self) -> None:
        """As an operator does. The recorded windows are not the stand-in's: they go too."""
        with Redis.from_url(self._redis) as redis:
            redis.delete("imgferry:pause", "imgferry:budget")

    def at_imgur(self) -> int:
        """How many images Imgur has kept."""
        return int(requests.get(f"{self._imgur}/stats").json()["uploads"])


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    # Few at once, so that a batch has a middle.
    few = {"WORKER_IMAGES_AT_ONCE": "10"}
    with Stack(tmp_path_factory.mktemp("stack"), environment=few) as stack:
        yield stack


@pytest.fixture
def service(stack: Stack) -> Iterator[Service]:
    service = Service(stack)
    yield service
    # Should the test have failed, the next one shall not meet what it left.
    service.set_faults({})
    service.end_pause()


def test_every_error_that_is_known_stands_in_one_table() -> None:
    told = [*PAUSES, *PASSING, *PERMANENT, *WITHOUT_ANSWER]
    assert Counter(told) == Counter(name for name in NAMES if name != SLOW)


@pytest.mark.parametrize("name", PAUSES)
def test_a_limit_is_nobodys_failure_and_all_wait(service: Service, name: str) -> None:
    reason, seconds = PAUSES[name]
    service.set_faults({name: 10})
    before = datetime.now(UTC)
    job_id = service.upload_batch()
    job = service.paused(job_id, reason)
    wait = (datetime.fromisoformat(job["waiting"]["resumesAt"]) - before).total_seconds()
    assert seconds <= wait <= 1.2 * seconds + 20  # a cool-down is spread over a fifth more
    assert service.pause() == {"reason": reason, "until": job["waiting"]["resumesAt"]}
    assert job["status"] == "in-progress"
    assert job["uploaded"]["failed"] == []
    # Ten were before it; those that were under way with it have got through.
    assert 10 <= len(job["uploaded"]["complete"]) <= 40
    assert {image["attempts"] for image in service.images(job_id) if not image["link"]} == {0}

    service.end_pause()
    assert outcomes(service.finished(job_id)) == {("complete", 1, None): BATCH}


@pytest.mark.parametrize("name", PERMANENT)
def test_an_image_that_imgur_does_not_want_fails_alone(service: Service, name: str) -> None:
    service.set_faults({name: 25})
    images = service.finished(service.upload_batch())
    assert outcomes(images) == {("complete", 1, None): BATCH - 1, ("failed", 1, PERMANENT[name]): 1}
    (error,) = (image["error"] for image in images if image["status"] == "failed")
    assert error["message"]
    assert not error["retryable"]


def test_what_passes_is_tried_again(service: Service) -> None:
    """All in one batch: each retry takes a second or two."""
    service.set_faults({name: 5 + 2 * n for n, name in enumerate(PASSING)})
    before = service.at_imgur()
    job_id = service.upload_batch()
    images = service.finished(job_id)
    assert outcomes(images) == {
        ("complete", 1, None): BATCH - len(PASSING),
        ("complete", 2, None): len(PASSING),
    }
    assert service.at_imgur() - before == BATCH


@pytest.mark.parametrize(("name", "kept"), [(RESET, BATCH), (LOST_ANSWER, BATCH + 1)])
def test_an_answer_that_never_came_is_told(service: Service, name: str, kept: int) -> None:
    service.set_faults({name: 25})
    before = service.at_imgur()
    images = service.finished(service.upload_batch())
    assert outcomes(images) == {("complete", 1, None): BATCH - 1, ("complete", 2, None): 1}
    assert service.at_imgur() - before == kept
    assert [image["attempts"] for image in images if image["possiblyDuplicated"]] == [2]


def outcomes(images: list[dict[str, Any]]) -> Counter[tuple[str, int, str | None]]:
    """How many images there are of each status, attempts and error code."""
    return Counter(
        (image["status"], image["attempts"], image["error"] and image["error"]["code"])
        for image in images
    )
