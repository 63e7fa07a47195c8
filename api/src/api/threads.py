"""Threads of the system's own beside gevent's greenlets, for what would hold all of them up."""

from collections.abc import Callable
from typing import Any

from gevent import get_hub


def in_a_thread(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call it in such a thread, while the other greenlets of this one go on.

    A disk may take its time; and s3fs waits for an event loop of its own, which under gevent would
    be in the thread that waits.
    """
    return get_hub().threadpool.apply(function, arguments, named)
