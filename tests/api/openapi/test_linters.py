"""What two linters from npm say of the document: nothing."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from api.openapi.document import document

PROGRAMS = Path(__file__).parents[2] / "npm/node_modules/.bin"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (PROGRAMS / "spectral").exists(),
        reason="there are no linters; `make test` installs them where npm is",
    ),
]

SPECTRAL = {"extends": ["spectral:oas"]}
REDOCLY = {
    "extends": ["recommended-strict"],
    "telemetry": "off",
    # The form that deletes an image is answered with a redirection to its page.
    "rules": {"operation-2xx-response": "off"},
}


def lint(directory: Path, *command: str) -> None:
    (directory / "openapi.json").write_text(json.dumps(document()))
    run = subprocess.run(
        [PROGRAMS / command[0], "lint", "openapi.json", *command[1:]],
        check=False,
        cwd=directory,
        env={**os.environ, "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_spectral_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text(json.dumps(SPECTRAL))
    lint(tmp_path, "spectral", "--ruleset=rules.json", "--fail-severity=hint")


def test_redocly_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "redocly.yaml").write_text(json.dumps(REDOCLY))
    lint(tmp_path, "redocly")
