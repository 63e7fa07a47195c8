"""Structured logs: JSON lines, or coloured text on a terminal. Our own and the libraries' alike.

Ids are bound with `structlog.contextvars`; nothing here ever sees a URL beyond its host.
"""

import json
import logging
import sys
from typing import Any

import structlog
from structlog.types import EventDict, Processor, WrappedLogger


def configure_logging(level: str) -> None:
    """Send every log of this process to stderr, as lines of one form.

    Those of our own loggers do not pass through `logging`, which would take most of their time.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: list[Processor] = (
        # Plain: the pretty ones show local variables, and with them URLs and secrets.
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if sys.stderr.isatty()
        else [structlog.processors.format_exc_info, _as_json]
    )
    structlog.configure(
        processors=[*shared, *rendering, _as_bytes],
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)


# Made once: `json.dumps` with an argument makes one for each line.
_encoder = json.JSONEncoder(default=repr)


def _as_json(_: WrappedLogger, __: str, line: EventDict) -> str:
    first = {name: line.pop(name, None) for name in ("timestamp", "level", "event")}
    return _encoder.encode({**first, **line})


def _as_bytes(_: WrappedLogger, __: str, line: Any) -> bytes:
    rendered: str = line
    return rendered.encode(errors="backslashreplace")
