"""`imgferry jobs`."""

import json
from itertools import islice

import click

from imgferry.client import Client
from imgferry.formats import one_line
from imgferry.model import JobStatus, JobSummary
from imgferry.options import as_json, asks_service


@click.command(
    epilog="""
\b
Examples:
  imgferry jobs
  imgferry jobs --status in-progress
  imgferry jobs --limit 1000 --json | jq -r '.[].id'
"""
)
@click.option(
    "--status", type=click.Choice(["pending", "in-progress", "complete"]), help="Those of it alone."
)
@click.option("--label", help="Those with this label alone.")
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True)
@as_json
@asks_service
def jobs(
    client: Client, status: JobStatus | None, label: str | None, limit: int, as_json: bool
) -> None:
    """List the jobs, newest first."""
    found = list(islice(client.jobs(status, label=label), limit))
    if as_json:
        click.echo(json.dumps([dict(job.body) for job in found], indent=2))
    elif not found:
        click.echo("No such job." if status or label else "No job yet: imgferry upload --help")
    else:
        click.echo(f"{'JOB':36}  {'CREATED':16}  {'STATUS':11}  {'DONE':>11}  FAILED  TITLE")
        for job in found:
            click.echo(_line(job))


def _line(job: JobSummary) -> str:
    done = job.complete + job.failed
    return (
        f"{job.id}  {job.created.astimezone():%Y-%m-%d %H:%M}  {job.status:11}  "
        f"{f'{done}/{done + job.pending}':>11}  {job.failed:6}  {one_line(job.title or '')}"
    ).rstrip()
