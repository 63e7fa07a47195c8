"""The command line, `imgferry`. A command is imported when it is asked for: help is quick."""

import errno
from importlib import import_module
from typing import Any

import click

from imgferry.errors import ImgferryError, JobNotFound, Refused

COMMANDS = {
    "upload": "Upload images: URLs, files, folders, lists.",
    "watch": "Watch jobs until they are complete.",
    "status": "How far a job is.",
    "jobs": "The jobs, newest first.",
    "images": "What became of a job's images; all links.",
    "cancel": "Let nothing more of a job begin.",
    "retry": "Run failed images of a job again.",
    "doctor": "Say what is wrong, and what to do.",
    "up": "Run the whole service here until Ctrl-C.",
    "demo": "Start, ferry a demo batch, stop.",
    "key": "Make an API key.",
    "config": "Configure ShareX, PicGo or Flameshot.",
    "completion": "Completion for bash, zsh or fish.",
}
"""Each is the function of its name in the module of its name in `imgferry.commands`."""


class Wrong(click.ClickException):
    """What was asked for cannot be: the service does not take it, or a file cannot be used."""

    exit_code = 2


class NoService(click.ClickException):
    """The service cannot be reached, or cannot answer."""

    exit_code = 3


class Commands(click.Group):
    """Imports a command when it is run, and turns errors into messages and exit codes."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Their names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"imgferry.commands.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List them, and import none."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what went wrong becomes a message and an exit code."""
        try:
            return super().invoke(ctx)
        except JobNotFound:
            raise Wrong(
                "No job has this id, or it is forgotten. imgferry jobs lists them."
            ) from None
        except Refused as error:
            raise Wrong("\n".join(error.places) or str(error)) from None
        except ImgferryError as error:
            raise NoService(f"{error}\nimgferry doctor says what to do.") from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # `imgferry jobs | head`: click ends it quietly
                raise
            message = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise Wrong(message) from None


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""
\b
Examples:
  imgferry up                                the service, on this machine
  imgferry upload https://example.org/cat.jpg
  imgferry upload *.jpg                      files
  imgferry upload -r photos -o links         a folder; a shortcut for each image
  imgferry upload -i urls.txt --format csv --failed-to failed.txt
  imgferry jobs
  imgferry images JOB --format markdown

\b
The service is that of --server or IMGFERRY_URL, else http://127.0.0.1:8080;
its API key is that of IMGFERRY_API_KEY.
Exit codes: 0 all well, 1 some images failed, 2 wrong usage, 3 no service.
""",
)
@click.version_option(package_name="imgferry")
def main() -> None:
    """Ferry batches of images to Imgur, however long that takes."""
