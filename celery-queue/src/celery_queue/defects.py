"""A defect of ours, in the log: where it happened, but not its message, for that may hold a URL."""

from traceback import format_tb

import structlog

log = structlog.get_logger(__name__)


def log_defect(error: Exception, **ids: str | int) -> None:
    """Say where, and with what, it happened."""
    where = "".join(format_tb(error.__traceback__))
    log.error("defect", error=type(error).__name__, where=where, **ids)
