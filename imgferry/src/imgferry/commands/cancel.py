"""`imgferry cancel`."""

import json

import click

from imgferry.client import Client
from imgferry.model import Event
from imgferry.options import as_json, asks_service, job_ids
from imgferry.progress import counted


@click.command()
@click.argument("job_id", metavar="JOB", shell_complete=job_ids)
@as_json
@asks_service
def cancel(client: Client, job_id: str, as_json: bool) -> None:
    """Let nothing more of a job begin. Images under way still finish; the others have failed."""
    job = client.cancel(job_id)
    if as_json:
        click.echo(json.dumps(dict(job.body), indent=2))
    else:
        click.echo(f"{job.status}: {counted(Event.of(job))}")
