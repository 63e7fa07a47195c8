"""`imgferry demo`."""

import click

from imgferry import local


@click.command()
def demo() -> None:
    """Start the service, ferry a demo batch to a stand-in Imgur, and stop.

    Exits with 0 when all images came through that should, or says what went wrong.
    """
    local.demo()
