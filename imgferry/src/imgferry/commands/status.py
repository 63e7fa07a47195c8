"""`imgferry status`."""

import json
from datetime import UTC, datetime

import click

from imgferry.client import Client
from imgferry.formats import one_line
from imgferry.model import Event
from imgferry.options import as_json, asks_service, job_ids
from imgferry.progress import counted, expected


@click.command(
    epilog="""
\b
Examples:
  imgferry status JOB
  imgferry status JOB --json | jq .uploaded.failed
"""
)
@click.argument("job_id", metavar="JOB", shell_complete=job_ids)
@as_json
@asks_service
def status(client: Client, job_id: str, as_json: bool) -> None:
    """Say how far a job is."""
    job = client.job(job_id)
    if as_json:
        click.echo(json.dumps(dict(job.body), indent=2))
        return
    if job.title:
        click.echo(one_line(job.title))
    if job.labels:
        click.echo(one_line(", ".join(job.labels)))
    event = Event.of(job)
    click.echo(f"{job.status}: {counted(event)}{expected(event, None, datetime.now(UTC))}")
    if job.failed:
        click.echo(f"Why they failed:  imgferry images {job.id} --status failed")
