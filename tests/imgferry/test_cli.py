"""The command line as a whole: help, exit codes, what it imports."""

import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from imgferry.cli import COMMANDS, main
from sandbox.ports import free_port


def test_help_imports_no_command() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from imgferry.cli import main; "
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0; "
        "print({'requests', 'rich', 'sandbox', 'imgferry.commands.upload'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    done = CliRunner().invoke(main, [name, "--help"])
    assert done.exit_code == 0
    assert done.output.startswith(f"Usage: main {name} ")


def test_what_is_no_command() -> None:
    done = CliRunner().invoke(main, ["uplaod"])
    assert done.exit_code == 2
    assert "No such command 'uplaod'" in done.output


@pytest.mark.parametrize(
    "command",
    [
        ["upload", "https://example.org/cat.jpg"],
        ["watch", "1"],
        ["images"],
    ],
    ids=" ".join,
)
def test_no_service_is_exit_code_3(command: list[str]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = CliRunner().invoke(main, [*command, "--server", url])
    assert done.exit_code == 3
    assert f"Error: Imgferry at {url}: no connection.\nimgferry doctor" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://example.org", "http://", "http://[", "x"])
def test_a_server_that_is_no_url(url: str) -> None:
    done = CliRunner().invoke(main, ["jobs"], env={"IMGFERRY_URL": url})
    assert done.exit_code == 2
    assert "takes the URL of a service, as http://127.0.0.1:8080" in done.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "nothing to upload"),
        (["none.jpg"], "none.jpg: There is no such file"),
        (["-i", "none.txt"], "No such file"),
        (["--format", "webloc", "https://example.org/a.jpg"], "takes -o DIR"),
        (["--json", "--format", "csv", "https://example.org/a.jpg"], "exclude each other"),
        (["--resume", "1", "https://example.org/a.jpg"], "submits nothing"),
        (["--failed-to", "none/failed.txt", "https://example.org/a.jpg"], "No such file"),
        (["--priority", "urgent", "https://example.org/a.jpg"], "'high', 'normal', 'low'"),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(main, ["upload", *arguments])
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_list_that_is_no_text() -> None:
    done = CliRunner().invoke(main, ["upload", "-"], input=b"\x89PNG\r\n\xff")
    assert done.exit_code == 2
    assert "it is not UTF-8 text" in done.stderr


@pytest.mark.parametrize("header", ["url,title", '"Title";"URL"'])
def test_csv_is_not_uploaded_line_by_line(header: str) -> None:
    done = CliRunner().invoke(main, ["upload", "-"], input=f"{header}\na,b\n")
    assert done.exit_code == 2
    assert "is CSV; a list has a URL, file or glob a line" in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert "_IMGFERRY_COMPLETE" in done.stdout
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=done.stdout, text=True, check=True)


def test_a_shell_is_told_the_commands() -> None:
    environment = {
        "_IMGFERRY_COMPLETE": "bash_complete",
        "COMP_WORDS": "imgferry up",
        "COMP_CWORD": "1",
    }
    done = CliRunner().invoke(main, [], prog_name="imgferry", env=environment)
    assert [line.split(",")[1] for line in done.stdout.split()] == ["upload", "up"]
