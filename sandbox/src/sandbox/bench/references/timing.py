"""What a reference is told, and what it prints."""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence

from sandbox.bench.usage import peak_memory


def run(ferry: Callable[[Sequence[str], str, int], None]) -> None:
    """Call `ferry(urls, imgur_url, at_once)` as the program was told, and say what it took."""
    imgur_url, at_once = sys.argv[1:]
    urls = sys.stdin.read().split()
    wall, cpu = time.perf_counter(), time.process_time()
    ferry(urls, imgur_url, int(at_once))
    took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    # Not by getrusage: its peak is that of who started us, where that was larger.
    json.dump(took | {"memory": peak_memory(os.getpid())}, sys.stdout)
