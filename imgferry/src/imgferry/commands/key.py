"""`imgferry key`."""

import json
import re

import click

from imgferry.key import new_key
from imgferry.options import as_json


@click.command(
    epilog="""
\b
Examples:
  imgferry key ada                a key for ada, who sees her own jobs
  imgferry key --admin root       a key that sees all jobs
"""
)
@click.argument("name")
@click.option("--admin", is_flag=True, help="The key sees the jobs of all keys.")
@as_json
def key(name: str, admin: bool, as_json: bool) -> None:
    """Make an API key for NAME, and print it beside what the service's API_KEYS takes of it.

    Nothing is stored, and the key cannot be shown again. A client sends it as `Authorization:
    Bearer <key>`; the command line and the Python client take it from IMGFERRY_API_KEY.
    """
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
        raise click.BadParameter("takes 1 to 64 letters, digits, dots, hyphens and underscores")
    secret, pair = new_key(name, admin=admin)
    if as_json:
        click.echo(json.dumps({"key": secret, "apiKeys": pair}))
        return
    click.echo(f"The key       {secret}")
    click.echo(f"For API_KEYS  {pair}")
