"""A batch beyond Imgur's limits finishes by itself: it waits, and nothing is refused twice."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from imgferry import Client
from sandbox.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

#: 50 uploads an hour and 120 a day; a day takes 18 seconds.
LIMITED = ("--user-limit=500", "--client-limit=1200", "--clock-speed=4800")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, scale=3, stand_in_options=LIMITED) as stack:
        yield stack


def stats(stack: Stack) -> dict[str, Any]:
    return dict(requests.get(f"{stack.imgur.url}/_stand-in/stats").json())


def test_a_batch_of_three_days_finishes_by_itself(stack: Stack) -> None:
    urls = [f"{stack.source.url}/photo/{n}.png?bytes=3000" for n in range(300)]
    reasons = set()
    restarted = False
    with Client(stack.api.url) as client:
        job_id = client.upload(urls)
        deadline = time.monotonic() + 180
        while (job := client.job(job_id)).status != "complete":
            assert time.monotonic() < deadline
            reasons.add(job.body.get("waiting", {}).get("reason"))
            if not restarted and len(job.complete) > 150:
                stack.workers[0].stop()
                stack.workers[0].start()
                restarted = True
            time.sleep(0.1)
        assert job.complete == urls
        assert {image.attempts for image in client.images(job_id)} == {1}
    assert {"imgur-user-limit", "imgur-client-throttled"} & reasons

    counted = stats(stack)
    assert (counted["uploads"], counted["duplicates"]) == (300, 0)
    days = [window for window in counted["windows"] if window["name"] == "client"]
    assert len(days) == 3
    # A worker that starts asks what is left, which costs a credit and so perhaps an upload.
    assert all(day["used"] >= 0.95 * day["limit"] for day in days[:2])
    refusals = {(w["name"], w["started"]): w["refusals"] for w in counted["windows"]}
    assert max(refusals.values()) <= 1, {w: n for w, n in refusals.items() if n}


def test_a_wrong_client_id_pauses_and_costs_no_image(tmp_path: Path) -> None:
    only = ("--client-id", "another", "--user-limit", "0", "--client-limit", "0")
    with Stack(tmp_path, stand_in_options=only) as stack, Client(stack.api.url) as client:
        job_id = client.upload([f"{stack.source.url}/photo/1.png"])
        deadline = time.monotonic() + 30
        while not (pause := requests.get(f"{stack.api.url}/readyz").json()["pause"]):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert pause["reason"] == "imgur-unauthorized"
        while next(client.images(job_id)).attempts:  # until it was given back
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert next(client.images(job_id)).status == "pending"
