"""The bench, in a run too small to say anything about speed."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from sandbox.bench.table import Row, at_least, below, render, spread
from sandbox.bench.usage import cpu_seconds, memory, peak_memory
from sandbox.process import Process

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads Linux's /proc")

BUSY = """
    import subprocess, sys, time
    if len(sys.argv) == 1:
        subprocess.run([sys.executable, __file__, "ended"])
        subprocess.run([sys.executable, __file__, "alive"])
    while time.process_time() < 0.3:
        pass
    print(sys.argv[-1], "was busy", flush=True)
    if sys.argv[-1] == "alive":
        time.sleep(1000)
"""
TINY = """
    from sandbox.bench.run import Plan, run
    run(Plan(images=20, rounds=1, batches=2, requests=2))
"""


@pytest.mark.slow
@needs_proc
@pytest.mark.timeout(400)
def test_prints_a_figure_in_every_row() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(TINY)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    head, table = done.stdout.split("\n\n")
    assert "Batches of 20 JPEGs of 100,000 bytes" in head
    title, _, *rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()
    ]
    assert title == ["what", "how", "figure", "target", "met"]
    assert [row[0] for row in rows] == [
        "bare aiohttp loop, uploads/s",
        "Imgferry, uploads/s",
        "Imgferry / bare aiohttp loop, uploads/s",
        "bare aiohttp loop, uploads/s",
        "Imgferry, uploads/s",
        "Imgferry / bare aiohttp loop, uploads/s",
        "Imgferry, uploads/s",
        "Celery with requests, uploads/s",
        "bare aiohttp loop, CPU-s per 1,000, its process",
        "Imgferry, CPU-s per 1,000, worker",
        "Imgferry / bare aiohttp loop, uploads per CPU-s, worker",
        "Celery with requests, CPU-s per 1,000, workers",
        "Imgferry / Celery with requests, uploads per CPU-s, workers",
        "Imgferry, CPU-s per 1,000, worker, Redis, API",
        "Celery with requests, CPU-s per 1,000, workers, Redis, sender",
        "Imgferry / Celery with requests, uploads per CPU-s, all of it",
        "bare aiohttp loop, CPU-s per 1,000, source and stand-in",
        "worker, most memory",
        "worker, growth of memory",
        "GET of a job of 10,000 URLs",
        "GET of a job of 10 URLs",
        "POST of 1,000 URLs, with a dispatch",
    ]
    assert all(how and any(map(str.isdigit, figure)) for _, how, figure, *_ in rows)
    assert all(bool(target) == (met in {"yes", "NO"}) for *_, target, met in rows)


@needs_proc
def test_counts_the_cpu_time_of_descendants_alive_or_not(tmp_path: Path) -> None:
    program = tmp_path / "busy.py"
    program.write_text(textwrap.dedent(BUSY))
    process = Process("busy", [sys.executable, str(program)], tmp_path)
    process.start()
    try:
        process.wait_for_line("alive was busy")
        # Two times 0.3, less the ticks that are not full yet.
        assert 0.5 <= cpu_seconds([process]) < 5
        assert 1 < memory(process) <= peak_memory(process) < 1000
    finally:
        process.kill()


def test_a_row_says_whether_its_target_is_met() -> None:
    assert at_least(0.5, "", "", [0.4, 0.5, 0.9]) == Row(
        "", "", "0.50 (0.40 to 0.90)", "at least 0.5", met=True
    )
    assert at_least(0.5, "", "", [0.4]).met is False
    assert below(25, "ms", "", "", [30, 24, 12]) == Row(
        "", "", "24.0 (12.0 to 30.0) ms", "below 25 ms", met=True
    )
    assert below(25, "ms", "", "", [25]).met is False


def test_figures_have_three_digits() -> None:
    assert [spread([value]) for value in (0.123, 12.34, 1234.5)] == ["0.12", "12.3", "1,234"]


def test_the_table_is_aligned_markdown() -> None:
    assert render([Row("speed", "well", "1"), Row("cost", "badly", "2", "below 1", met=False)]) == (
        "| what  | how   | figure | target  | met |\n"
        "| ----- | ----- | ------ | ------- | --- |\n"
        "| speed | well  | 1      |         |     |\n"
        "| cost  | badly | 2      | below 1 | NO  |"
    )
