"""The ways to ferry a batch: each is started, and then ferries batch after batch."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import imgur
import sandbox
from sandbox.bench.peers import catalogue, send
from sandbox.bench.took import OUTSIDE, Meter, Took
from sandbox.bench.usage import shared_memory
from sandbox.bench.world import PATIENCE, World
from sandbox.errors import SandboxError
from sandbox.ports import LOOPBACK
from sandbox.process import Process

Ferry = Callable[[Sequence[str]], Took]
"""Ferries the images of these URLs, from nothing begun to everything uploaded."""

NO_PROXY = {"NO_PROXY": LOOPBACK, "no_proxy": LOOPBACK}
"""A proxy of our environment cannot reach our loopback; curl knows only the second name."""


class Way(Protocol):
    """One way, with its settings."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def how(self) -> str:
        """Say how it is run."""

    @property
    def lanes(self) -> int:
        """Images that it has under way at once."""

    def started(self, world: World) -> AbstractContextManager[Ferry]:
        """Start what it needs. It and its ferry raise SandboxError."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One of `sandbox.bench.references`."""

    name: str
    module: str
    lanes: int
    requires: str = ""
    """A module that may not be there."""

    @property
    def how(self) -> str:
        """Say how it is run."""
        return f"1 process, {self.lanes} at once"

    @contextmanager
    def started(self, world: World) -> Iterator[Ferry]:
        """Nothing is to be started."""
        if self.requires and find_spec(self.requires) is None:
            raise SandboxError(f"{self.requires} is not installed here")

        def ferry(urls: Sequence[str]) -> Took:
            meter = Meter(_outside(world), world.stack.redis.url)
            program = [sys.executable, "-m", f"sandbox.bench.references.{self.module}"]
            told = _run([*program, world.stack.imgur.url, str(self.lanes)], urls, NO_PROXY)
            cpu = {"workers": told["cpu"]}
            return meter.took(len(urls), told["wall"], told["memory"], cpu)

        yield ferry


@dataclass(frozen=True, slots=True)
class Imgferry:
    """A job, from its POST to `complete`."""

    workers: int
    at_once: int
    name: str = "Imgferry"

    @property
    def lanes(self) -> int:
        """Images under way at once."""
        return self.workers * self.at_once

    @property
    def how(self) -> str:
        """Say how it is run."""
        processes = "process" if self.workers == 1 else "processes"
        return f"{self.workers} worker {processes}, {self.at_once} at once in each"

    @contextmanager
    def started(self, world: World) -> Iterator[Ferry]:
        """Start the workers."""
        stack = world.stack
        with world.workers(self.workers, self.at_once) as workers:
            groups = {"workers": workers, "API": [stack.api], "Redis": [stack.redis.process]}

            def ferry(urls: Sequence[str]) -> Took:
                meter = Meter(groups | _outside(world), stack.redis.url)
                began = time.time()
                job_id = world.submit(urls)
                world.wait_kept(len(urls), *workers)
                seconds = world.wait(job_id) - began
                return meter.took(len(urls), seconds, shared_memory(workers))

            yield ferry


@dataclass(frozen=True, slots=True)
class Peer:
    """One of `sandbox.bench.peers`, from the first task sent to the last image kept."""

    peer: catalogue.Peer

    @property
    def name(self) -> str:
        """Its name."""
        return self.peer.name

    @property
    def how(self) -> str:
        """Say how it is run."""
        return self.peer.how

    @property
    def lanes(self) -> int:
        """Images under way at once."""
        return self.peer.lanes

    @contextmanager
    def started(self, world: World) -> Iterator[Ferry]:
        """Start its workers, on a database of its own: two peers may use the same keys."""
        redis_url = world.empty_database()
        environment = {
            "REDIS_URL": redis_url,
            "IMGUR_API_URL": world.stack.imgur.url,
            **NO_PROXY,
            **self.peer.settings,
        }
        python = sys.executable
        if self.peer.requires:
            python = _python_with(self.peer.requires, world.stack.directory / self.peer.module)
            # This package and `imgur`, which need nothing of what it cannot live with.
            environment["PYTHONPATH"] = _sources()
        worker = Process(
            self.peer.module,
            [python, "-m", *self.peer.command],
            world.stack.directory / "logs",
            environment,
        )
        groups = {"workers": [worker], "Redis": [world.stack.redis.process]} | _outside(world)

        def ferry(urls: Sequence[str]) -> Took:
            meter = Meter(groups, redis_url)
            told = _run([python, "-m", send.__name__, self.peer.module], urls, environment)
            world.wait_kept(len(urls), worker)
            seconds = world.last_kept() - told["began"]
            cpu = {"sender": told["cpu"]}
            return meter.took(len(urls), seconds, shared_memory([worker]), cpu)

        try:
            worker.start()
            yield ferry
        finally:
            worker.kill()  # it has nothing left to do; some take seconds to see that


def _outside(world: World) -> dict[str, Sequence[Process]]:
    return {OUTSIDE: [world.stack.source, world.stack.imgur]}


def _run(program: Sequence[str], urls: Sequence[str], environment: dict[str, str]) -> Any:
    """Run a program that reads URLs, to its end; gives what it printed."""
    try:
        done = subprocess.run(
            program,
            input="\n".join(urls),
            capture_output=True,
            env=os.environ | environment,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SandboxError(f"{program[2]} was not done after {PATIENCE} seconds") from None
    if done.returncode:
        *_, last = ["no reason given", *done.stderr.split("\n")[-2:-1]]
        raise SandboxError(f"{program[2]}: {last}")
    return json.loads(done.stdout)


def _python_with(packages: Sequence[str], directory: Path) -> str:
    """The interpreter of an environment with these, made at its first use."""
    python = directory / "bin" / "python"
    if not python.exists():
        uv = os.environ.get("UV") or shutil.which("uv")  # `uv run` says where it is
        if not uv:
            raise SandboxError(f"uv, which installs {packages[0]}, was not found")
        for words in (
            ("venv", "--quiet", f"--python={sys.executable}", str(directory)),
            ("pip", "install", "--quiet", f"--python={python}", *packages),
        ):
            if subprocess.run([uv, *words], capture_output=True, check=False).returncode:
                raise SandboxError(f"{packages[0]} could not be installed")
    return str(python)


def _sources() -> str:
    packages = (sandbox, imgur)
    return os.pathsep.join(str(Path(str(package.__file__)).parents[1]) for package in packages)
