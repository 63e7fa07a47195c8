"""Kills process groups once the process that guards them is gone, however it went.

Not a supervisor: nothing is restarted. A second process holds the read end of a pipe; when it
reads the end of the file, nobody is left to stop the groups in order, so it kills them. That
works on every POSIX system and for grandchildren, where `PR_SET_PDEATHSIG` does neither.
"""

import atexit
import os
import signal
import subprocess
import sys
from contextlib import suppress


class Watchdog:
    """Guards process groups of this process. Starts its second process at once."""

    def __init__(self) -> None:
        # In a session of its own: Ctrl-C in the terminal must not reach it.
        self._program = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            bufsize=0,
        )
        assert self._program.stdin is not None  # for mypy: it is a pipe
        self._stdin = self._program.stdin
        atexit.register(self._close)

    def guard(self, group: int) -> None:
        """Kill this process group when we are gone."""
        self._tell(f"+{group}\n")

    def release(self, group: int) -> None:
        """Forget a group that has ended: its number may soon be somebody else's."""
        self._tell(f"-{group}\n")

    def _tell(self, line: str) -> None:
        # Somebody killed it? Then we still stop our children ourselves.
        with suppress(BrokenPipeError):
            self._stdin.write(line.encode())

    def _close(self) -> None:
        self._stdin.close()
        self._program.wait()


def kill_group(group: int) -> None:
    """Kill what is left of a process group; nothing left is fine."""
    # macOS answers "not permitted" for a group of zombies.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _watch() -> None:
    groups: set[int] = set()
    for line in sys.stdin:
        change, group = line[0], int(line[1:])
        if change == "+":
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        kill_group(group)


if __name__ == "__main__":
    _watch()
