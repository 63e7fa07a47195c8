"""Sweeping: once in a while one worker of the fleet removes staged files that are of no job."""

import threading
import time

import structlog

from jobs.errors import StagingUnavailable, StoreUnavailable
from jobs.staging import Staging
from jobs.store import JobStore

log = structlog.get_logger(__name__)

#: Seconds between two sweeps of the fleet, and between two looks of a worker whether one is due.
_EVERY, _LOOK = 600.0, 30.0


class Sweeper:
    """Sweeps in a thread of its own: to list what an object store has may take a while."""

    def __init__(self, store: JobStore, staging: Staging) -> None:
        self._store = store
        self._staging = staging

    def start(self) -> None:
        """Sweep from now on, as long as the process lives."""
        threading.Thread(target=self._run, name="sweep", daemon=True).start()

    def sweep(self) -> None:
        """Sweep, unless another did a short while ago."""
        try:
            if self._store.may_sweep(_EVERY) and (
                gone := self._staging.sweep(self._store.existing)
            ):
                log.info("swept", files=gone)
        except (StoreUnavailable, StagingUnavailable) as error:
            log.warning("not swept", cause=str(error))

    def _run(self) -> None:
        while True:
            self.sweep()
            time.sleep(_LOOK)
