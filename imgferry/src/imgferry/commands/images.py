"""`imgferry images`."""

import json

import click

from imgferry.client import Client
from imgferry.formats import FORMATS, one_line
from imgferry.model import Image, ImageStatus
from imgferry.options import as_json, asks_service, job_ids


@click.command(
    epilog="""
\b
Examples:
  imgferry images                                 all links ever uploaded, newest first
  imgferry images JOB                             what became of each image
  imgferry images JOB --status failed
  imgferry images JOB --format markdown | pbcopy
"""
)
@click.argument("job_id", metavar="[JOB]", required=False, shell_complete=job_ids)
@click.option(
    "--status", type=click.Choice(["pending", "complete", "failed"]), help="Those of it alone."
)
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), help="For programs, or to paste."
)
@as_json
@asks_service
def images(
    client: Client,
    job_id: str | None,
    status: ImageStatus | None,
    format_: str | None,
    as_json: bool,
) -> None:
    """Say what became of a job's images; without JOB, print all links ever uploaded."""
    if job_id is None:
        if status or format_:
            raise click.UsageError("--status and --format take a JOB.")
        if as_json:
            click.echo(json.dumps(list(client.links()), indent=2))
        else:
            for link in client.links():
                click.echo(link)
        return
    found = list(client.images(job_id, status))
    if as_json or format_:
        click.echo(FORMATS["json" if as_json else format_ or "json"](found), nl=False)
    else:
        for image in found:
            click.echo(_line(image))


def _line(image: Image) -> str:
    why = image.error.message if image.error else "deleted" if image.deleted else ""
    more = image.link or why
    return f"{image.status:8}  {one_line(image.url)}  {one_line(more)}".rstrip()
