"""Options that several commands have."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from imgferry.client import DEFAULT_URL, Client
from imgferry.errors import ImgferryError
from imgferry.formats import FORMATS
from imgferry.output import Output
from imgferry.shortcuts import SHORTCUTS

Function = Callable[..., Any]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def job_ids(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The latest jobs whose ids begin so: what a shell completes. None where nobody answers."""
    try:
        with Client(ctx.params.get("server"), timeout=1) as client:
            jobs = client.connection.glance("/v1/images/upload").json()["jobs"]
    except (ImgferryError, ValueError, KeyError):
        return []
    return [job["id"] for job in jobs if job["id"].startswith(incomplete)]


def asks_service(command: Function) -> Function:
    """Give the command `--server`, and as its first argument a Client of that service."""

    @click.option(
        "--server",
        envvar="IMGFERRY_URL",
        metavar="URL",
        default=DEFAULT_URL,
        show_default=True,
        help="The service; also IMGFERRY_URL.",
    )
    @wraps(command)
    def with_client(server: str, **arguments: Any) -> Any:
        try:
            client = Client(server)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--server") from None
        with client:
            return command(client, **arguments)

    return with_client


def gives_output(command: Function) -> Function:
    """Give the command the options that say what to do with the results, as an Output."""

    @click.option(
        "--format",
        "format_",
        type=click.Choice([*FORMATS, *SHORTCUTS]),
        help="How the results are printed: links, unless another is named. webloc and url print "
        "nothing: they are shortcuts in files.",
    )
    @as_json
    @click.option(
        "-o",
        "--output",
        "folder",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="Write a shortcut (.webloc, or .url with --format url) for each image into DIR, with "
        "the folders of -r. Nothing is overwritten.",
    )
    @click.option(
        "--failed-to",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write what failed, and why, into FILE; -i FILE takes it again.",
    )
    @wraps(command)
    def with_output(
        format_: str | None,
        as_json: bool,
        folder: Path | None,
        failed_to: Path | None,
        **arguments: Any,
    ) -> Any:
        if as_json and format_ not in {None, "json"}:
            raise click.UsageError(f"--json and --format {format_} exclude each other.")
        chosen = "json" if as_json else format_ or "links"
        if chosen in SHORTCUTS and not folder:
            raise click.UsageError(f"--format {chosen} takes -o DIR, where the files go.")
        return command(output=Output(chosen, folder, failed_to), **arguments)

    return with_output
