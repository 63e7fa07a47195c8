"""`imgferry up`."""

import click

from imgferry import local


@click.command()
def up() -> None:
    """Run the whole service on this machine until Ctrl-C, and ferry a demo batch through it.

    It needs no Redis, no Docker and no Imgur account. Data and logs are kept in .imgferry in the
    working directory. PORT (8080) and FLOWER_PORT (5555) move it; REDIS_URL takes a Redis that
    already runs. With IMGUR_CLIENT_ID images go to Imgur itself, and no demo batch is ferried.
    """
    local.up()
