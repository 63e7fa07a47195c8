"""What processes have used: CPU time and memory, as Linux counts them (proc(5))."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sandbox.process import Process

PROC = Path("/proc")


def cpu_seconds(processes: Iterable[Process]) -> float:
    """User and system time until now of these processes and all their descendants.

    Each of them leads a session of its own; a descendant that has ended counts in its parent.
    """
    sessions = {process.pid for process in processes}
    ticks = 0
    for directory in PROC.glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            # The name in parentheses may hold anything. After it: state, parent, group, session.
            fields = (directory / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) in sessions:
                ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def memory(process: Process) -> float:
    """Megabytes (10^6) that it has in memory now, without descendants."""
    return _status(process, "VmRSS")


def peak_memory(process: Process) -> float:
    """The most megabytes (10^6) that it ever had in memory, without descendants."""
    return _status(process, "VmHWM")


def _status(process: Process, name: str) -> float:
    lines = (PROC / str(process.pid) / "status").read_text().splitlines()
    kibibytes = next(line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return int(kibibytes) * 1024 / 1e6
