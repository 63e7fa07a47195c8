"""A child process with a log file: start it, wait until it is ready, stop it, say why it failed.

Every child has a session of its own, so that Ctrl-C reaches only us and we stop the children in
order. Should we be killed, the watchdog kills them.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sandbox.errors import ProcessFailed
from sandbox.watchdog import Watchdog, kill_group

_watchdog = cache(Watchdog)


@dataclass(eq=False)
class Process:
    """One child process. It may be started again after it ended."""

    name: str
    command: Sequence[str]
    logs: Path
    """The folder of `<name>.log`, to which its output is appended."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to ours."""
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _log_start: int = field(default=0, init=False, repr=False)

    @property
    def log(self) -> Path:
        """The log file."""
        return self.logs / f"{self.name}.log"

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        """Its process id, which is its process group's too. Asks for a running process."""
        if self._child is None:
            raise ProcessFailed(f"{self.name} is not running")
        return self._child.pid

    def start(self) -> None:
        """Start it; returns at once."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | self.environment,
                start_new_session=True,
            )
        _watchdog().guard(self._child.pid)

    def wait_for_line(self, pattern: str, timeout: float = 20) -> re.Match[str]:
        """Wait until the output since the start has a match. Raises ProcessFailed."""
        matches: list[re.Match[str]] = []

        def found() -> bool:
            matches.extend(re.finditer(pattern, self._output()))
            return bool(matches)

        self.wait_until(found, timeout)
        return matches[0]

    def wait_until(self, condition: Callable[[], bool], timeout: float = 20) -> None:
        """Wait until the condition holds, `timeout` seconds at most. Raises ProcessFailed."""
        deadline = time.monotonic() + timeout
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                raise self._failure(f"was not ready after {timeout:.0f} seconds")
            time.sleep(0.02)

    def check(self) -> None:
        """Raise ProcessFailed when it does not run."""
        if not self.running:
            code = self._child and self._child.returncode  # negative: the signal that ended it
            raise self._failure(f"has ended (exit code {code})")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it stand still (SIGSTOP) until the block ends, as a suspended machine does."""
        os.killpg(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.pid, signal.SIGCONT)

    def stop(self, timeout: float = 10) -> None:
        """End it in order (SIGTERM); after `timeout` seconds kill it. Not running is fine."""
        if self._child is not None:
            self._child.terminate()
            try:
                with suppress(subprocess.TimeoutExpired):
                    self._child.wait(timeout)
            finally:
                self.kill()

    def kill(self) -> None:
        """Kill it and its children (SIGKILL). Not running is fine."""
        if self._child is not None:
            kill_group(self._child.pid)
            self._child.wait()
            _watchdog().release(self._child.pid)
            self._child = None

    def _failure(self, what: str) -> ProcessFailed:
        return ProcessFailed(
            f"{self.name} {what}; the end of its log ({self.log}):\n{self.last_lines()}"
        )

    def last_lines(self, count: int = 8) -> str:
        """The end of its output since the start."""
        return "\n".join(self._output().splitlines()[-count:])

    def _output(self) -> str:
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")
