"""Waiting for jobs before somebody's eyes."""

import shlex
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NoReturn

import click
from rich.console import Console

from imgferry.client import Client
from imgferry.errors import ImgferryError, JobNotFound, ServiceUnreachable
from imgferry.model import Event
from imgferry.output import Output, results_of
from imgferry.progress import progress
from imgferry.sending import Sent
from imgferry.sources import Unusable

INTERRUPTED = 130
"""The exit code of what Ctrl-C ended, as shells have it."""

PATIENCE = 60
"""Seconds that a service may be away before we give up."""


def see_through(
    client: Client, jobs: Sequence[Sent], output: Output, unusable: Sequence[Unusable] = ()
) -> NoReturn:
    """Wait for the jobs before somebody's eyes, give out the results, exit with their code."""
    with way_back(jobs, output):
        job_ids = [sent.job_id for sent in jobs]
        follow(client, job_ids, Console(stderr=True, highlight=False, soft_wrap=True))
        results = [pair for sent in jobs for pair in results_of(client, sent)]
    raise SystemExit(output.deliver(results, unusable))


@contextmanager
def way_back(jobs: Sequence[Sent], output: Output) -> Iterator[None]:
    """Whoever ends this early, or whose service is away, is told how to come back to the jobs.

    They are those that were submitted by then.
    """
    try:
        yield
    except (KeyboardInterrupt, ImgferryError) as error:
        if jobs and not isinstance(error, JobNotFound):
            words = ["watch", *(sent.job_id for sent in jobs), *output.as_options()]
            click.echo("\nThe service goes on with what it has. To come back to it:", err=True)
            click.echo(f"  imgferry {shlex.join(words)}", err=True)
        if isinstance(error, KeyboardInterrupt):
            raise SystemExit(INTERRUPTED) from None
        raise


def follow(client: Client, job_ids: Sequence[str], console: Console) -> None:
    """Show how far the jobs are, all together, until they are complete. Raises JobNotFound.

    They are watched one after another: the service ferries them side by side, so that those to
    come are often complete by then.
    """
    states = {job_id: Event.of(client.job(job_id)) for job_id in job_ids}
    with progress(console) as show:
        for job_id in job_ids:
            for event in _patient_events(client, job_id):
                states[job_id] = _with_pause(event, states[job_id])
                show(_together(states[job_id], states.values()))


def _patient_events(client: Client, job_id: str) -> Iterator[Event]:
    """What happens to the job; a service that is away is waited for, since it may be restarting."""
    away_since = None
    while True:
        try:
            for event in client.events(job_id):
                away_since = None
                yield event
        except ServiceUnreachable:
            away_since = away_since or time.monotonic()
            if time.monotonic() > away_since + PATIENCE:
                raise
            time.sleep(1)
        else:
            return


def _with_pause(event: Event, before: Event) -> Event:
    """The event; one that finished nothing ends no pause that was told before."""
    return replace(event, job=event.job or before.job) if event.pending == before.pending else event


def _together(event: Event, states: Iterable[Event]) -> Event:
    states = list(states)
    return Event(
        event.status,
        pending=sum(state.pending for state in states),
        complete=sum(state.complete for state in states),
        failed=sum(state.failed for state in states),
        changed=event.changed,
        job=event.job,
    )
