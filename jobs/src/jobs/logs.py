"""Structured logs: JSON lines, or coloured text on a terminal. Our own and the libraries' alike.

Ids are bound with `structlog.contextvars`; nothing here ever sees a URL beyond its host.
"""

import logging
import sys

import structlog
from structlog.types import EventDict, Processor, WrappedLogger


def configure_logging(level: str) -> None:
    """Send every log of this process through structlog to stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    rendering: list[Processor] = (
        # Plain: the pretty ones show local variables, and with them URLs and secrets.
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if sys.stderr.isatty()
        else [
            structlog.processors.format_exc_info,
            _with_the_event_first,
            structlog.processors.JSONRenderer(),
        ]
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)


def _with_the_event_first(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    first = {name: line.pop(name, None) for name in ("timestamp", "level", "event")}
    return {**first, **line}
