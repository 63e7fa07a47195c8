import hashlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.imgur.shapes import SHAPES
from sandbox.source.photos import photo

CLIENT = {"Authorization": "Client-ID tests"}


def upload(imgur: str, number: int = 1) -> requests.Response:
    files = {"image": (f"{number}.jpg", photo(number, "jpg", 3000))}
    return requests.post(f"{imgur}/3/image", headers=CLIENT, files=files, timeout=10)


def stats(imgur: str) -> dict[str, Any]:
    answer: dict[str, Any] = requests.get(f"{imgur}/_stand-in/stats", timeout=10).json()
    return answer


def put(imgur: str, what: str, value: Any) -> requests.Response:
    return requests.put(f"{imgur}/_stand-in/{what}", json=value, timeout=10)


@pytest.fixture
def faulty(imgur: str) -> Iterator[str]:
    """The stand-in, in order again after the test."""
    yield imgur
    requests.delete(f"{imgur}/_stand-in/faults", timeout=10)
    put(imgur, "delay", {"seconds": 0})


@pytest.mark.parametrize("name", SHAPES)
def test_every_recorded_shape_is_given_once(faulty: str, name: str) -> None:
    images = stats(faulty)["images"]
    assert put(faulty, "faults", [{"name": name}]).status_code == 204
    answer = upload(faulty)
    shape = SHAPES[name]
    assert answer.status_code == shape.status
    assert answer.content.decode() == shape.body
    assert shape.headers.items() <= dict(answer.headers).items()
    assert stats(faulty)["images"] == images
    assert upload(faulty).json()["success"]


def test_a_fault_waits_and_happens_several_times(faulty: str) -> None:
    put(faulty, "faults", [{"name": "too-fast", "after": 1, "times": 2}, {"name": "data-false"}])
    statuses = [upload(faulty).status_code for _ in range(4)]
    assert statuses == [400, 429, 429, 200]


def test_faults_can_be_cleared(faulty: str) -> None:
    put(faulty, "faults", [{"name": "too-fast", "times": 100}])
    assert upload(faulty).status_code == 429
    assert requests.delete(f"{faulty}/_stand-in/faults", timeout=10).status_code == 204
    assert upload(faulty).status_code == 200


def test_a_reset_keeps_nothing(faulty: str) -> None:
    images = stats(faulty)["images"]
    put(faulty, "faults", [{"name": "reset"}])
    with pytest.raises(requests.ConnectionError):
        upload(faulty)
    assert stats(faulty)["images"] == images


def test_a_lost_answer_keeps_the_image(faulty: str) -> None:
    before = stats(faulty)
    put(faulty, "faults", [{"name": "lost-answer"}])
    with pytest.raises(requests.ConnectionError):
        upload(faulty, 77)
    after = stats(faulty)
    assert after["images"] == before["images"] + 1
    assert after["faults"] == before["faults"] + 1


def test_a_slow_upload_and_a_delay_for_all_take_their_time(faulty: str) -> None:
    put(faulty, "faults", [{"name": "slow", "seconds": 0.2}])
    put(faulty, "delay", {"seconds": 0.1})
    for seconds in (0.3, 0.1):
        start = time.monotonic()
        assert upload(faulty).status_code == 200
        assert time.monotonic() - start >= seconds


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("faults", {"name": "too-fast"}),
        ("faults", ["too-fast"]),
        ("faults", [{"name": "nonsense"}]),
        ("faults", [{"name": ["too-fast"]}]),
        ("faults", [{"name": "too-fast", "time": 1}]),
        ("faults", [{"name": "too-fast", "times": "1"}]),
        ("delay", {"seconds": -1}),
        ("delay", {"seconds": "1"}),
        ("delay", 1),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(faulty: str, what: str, value: Any) -> None:
    answer = put(faulty, what, value)
    assert answer.status_code == 400
    assert "take" in answer.text or "numbers" in answer.text
    assert upload(faulty).status_code == 200


def test_stats_count_what_happened(faulty: str) -> None:
    before = stats(faulty)
    for number in (901, 902, 902):
        upload(faulty, number)
    after = stats(faulty)
    for name, more in {"uploads": 3, "images": 3, "duplicates": 1, "bytes": 9000}.items():
        assert after[name] == before[name] + more, name
    assert after["addresses"]["127.0.0.1"] == {"uploads": after["uploads"], "refusals": 0}


def test_stats_count_refusals_by_window(start_imgur: Any) -> None:
    imgur = start_imgur("--user-limit", "10")
    statuses = [upload(imgur).status_code for _ in range(3)]
    assert statuses == [200, 429, 429]
    after = stats(imgur)
    assert after["refusals"] == 2
    windows = {window["name"]: window for window in after["windows"]}
    assert windows.keys() == {"user", "client", "posts"}
    assert (windows["user"]["used"], windows["user"]["refusals"]) == (10, 2)
    assert (windows["client"]["used"], windows["client"]["refusals"]) == (10, 0)
    assert (windows["posts"]["used"], windows["posts"]["refusals"]) == (1, 0)
    assert windows["user"]["ends"] - windows["user"]["started"] == pytest.approx(3600)


def test_images_are_listed_newest_first_without_their_deletehash(faulty: str) -> None:
    for number in (903, 904):
        upload(faulty, number)
    answer = requests.get(f"{faulty}/_stand-in/images?limit=2", timeout=10)
    assert [image["name"] for image in answer.json()] == ["904", "903"]
    assert answer.json()[0]["sha256"] == hashlib.sha256(photo(904, "jpg", 3000)).hexdigest()
    assert "deletehash" not in answer.text


def test_recorded_waits_pass_at_the_speed_of_the_clock(start_imgur: Any) -> None:
    imgur = start_imgur("--clock-speed", "600")
    put(imgur, "faults", [{"name": "too-fast"}, {"name": "user-window-spent"}])
    assert "Please wait 6 more seconds." in upload(imgur).text
    assert upload(imgur).headers["x-ratelimit-userreset"] == "6"


def test_a_day_that_had_begun_ends_sooner_and_has_less_left(start_imgur: Any) -> None:
    options = ("--clock-speed", "3600", "--day-began", "20", "--day-used", "12480")
    imgur = start_imgur(*options)
    before = time.time()
    assert [upload(imgur, number).status_code for number in range(3)] == [200, 200, 429]
    day = next(window for window in stats(imgur)["windows"] if window["name"] == "client")
    assert (day["used"], day["refusals"]) == (12_500, 1)
    assert before <= day["started"] + 20 <= time.time()  # an hour takes a second
    assert day["ends"] - day["started"] == pytest.approx(24)
