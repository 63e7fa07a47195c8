"""The command line, `imgferry`. What a command needs is imported when it runs: help is quick."""

import re

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


@main.command(short_help="Make an API key.")
@click.argument("name")
@click.option("--admin", is_flag=True, help="The key sees the jobs of all keys.")
def key(name: str, admin: bool) -> None:
    """Make an API key for NAME, and print it beside what the service's API_KEYS takes of it.

    Nothing is stored, and the key cannot be shown again. A client sends it as `Authorization:
    Bearer <key>`; the Python client takes it as api_key, or from IMGFERRY_API_KEY.
    """
    from imgferry.key import new_key  # noqa: PLC0415

    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
        raise click.BadParameter("takes 1 to 64 letters, digits, dots, hyphens and underscores")
    secret, pair = new_key(name, admin=admin)
    click.echo(f"The key       {secret}")
    click.echo(f"For API_KEYS  {pair}")


@main.command(short_help="Start, ferry a demo batch, stop.")
def demo() -> None:
    """Start the service, ferry a demo batch to a stand-in Imgur, and stop.

    Exits with 0 when all images came through that should, or says what went wrong.
    """
    from imgferry import local  # noqa: PLC0415

    local.demo()
