"""A worker whose guard is broken does not start."""

import asyncio
import os
import subprocess
import sys

import pytest

from celery_queue.addresses import Guard
from celery_queue.selftest import GuardBroken, check_guard

BROKEN = """
import sys
from celery_queue import addresses
addresses.is_public = lambda address: True  # as if the table were empty
from celery.__main__ import main
sys.argv = ["celery", "-A", "celery_queue", "worker"]
main()
"""


def test_the_guard_stands() -> None:
    asyncio.run(check_guard())


def test_a_guard_with_a_hole_is_found_whether_by_address_or_by_name() -> None:
    for hole in ("127.0.0.0/8", "localhost", "::1"):
        with pytest.raises(GuardBroken):
            asyncio.run(check_guard(Guard([hole])))


def test_the_worker_does_not_start_with_a_broken_guard() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", BROKEN],
        env=os.environ | {"REDIS_URL": "redis://127.0.0.1:1/0", "IMGUR_CLIENT_ID": "any"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "The address guard lets 127.0.0.1 through: this worker does not start." in ended.stderr
