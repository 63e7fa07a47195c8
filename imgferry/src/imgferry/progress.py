"""How far jobs are, before somebody's eyes: a bar on a terminal, else a line now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

from imgferry.model import Event, Job
from imgferry.pauses import meaning

Show = Callable[[Event], None]


@contextmanager
def progress(console: Console) -> Iterator[Show]:
    """What shows an event. Its counts may be of several jobs together."""
    with _bar(console) if console.is_terminal else _lines(console) as show:
        yield show


@contextmanager
def _bar(console: Console) -> Iterator[Show]:
    text = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True))
    # Twice a second: to draw is what costs here.
    bar = Progress(BarColumn(40), text, console=console, refresh_per_second=2)
    task = bar.add_task("", total=None)

    def show(event: Event) -> None:
        done = event.complete + event.failed
        speed = bar.tasks[task].speed
        now = datetime.now(UTC)
        text = counted(event) + expected(event, speed, now)
        bar.update(task, completed=done, total=done + event.pending, description=text)

    with bar:
        yield show


@contextmanager
def _lines(console: Console) -> Iterator[Show]:
    """A line at the beginning, each tenth of the way, each minute of change, each pause."""
    said, at, said_of = "", 0.0, (-1, "")

    def show(event: Event) -> None:
        nonlocal said, at, said_of
        done = event.complete + event.failed
        of = (10 * done // max(done + event.pending, 1), _pause(event.job))
        text = counted(event) + expected(event, None, datetime.now(UTC))
        if text != said and (of != said_of or time.monotonic() > at + 60):
            console.print(text)
            said, at, said_of = text, time.monotonic(), of

    yield show


def counted(event: Event) -> str:
    """`120 of 500 done, 3 failed`."""
    done = event.complete + event.failed
    failed = f", {event.failed} failed" if event.failed else ""
    return f"{done} of {done + event.pending} done{failed}"


def expected(event: Event, speed: float | None, now: datetime) -> str:
    """What stands behind the counts: the pause that images wait for, or the speed and the end.

    `speed` is in images a second, as it was measured here; without it the service's estimate tells
    the end.
    """
    job = event.job
    if not event.pending:
        return ""
    if job and job.waiting:
        until = job.waiting.resumes_at
        left = (until - now).total_seconds()
        return f"; {meaning(job.waiting.reason)}: goes on at {moment(until, now)}, in {span(left)}"
    if speed:
        return f", {speed:.3g} a second, {span(event.pending / speed)} left"
    if job and job.estimate:
        return f", {span((job.estimate - now).total_seconds())} left"
    return ""


def moment(when: datetime, now: datetime) -> str:
    """A time for people, in this machine's zone: `21:40`, or `23 Nov 21:40` on another day."""
    when, now = when.astimezone(), now.astimezone()
    return f"{when:%H:%M}" if when.date() == now.date() else f"{when.day} {when:%b %H:%M}"


def span(seconds: float) -> str:
    """A time for people, of two digits or so: `40 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    whole = max(round(seconds), 1)
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def _pause(job: Job | None) -> str:
    return job.waiting.reason if job and job.waiting else ""
