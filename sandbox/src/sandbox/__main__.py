"""`python -m sandbox`: the stand-ins as programs, and the bench."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click
from aiohttp import web

from sandbox.errors import SandboxError
from sandbox.imgur import app as imgur_app
from sandbox.imgur.images import Images
from sandbox.imgur.quota import DAY, HOUR, Limit, Quota
from sandbox.imgur.standin import StandIn
from sandbox.source import app as source_app
from sandbox.web import run_app

LIMIT = click.IntRange(min=0)


@click.group()
def main() -> None:
    """Imgferry's sandbox: the outside world on one machine."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, help="0 takes a free one.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Where the images are kept, over restarts.",
)
@click.option(
    "--keep-bytes/--no-bytes", default=True, help="Of images, or only what is known of them."
)
@click.option("--public-url", help="What links begin with, where it is not the address itself.")
@click.option("--client-id", multiple=True, help="A valid one; without this option any is valid.")
@click.option("--max-bytes", default=20_000_000, show_default=True, help="Of one image.")
@click.option(
    "--user-limit", type=LIMIT, default=500, show_default=True, help="Credits an hour; 0: none."
)
@click.option(
    "--client-limit", type=LIMIT, default=12_500, show_default=True, help="Credits a day; 0: none."
)
@click.option(
    "--post-limit", type=LIMIT, default=1_250, show_default=True, help="POSTs an hour; 0: none."
)
@click.option(
    "--clock-speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1,
    show_default=True,
    help="So many times faster the hours of the limits pass.",
)
@click.option(
    "--day-began",
    type=click.FloatRange(0, 24, max_open=True),
    default=0,
    show_default=True,
    help="Hours that a client id's first day has lasted at its first call.",
)
@click.option(
    "--day-used",
    type=LIMIT,
    default=0,
    show_default=True,
    help="Credits that are used of that day already.",
)
@click.option(
    "--reset-style",
    type=click.Choice(["epoch", "seconds"]),
    default="epoch",
    show_default=True,
    help="How the headers tell when a limit begins anew.",
)
def imgur(  # noqa: PLR0913, PLR0917 - one for each option
    host: str,
    port: int,
    data: Path,
    keep_bytes: bool,
    public_url: str | None,
    client_id: tuple[str, ...],
    max_bytes: int,
    user_limit: int,
    client_limit: int,
    post_limit: int,
    clock_speed: float,
    day_began: float,
    day_used: int,
    reset_style: str,
) -> None:
    """Serve a stand-in Imgur, with Imgur's own limits unless told otherwise."""
    quota = Quota(
        user=Limit("user", user_limit, HOUR / clock_speed),
        client=Limit(
            "client",
            client_limit,
            DAY / clock_speed,
            age=day_began * HOUR / clock_speed,
            used=day_used,
        ),
        posts=Limit("posts", post_limit, HOUR / clock_speed),
        speed=clock_speed,
        reset_style=reset_style,
    )
    with closing(Images(data, keep_bytes=keep_bytes)) as images:

        def build_at(address: str) -> web.Application:
            url = (public_url or address).rstrip("/")
            return imgur_app.build(StandIn(images, quota, url, max_bytes, frozenset(client_id)))

        _run("stand-in Imgur", host, port, build_at)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8002, show_default=True, help="0 takes a free one.")
def source(host: str, port: int) -> None:
    """Serve generated images, well and badly (see sandbox/source/app.py for the routes)."""
    _run("image source", host, port, source_app.build)


@main.command()
@click.option(
    "--plan",
    type=click.Choice(["full", "quick"]),
    default="full",
    show_default=True,
    envvar="BENCH",
)
@click.option(
    "--write",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Put the figures into performance.md of this folder, and the picture beside it.",
)
def bench(plan: str, write: Path | None) -> None:
    """Measure how fast Imgferry is on this machine, beside other ways."""
    from sandbox.bench import run  # noqa: PLC0415 - the stand-ins do not need it

    try:
        report = run.run(run.PLANS[plan])
    except SandboxError as error:
        raise click.ClickException(str(error)) from None
    click.echo(report.text)
    if write:
        report.write(write)


def _run(name: str, host: str, port: int, build: Callable[[str], web.Application]) -> None:
    try:
        run_app(name, host, port, build)
    except OSError as error:
        raise click.ClickException(
            f"{name} on {host}:{port}: {os.strerror(error.errno or 0)}"
        ) from None


if __name__ == "__main__":
    main()
