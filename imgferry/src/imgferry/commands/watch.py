"""`imgferry watch`."""

from collections.abc import Sequence

import click

from imgferry.client import Client
from imgferry.following import see_through
from imgferry.options import asks_service, gives_output, job_ids
from imgferry.output import Output
from imgferry.sending import Sent


@click.command(
    epilog="""
\b
Examples:
  imgferry watch JOB
  imgferry watch JOB --format markdown -o links --failed-to failed.txt

\b
Exit codes as those of imgferry upload.
"""
)
@click.argument("jobs", metavar="JOB...", nargs=-1, required=True, shell_complete=job_ids)
@gives_output
@asks_service
def watch(client: Client, output: Output, jobs: Sequence[str]) -> None:
    """Watch jobs until they are complete, and print the links of their images."""
    output.prepare()
    see_through(client, [Sent(job_id) for job_id in jobs], output)
