"""The stand-ins as programs of their own, as everybody uses them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from sandbox.process import Process

StartStandIn = Callable[..., str]
"""Takes the arguments of `python -m sandbox`, gives the address."""


def _started(stack: ExitStack, directory: Path, name: str, *options: str) -> str:
    process = Process(
        name, [sys.executable, "-m", "sandbox", name, "--port", "0", *options], directory
    )
    stack.callback(process.stop)
    process.start()
    return process.wait_for_line(r"on (http://127\.0\.0\.1:\d+)\n")[1]


@pytest.fixture(scope="module")
def imgur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A stand-in Imgur without limits."""
    directory = tmp_path_factory.mktemp("imgur")
    limits = ("--user-limit", "0", "--client-limit", "0", "--post-limit", "0")
    with ExitStack() as stack:
        yield _started(stack, directory, "imgur", "--data", str(directory / "images"), *limits)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ExitStack() as stack:
        yield _started(stack, tmp_path_factory.mktemp("source"), "source")


@pytest.fixture
def start_imgur(tmp_path: Path) -> Iterator[StartStandIn]:
    """Starts stand-ins with other options, each with images of its own."""
    numbers = count()
    with ExitStack() as stack:

        def start(*options: str) -> str:
            directory = tmp_path / str(next(numbers))
            images = str(directory / "images")
            return _started(stack, directory, "imgur", "--data", images, *options)

        yield start
