"""Dispatch for the API: soon, in a thread of its own, and once for all who ask meanwhile.

So it keeps no client waiting. Should it fail, or this process end before, no job is lost: workers
dispatch every second.
"""

import threading
from collections.abc import Callable

import structlog

from jobs.errors import StoreUnavailable

log = structlog.get_logger(__name__)


class DispatchSoon:
    """Dispatches whenever it is called, after that moment. Its thread is there while it does."""

    def __init__(self, dispatch: Callable[[], object]) -> None:
        self._dispatch = dispatch
        self._lock = threading.Lock()
        self._is_asked = self._is_running = False

    def __call__(self) -> None:
        """Ask for it."""
        with self._lock:
            self._is_asked = True
            begin, self._is_running = not self._is_running, True
        if begin:
            threading.Thread(target=self._run, name="dispatch", daemon=True).start()

    def _run(self) -> None:
        while self._next():
            try:
                self._dispatch()
            except StoreUnavailable as error:
                log.warning("not dispatched", reason=str(error))
            except Exception:
                log.exception("defect in dispatch")

    def _next(self) -> bool:
        with self._lock:
            self._is_running, self._is_asked = self._is_asked, False
            return self._is_running
