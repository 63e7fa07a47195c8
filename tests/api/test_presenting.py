import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from api.presenting import (
    present_destination,
    present_images,
    present_in_older_dialect,
    present_job,
    present_jobs,
    present_links,
    present_pause,
)
from jobs.model import (
    Destination,
    Failure,
    Image,
    ImageStatus,
    Job,
    JobStatus,
    Page,
    Pause,
    Summary,
)

BEGAN = datetime(2026, 11, 21, 16, 48, 29, 123_999, UTC)


def job(status: JobStatus, finished: datetime | None = None) -> Job:
    return Job(
        id="55355b7c-9b86-4a1a-b32e-6cdd6db07183",
        created=BEGAN,
        finished=finished,
        status=status,
        pending=["https://example.org/black-cat.jpg"],
        complete=["https://example.org/gAGub9k.jpg"],
        failed=[],
    )


def test_a_job_is_the_json_of_the_contract_member_by_member() -> None:
    assert json.dumps(present_job(job(JobStatus.IN_PROGRESS))) == (
        '{"id": "55355b7c-9b86-4a1a-b32e-6cdd6db07183", "created": "2026-11-21T16:48:29.123Z", '
        '"finished": null, "status": "in-progress", '
        '"uploaded": {"pending": ["https://example.org/black-cat.jpg"], '
        '"complete": ["https://example.org/gAGub9k.jpg"], "failed": []}, "estimate": null}'
    )


def test_title_and_labels_stand_behind_the_id_where_they_were_given() -> None:
    named = replace(job(JobStatus.PENDING), title="Cats", labels=("b", "a"))
    assert list(present_job(named))[:3] == ["id", "title", "labels"]
    assert json.loads(json.dumps(present_job(named)))["labels"] == ["b", "a"]
    assert list(present_job(replace(named, title=None)))[:2] == ["id", "labels"]


def test_a_job_that_is_complete_has_no_estimate() -> None:
    assert list(present_job(job(JobStatus.COMPLETE, finished=BEGAN))) == [
        "id",
        "created",
        "finished",
        "status",
        "uploaded",
    ]


def test_a_job_that_waits_says_why_and_when_it_should_finish() -> None:
    holdup = Pause("imgur-user-limit", BEGAN)
    presented = present_job(job(JobStatus.PENDING), expected=BEGAN, holdup=holdup)
    assert presented["estimate"] == "2026-11-21T16:48:29.123Z"
    assert presented["waiting"] == {
        "reason": "imgur-user-limit",
        "resumesAt": "2026-11-21T16:48:29.123Z",
    }


def test_a_summary_counts_the_images() -> None:
    summary = Summary(job(JobStatus.PENDING).id, BEGAN, None, JobStatus.IN_PROGRESS, 3, 2, 1)
    assert present_jobs(Page([summary], "41")) == {
        "jobs": [
            {
                "id": "55355b7c-9b86-4a1a-b32e-6cdd6db07183",
                "created": "2026-11-21T16:48:29.123Z",
                "finished": None,
                "status": "in-progress",
                "images": {"pending": 3, "complete": 2, "failed": 1},
            }
        ],
        "next": "41",
    }


def test_the_destination_tells_its_pace() -> None:
    destination = Destination([], None, in_flight=1, waiting=2, due=3, jobs=4, pace=1.5)
    assert present_destination(destination) == {
        "windows": [],
        "pause": None,
        "inFlight": 1,
        "waiting": 2,
        "due": 3,
        "imagesPerSecond": 1.5,
    }


@pytest.mark.parametrize("status", JobStatus)
def test_the_older_dialect_differs_in_one_word(status: JobStatus) -> None:
    presented = present_in_older_dialect(present_job(job(status, finished=BEGAN)))
    assert presented["status"] == ("completed" if status is JobStatus.COMPLETE else status)
    assert list(presented["uploaded"]) == ["pending", "completed", "failed"]
    assert presented["finished"] == "2026-11-21T16:48:29.123Z"


def test_an_image_tells_all_that_is_known_and_null_for_the_rest() -> None:
    image = Image(
        index=7,
        url="https://example.org/cat.jpg",
        status=ImageStatus.PENDING,
        attempts=2,
        error=Failure("source-timeout", "The source was too slow.", retryable=True),
        retry_at=BEGAN,
    )
    assert present_images(Page([image], "7")) == {
        "images": [
            {
                "index": 7,
                "url": "https://example.org/cat.jpg",
                "status": "pending",
                "link": None,
                "id": None,
                "type": None,
                "width": None,
                "height": None,
                "bytes": None,
                "attempts": 2,
                "deduplicated": False,
                "possiblyDuplicated": False,
                "deleted": False,
                "error": {
                    "code": "source-timeout",
                    "message": "The source was too slow.",
                    "retryable": True,
                },
                "retryAt": "2026-11-21T16:48:29.123Z",
            }
        ],
        "next": "7",
    }


def test_images_without_more_say_so_and_links_without_more_stay_as_of_old() -> None:
    assert present_images(Page([], None)) == {"images": [], "next": None}
    assert present_links(Page([], None)) == {"uploaded": []}
    assert present_links(Page(["https://i.imgur.com/a.jpg"], "3-1")) == {
        "uploaded": ["https://i.imgur.com/a.jpg"],
        "next": "3-1",
    }


def test_a_pause_says_why_and_until_when() -> None:
    assert present_pause(Pause("imgur-rate-limited", BEGAN)) == {
        "reason": "imgur-rate-limited",
        "until": "2026-11-21T16:48:29.123Z",
    }
