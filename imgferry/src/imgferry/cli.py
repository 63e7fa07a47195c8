"""The command line, `imgferry`. What a command needs is imported when it runs: help is quick."""

import click


@click.group()
@click.version_option(package_name="imgferry")
def main() -> None:
    """Ferry batches of images from their URLs to Imgur."""


@main.command(short_help="Run the whole service here until Ctrl-C.")
def up() -> None:
    """Run the whole service on this machine until Ctrl-C, and ferry a demo batch through it.

    It needs no Redis, no Docker and no Imgur account. Data and logs are kept in .imgferry in the
    working directory. PORT (8080) and FLOWER_PORT (5555) move it; REDIS_URL takes a Redis that
    already runs. With IMGUR_CLIENT_ID images go to Imgur itself, and no demo batch is ferried.
    """
    from imgferry import local  # noqa: PLC0415

    local.up()


@main.command(short_help="Start, ferry a demo batch, stop.")
def demo() -> None:
    """Start the service, ferry a demo batch to a stand-in Imgur, and stop.

    Exits with 0 when all images came through that should, or says what went wrong.
    """
    from imgferry import local  # noqa: PLC0415

    local.demo()
