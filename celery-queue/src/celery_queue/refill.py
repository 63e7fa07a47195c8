"""Images that are done make room for others, which are asked for when there is enough of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from jobs.errors import StoreUnavailable

log = structlog.get_logger(__name__)


class Refill:
    """Dispatches, in a thread, whenever so many `images` are done, or none is under way any more.

    Not when a message ends: an image that takes its time would hold up all that wait.
    """

    def __init__(self, dispatch: Callable[[], object], images: int) -> None:
        self._dispatch = dispatch
        self._images = images
        self._done = 0
        self._asked = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="refill")

    def done(self, *, under_way: int) -> None:
        """An image is done, and so many are under way."""
        self._done += 1
        if not self._asked and (self._done >= self._images or not under_way):
            self._done, self._asked = 0, True
            self._thread.submit(self._try)

    def _try(self) -> None:
        self._asked = False  # what is done from now on may be too late for this one
        try:
            self._dispatch()
        except StoreUnavailable as error:
            log.warning("store away", cause=str(error))  # the next heartbeat dispatches too
        except Exception:
            log.exception("defect in dispatch")
