"""What processes have used: CPU time and memory, as Linux counts them (proc(5))."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from sandbox.process import Process

PROC = Path("/proc")

_ENDED = (FileNotFoundError, ProcessLookupError)


def cpu_seconds(processes: Iterable[Process]) -> float:
    """User and system time until now of these processes and all their descendants.

    A descendant that has ended counts in its parent.
    """
    ticks = sum(sum(map(int, fields[11:15])) for _, fields in _sessions(processes))
    return ticks / os.sysconf("SC_CLK_TCK")


def shared_memory(processes: Iterable[Process]) -> float:
    """Megabytes (10^6) that these and their descendants have in memory, what they share once.

    That is the sum of their PSS: of a page that eight forked processes share, each has an eighth.
    """
    total = 0.0
    for directory, _ in _sessions(processes):
        with suppress(*_ENDED):
            total += _megabytes(directory / "smaps_rollup", "Pss")
    return total


def memory(pid: int) -> float:
    """Megabytes (10^6) that this process has in memory now, without descendants."""
    return _megabytes(PROC / str(pid) / "status", "VmRSS")


def peak_memory(pid: int) -> float:
    """The most megabytes (10^6) that it ever had in memory, without descendants."""
    return _megabytes(PROC / str(pid) / "status", "VmHWM")


def _sessions(processes: Iterable[Process]) -> Iterator[tuple[Path, list[str]]]:
    """The folder and the figures of each process of these sessions: each of ours leads one."""
    sessions = {process.pid for process in processes}
    for directory in PROC.glob("[0-9]*"):
        with suppress(*_ENDED):  # it has just ended
            # The name in parentheses may hold anything. After it: state, parent, group, session.
            fields = (directory / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) in sessions:
                yield directory, fields


def _megabytes(file: Path, name: str) -> float:
    lines = file.read_text().splitlines()
    kibibytes = next(line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return int(kibibytes) * 1024 / 1e6
