"""Whether this host's worker lives: `python -m celery_queue.health`, its container's health check.

It asks the store, as dispatch does, and costs a third of `celery inspect ping`. Exits with 0, or
says what is wrong. The worker has the name that Celery gives it: one of another name is not found.
"""

import sys
from socket import gethostname

from jobs.errors import StoreUnavailable
from jobs.settings import JobsSettings
from jobs.store import JobStore


def main() -> None:
    """Exit with 0 when the worker was heard of lately."""
    name = f"celery@{gethostname()}"
    try:
        workers = JobStore.connect(JobsSettings.load()).workers()
    except StoreUnavailable as error:
        sys.exit(str(error))
    if name not in (worker.name for worker in workers):
        sys.exit(f"{name} has not been heard of lately.")


if __name__ == "__main__":
    main()
