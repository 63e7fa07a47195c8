"""`imgferry doctor`."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec

import click

from imgferry.client import Client
from imgferry.doctor.check import Check
from imgferry.doctor.service import check_service
from imgferry.errors import ImgferryError
from imgferry.formats import one_line
from imgferry.options import as_json, asks_service

UNREACHABLE = "Start it (imgferry up), or say where it is: --server URL, or IMGFERRY_URL."


@click.command(
    epilog="""
\b
Examples:
  imgferry doctor
  imgferry doctor --server https://imgferry.example.org
  REDIS_URL=redis://10.0.0.1/0 imgferry doctor      that Redis too

\b
Exit codes: 0 all is well, 1 something is not, 3 the service cannot be reached.
"""
)
@as_json
@asks_service
def doctor(client: Client, as_json: bool) -> None:
    """Say what is wrong, and what to do about it.

    Looks at the service through its API: clock, Redis, workers, key, Imgur and its budget. Where
    REDIS_URL or IMGUR_CLIENT_ID is set, also at the service's settings here: whether they are
    understood, whether that Redis is fit, whether Imgur knows the client id.
    """
    checks, code = [], 0
    for check in _checks(client):
        checks.append(check)
        if check.remedy:
            code = 3 if check.name == "service" else code or 1
        if not as_json:
            _print(check)
    if as_json:
        click.echo(json.dumps([asdict(check) for check in checks], indent=2))
    raise SystemExit(code)


def _checks(client: Client) -> Iterator[Check]:
    try:
        yield from check_service(client.connection)
    except ImgferryError as error:
        yield Check("service", str(error), UNREACHABLE)
    if find_spec("sandbox"):  # with imgferry[local]
        from imgferry.doctor.here import check_here, is_here  # noqa: PLC0415

        if is_here():
            yield from check_here()


def _print(check: Check) -> None:
    mark = click.style("NO", fg="red", bold=True) if check.remedy else click.style("ok", fg="green")
    click.echo(f"{mark}  {check.name:10}  {one_line(check.found)}")
    if check.remedy:
        click.echo(f"    {'':10}  {check.remedy}")
