"""`imgferry retry`."""

import json
from collections.abc import Sequence

import click

from imgferry.client import Client
from imgferry.options import as_json, asks_service, job_ids


@click.command(
    epilog="""
\b
Examples:
  imgferry retry JOB                              all that failed
  imgferry retry JOB --retryable                  where trying again helps
  imgferry retry JOB https://example.org/cat.jpg
"""
)
@click.argument("job_id", metavar="JOB", shell_complete=job_ids)
@click.argument("urls", metavar="[URL]...", nargs=-1)
@click.option("--retryable", is_flag=True, help="Those alone where trying again helps.")
@as_json
@asks_service
def retry(client: Client, job_id: str, urls: Sequence[str], retryable: bool, as_json: bool) -> None:
    """Run failed images of a job again: all, or those of these URLs."""
    if urls and retryable:
        raise click.UsageError("--retryable and URLs exclude each other.")
    retried = client.retry(job_id, urls or None, only_retryable=retryable)
    if as_json:
        click.echo(json.dumps({"retried": retried}))
    elif retried:
        run = "1 image runs" if retried == 1 else f"{retried} images run"
        click.echo(f"{run} again.  imgferry watch {job_id}")
    else:
        which = " in a way that trying again helps" if retryable else ""
        click.echo(f"No image of the job has failed{which}.")
