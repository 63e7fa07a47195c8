"""A batch beyond Imgur's limits finishes by itself: it waits, and nothing is refused twice."""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from imgferry import Client
from imgferry.model import Job
from sandbox.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

#: Credits.
HOUR, DAY, LEFT_OF_FIRST_DAY = 500, 7000, 1000
#: 50 uploads an hour, 700 a day; an hour takes 4 s, a day 96 s. The first day ends in 12 s.
LIMITED = (
    f"--user-limit={HOUR}",
    f"--client-limit={DAY}",
    "--clock-speed=900",
    "--day-began=21",
    f"--day-used={DAY - LEFT_OF_FIRST_DAY}",
)

LIMITS = {f"imgur-{of}-{how}" for of in ("user", "client") for how in ("limit", "throttled")}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, scale=3, stand_in_options=LIMITED) as stack:
        yield stack


def test_a_thousand_images_at_fifty_an_hour_finish_by_themselves(stack: Stack) -> None:
    urls = [f"{stack.source.url}/photo/{n}.png?bytes=3000" for n in range(1000)]
    reasons = set()
    restarted = False
    with Client(stack.api.url) as client:
        job_id = client.upload(urls)
        deadline = time.monotonic() + 240
        while (job := client.job(job_id)).status != "complete":
            assert time.monotonic() < deadline
            reasons.add(reason_to_wait(job))
            check_destination(stack)
            if not restarted and len(job.complete) > 500:
                stack.workers[0].stop()
                stack.workers[0].start()
                restarted = True
            time.sleep(0.2)
        assert job.complete == urls
        assert {image.attempts for image in client.images(job_id)} == {1}
    assert {"imgur-user-limit", "imgur-client-throttled"} <= reasons
    assert reasons <= {None, *LIMITS}

    counted = requests.get(f"{stack.imgur.url}/_stand-in/stats").json()
    assert (counted["uploads"], counted["duplicates"]) == (1000, 0)
    refusals = {(w["name"], w["started"]): w["refusals"] for w in counted["windows"]}
    assert max(refusals.values()) <= 1, {w: n for w, n in refusals.items() if n}

    hours, days = (
        [window for window in counted["windows"] if window["name"] == name]
        for name in ("user", "client")
    )
    assert len(days) == 3  # so two were used up
    for day, budget in zip(days[:2], (LEFT_OF_FIRST_DAY, DAY), strict=True):
        assert day["limit"] - day["used"] <= 0.05 * budget
    full = full_hours(hours, days)
    assert len(full) >= 15
    assert all(hour["used"] >= 0.95 * HOUR for hour in full), full


def reason_to_wait(job: Job) -> str | None:
    """Why the job's images wait, if they do; it is not to be finished sooner than they go on."""
    waiting, estimate = job.body.get("waiting"), job.body["estimate"]
    if waiting is None:
        return None
    resumes = datetime.fromisoformat(waiting["resumesAt"])
    assert estimate is None or datetime.fromisoformat(estimate) >= resumes
    return str(waiting["reason"])


def check_destination(stack: Stack) -> None:
    """No window is ever overdrawn."""
    for window in requests.get(f"{stack.api.url}/v1/destination").json()["windows"]:
        assert 0 <= window["remaining"] <= window["limit"], window


def full_hours(hours: list[dict[str, Any]], days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The hours that nothing but their own limit cut short.

    Their day covered calls before and after them, so there was budget for all of the hour, and
    images waited to its end. That leaves out the hour in which a day was used up, the one that a
    refused call opened after it, and the one in which the batch ended.
    """
    return [
        hour
        for hour in hours
        if any(day["started"] <= hour["started"] and hour["ends"] <= day["latest"] for day in days)
    ]
