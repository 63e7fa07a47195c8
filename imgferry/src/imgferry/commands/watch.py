"""`imgferry watch`."""

from collections.abc import Sequence

import click

from imgferry.client import Client
from imgferry.following import see_through
from imgferry.options import asks_service, gives_output
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
@click.argument("job_ids", metavar="JOB...", nargs=-1, required=True)
@gives_output
@asks_service
def watch(client: Client, output: Output, job_ids: Sequence[str]) -> None:
    """Watch jobs until they are complete, and print the links of their images."""
    output.prepare()
    see_through(client, [Sent(job_id) for job_id in job_ids], output)
