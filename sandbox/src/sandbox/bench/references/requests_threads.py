"""Bare threads with requests."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

from sandbox.bench import with_requests
from sandbox.bench.references import timing


def ferry(urls: Sequence[str], imgur_url: str, at_once: int) -> None:
    """Ferry all images."""
    with ThreadPoolExecutor(at_once) as pool:
        for _ in pool.map(with_requests.ferry, urls, repeat(imgur_url)):
            pass


if __name__ == "__main__":
    timing.run(ferry)
