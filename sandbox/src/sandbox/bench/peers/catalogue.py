"""All peers: the command of their workers, and how that is said to people.

Those that work in threads or on a loop run in one process, as one worker of Imgferry does; those
that take one image at a time in as many as `PROCESSES`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PROCESSES = 8
"""The fastest of 2, 8 and 32 on two cores, for Celery."""

_CELERY = ("celery", "-A", "sandbox.bench.peers.celery", "worker", "--without-mingle")


@dataclass(frozen=True, slots=True)
class Peer:
    """One of them, with its settings."""

    name: str
    how: str
    module: str
    """In this package."""
    lanes: int
    """Images that its workers have under way at once."""
    command: tuple[str, ...]
    """After `python -m`."""
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Its environment variables."""
    requires: tuple[str, ...] = ()
    """Packages that cannot be installed beside ours: it gets an environment of its own."""


def catalogue(threads: int, coroutines: int) -> tuple[Peer, ...]:
    """All peers, with so many threads or coroutines in a process."""
    here = __package__
    return (
        Peer(
            "older services' shape",
            "Celery, a task per job, images one after another, requests",
            *("older", 1),
            ("celery", "-A", f"{here}.older", "worker", "--without-mingle", "--concurrency=1"),
        ),
        Peer(
            "Celery, prefork",
            f"{PROCESSES} processes, requests",
            *("celery", PROCESSES),
            (*_CELERY, f"--concurrency={PROCESSES}"),
        ),
        Peer(
            "Celery, threads",
            f"1 process, {threads} threads, requests",
            *("celery", threads),
            (*_CELERY, "--pool=threads", f"--concurrency={threads}"),
        ),
        Peer(
            "dramatiq",
            f"1 process, {threads} threads, requests",
            *("dramatiq", threads),
            ("dramatiq", f"{here}.dramatiq", "--processes=1", f"--threads={threads}"),
        ),
        Peer(
            "RQ",
            f"{PROCESSES} processes (SimpleWorker), requests",
            *("rq", PROCESSES),
            (
                *("rq.cli", "worker-pool", f"--num-workers={PROCESSES}"),
                *("--worker-class=rq.SimpleWorker", f"--config={here}.places", "--quiet"),
            ),
        ),
        Peer(
            "huey",
            f"1 process, {threads} threads, requests",
            *("huey", threads),
            (
                *("huey.bin.huey_consumer", f"{here}.huey.app", "--worker-type=thread"),
                *(f"--workers={threads}", "--quiet"),
            ),
        ),
        Peer(
            "taskiq",
            f"1 process, {coroutines} tasks at once, aiohttp",
            *("taskiq", coroutines),
            (
                *("taskiq", "worker", f"{here}.taskiq:broker", "--workers=1"),
                *(f"--max-async-tasks={coroutines}", "--log-level=WARNING"),
            ),
        ),
        Peer(
            "arq",
            f"1 process, {coroutines} jobs at once, aiohttp; redis 5, in an environment of its own",
            *("arq", coroutines),
            ("arq", f"{here}.arq.WorkerSettings", f"--custom-log-dict={here}.arq.QUIET"),
            settings={"ARQ_MAX_JOBS": str(coroutines)},
            requires=("arq==0.28.0", "aiohttp"),
        ),
    )
