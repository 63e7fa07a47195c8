"""A stranger's tests of the running service, made of its document alone, links included."""

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.stack import Stack

HERE = Path(__file__).parent
SETTINGS = {
    "LIMIT_REQUESTS_PER_MINUTE": "0",
    "LIMIT_URLS_PER_HOUR": "0",
    "WEBHOOK_SECRETS": f"whsec_{b64encode(b'k' * 24).decode()}",
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole service, to be asked as often as one likes."""
    with Stack(tmp_path_factory.mktemp("stack"), environment=SETTINGS) as stack:
        yield stack


@pytest.mark.slow
def test_the_service_does_as_its_document_says(stack: Stack, tmp_path: Path) -> None:
    command = [
        str(Path(sys.executable).with_name("st")),
        f"--config-file={HERE / 'schemathesis.toml'}",
        "run",
        f"{stack.api.url}/openapi.json",
        "--checks=all",
        # To DELETE a job is to cancel it: it can be read all the same.
        "--exclude-checks=use_after_free",
        "--max-examples=5",
        "--seed=1",
        "--no-color",
    ]
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": str(HERE / "schemathesis_hooks.py"),
        "SOURCE": stack.source.url,
    }
    run = subprocess.run(
        command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
