"""`imgferry config`."""

import click

from imgferry.client import Client
from imgferry.options import asks_service

PROGRAMS = {"sharex": "sharex.sxcu", "picgo": "picgo.json", "flameshot": "flameshot.sh"}
"""What can be configured, and the file that the service makes for it."""


@click.command(
    epilog="""
\b
Examples:
  imgferry config sharex > imgferry.sxcu        double-click it; ShareX uploads here
  imgferry config picgo                         into ~/.picgo/config.json, beside what is there,
                                                for `picgo install web-uploader`
  imgferry config flameshot > flameshot-imgferry && chmod 700 flameshot-imgferry
"""
)
@click.argument("program", type=click.Choice(list(PROGRAMS)))
@asks_service
def config(client: Client, program: str) -> None:
    """Print the configuration of another program, to upload through this service.

    The API key is in it where there is one: keep the file to yourself.
    """
    click.echo(client.config(PROGRAMS[program]), nl=False)
