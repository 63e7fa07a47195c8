"""`imgferry up` and `imgferry demo`: the service on this machine, for a person at a terminal."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from rich.console import Console

from imgferry.client import Client
from imgferry.demo import ferry_demo_batch
from imgferry.errors import ImgferryError

try:
    from sandbox.errors import SandboxError
    from sandbox.settings import SandboxSettings
    from sandbox.stack import Stack
except ModuleNotFoundError as error:
    raise click.ClickException(
        f"Running the service here takes its parts ({error.name} is missing): "
        "pip install 'imgferry[local]'"
    ) from None

DATA = Path(".imgferry")


def up() -> None:
    """Start the service, ferry the demo batch, and serve until SIGINT, SIGTERM or SIGHUP."""
    with _running(SandboxSettings.load()) as stack:
        if stack.stand_in:
            _ferry(stack)
        else:
            click.echo("IMGUR_CLIENT_ID is set: images go to IMGUR_API_URL, so no demo batch does.")
        _say_where(stack)
        with suppress(KeyboardInterrupt):
            while True:
                stack.check()
                time.sleep(0.5)
        click.echo("\nStopping.")


def demo() -> None:
    """Start the service, ferry the demo batch, stop. Never to Imgur itself."""
    settings = SandboxSettings.load()
    if settings.imgur_client_id:
        raise click.ClickException(
            "IMGUR_CLIENT_ID is set, so images would go to Imgur itself. Unset it for the demo."
        )
    with _running(settings) as stack:
        _ferry(stack)


@contextmanager
def _running(settings: SandboxSettings) -> Iterator[Stack]:
    """The started service. What a person can mend becomes one message and exit code 1."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:  # nohup has it ignored
            signal.signal(number, signal.default_int_handler)
    # Apart: a job that waits for Imgur must not end at the stand-in, nor the other way round.
    directory = DATA / ("imgur" if settings.imgur_client_id else "sandbox")
    try:
        stack = Stack.from_settings(directory, settings)
        click.echo("Starting Imgferry.")
        with stack:
            yield stack
    except KeyboardInterrupt:
        raise click.ClickException("Stopped.") from None
    except (SandboxError, ImgferryError, OSError) as error:
        raise click.ClickException(str(error)) from None


def _ferry(stack: Stack) -> None:
    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
    with Client(stack.api.url) as client:
        ferry_demo_batch(client, stack.source.url, console)


def _say_where(stack: Stack) -> None:
    click.echo(f"\nPage            {stack.api.url}/")
    click.echo(f"API             {stack.api.url}")
    click.echo(f"Flower          {stack.flower.url}")
    if stack.stand_in:
        click.echo(f"Stand-in Imgur  {stack.imgur.url}")
        click.echo(f"Image source    {stack.source.url}")
    click.echo(f"Data and logs   {stack.directory}")
    if stack.stand_in:
        click.echo(
            f"\nTry:  curl {stack.api.url}/v1/images/upload -H 'Content-Type: application/json' "
            f"""-d '{{"urls": ["{stack.source.url}/photo/100.jpg"]}}'"""
        )
    click.echo("\nCtrl-C stops it.")
