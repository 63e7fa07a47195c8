"""What a process writes to stderr."""

import json
import subprocess
import sys
from typing import Any

PROGRAM = """
import logging
import structlog
from jobs.logs import configure_logging

configure_logging("info")
structlog.contextvars.bind_contextvars(job_id="one")
log = structlog.get_logger("ours")
log.info("begun", images=3)
log.debug("unseen")
logging.getLogger("theirs").warning("lost %s", "\\udc80")
logging.getLogger("theirs").debug("unseen")
try:
    raise ValueError("5")
except ValueError as error:
    log.error("failed", exc_info=error, of=ValueError)
"""


def test_our_lines_and_those_of_libraries_have_one_form() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    lines: list[dict[str, Any]] = [json.loads(line) for line in ran.stderr.splitlines()]
    assert ran.stdout == b""
    assert all(list(line)[:3] == ["timestamp", "level", "event"] for line in lines)
    assert all(line.pop("timestamp").endswith("Z") for line in lines)
    failed = lines.pop(2)
    assert failed.pop("exception").endswith("ValueError: 5")
    assert failed["of"] == repr(ValueError)
    assert lines == [
        {"level": "info", "event": "begun", "images": 3, "job_id": "one", "logger": "ours"},
        {"level": "warning", "event": "lost \udc80", "job_id": "one", "logger": "theirs"},
    ]
