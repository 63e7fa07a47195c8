"""Sends a batch by a peer: `python -m sandbox.bench.peers.send <peer>`, with URLs on stdin.

Prints when it began and what that cost, without the first: `{"began": epoch, "cpu": seconds}`.
"""

import json
import sys
import time
from importlib import import_module


def main() -> None:
    """Run as a program."""
    peer = import_module(f"{__package__}.{sys.argv[1]}")
    first, *urls = sys.stdin.read().split()
    peer.send([first])  # opens connections, and loads what a sender loads late
    began, cpu = time.time(), time.process_time()
    peer.send(urls)
    json.dump({"began": began, "cpu": time.process_time() - cpu}, sys.stdout)


if __name__ == "__main__":
    main()
