"""How far jobs are, in words."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from imgferry.model import Event, Job
from imgferry.pauses import PAUSES
from imgferry.progress import counted, expected, moment, progress, span
from imgur import errors

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


def event(pending: int, complete: int, failed: int = 0, **more: object) -> Event:
    body = {
        "id": "1", "created": NOW.isoformat(), "finished": None, "status": "in-progress",
        "uploaded": {
            "pending": ["p"] * pending, "complete": ["c"] * complete, "failed": ["f"] * failed
        },
        **more,
    }  # fmt: skip
    return Event.of(Job.read(body))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "1 s"), (0.2, "1 s"), (40.4, "40 s"), (99, "99 s"), (100, "2 min"), (3569, "59 min"),
        (3600, "1 h"), (12_000, "3 h 20 min"), (86_400, "1 d"), (187_200, "2 d 4 h"),
    ],
)  # fmt: skip
def test_a_time_for_people(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_a_moment_tells_the_day_if_it_is_another() -> None:
    assert len(moment(NOW, NOW)) == 5
    assert moment(NOW + timedelta(days=2), NOW).split()[0] == "23"


def test_what_is_said() -> None:
    half = event(2, 1, 1)
    assert counted(half) == "2 of 4 done, 1 failed"
    assert expected(half, None, NOW) == ""
    assert expected(half, 0.5, NOW) == ", 0.5 a second, 4 s left"
    later = NOW + timedelta(minutes=34)
    estimate = later.isoformat()
    assert expected(event(2, 1, estimate=estimate), None, NOW) == ", 34 min left"
    waiting = {"reason": "imgur-user-limit", "resumesAt": estimate}
    assert expected(event(2, 1, estimate=estimate, waiting=waiting), 3, NOW) == (
        f"; Imgur's hourly limit is used up: goes on at {moment(later, NOW)}, in 34 min"
    )
    assert expected(event(0, 4), 3, NOW) == ""


def test_without_a_terminal_a_line_each_tenth() -> None:
    text = io.StringIO()
    with progress(Console(file=text, width=200)) as show:
        for done in range(1001):
            show(event(1000 - done, done))
    lines = text.getvalue().splitlines()
    assert len(lines) == 11
    assert (lines[0], lines[-1]) == ("0 of 1000 done", "1000 of 1000 done")


def test_a_pause_is_told_once() -> None:
    text = io.StringIO()
    waiting = {"reason": "imgur-blocked", "resumesAt": (NOW + timedelta(days=900)).isoformat()}
    with progress(Console(file=text, width=200)) as show:
        for _ in range(5):
            show(event(9, 1, waiting=waiting))
    [line] = text.getvalue().splitlines()
    assert line.startswith("1 of 10 done; Imgur refuses this server, its address or country: ")


def test_every_pause_of_the_service_has_words() -> None:
    throttled = [
        e
        for e in vars(errors).values()
        if isinstance(e, type) and issubclass(e, errors.ImgurThrottled)
    ]
    codes = {e.code for e in throttled if "code" in vars(e)}
    assert len(codes) >= 3
    assert codes <= PAUSES.keys()
