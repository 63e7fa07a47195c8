"""The bench, in a run too small to say anything about speed."""

import re
import sys
import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.bench import latency, pressure, speed
from sandbox.bench.capacity import capacity
from sandbox.bench.comparison import Comparison, Field
from sandbox.bench.goals import goals
from sandbox.bench.load import FAR, NEAR, SMALL
from sandbox.bench.picture import draw
from sandbox.bench.run import BEGIN, END, PICTURE, Report
from sandbox.bench.table import Row, Table, at_least, below, figures, spread
from sandbox.bench.took import OUTSIDE, Took
from sandbox.bench.usage import cpu_seconds, memory, peak_memory, shared_memory
from sandbox.bench.ways import Imgferry, Reference
from sandbox.bench.world import World, open_world
from sandbox.errors import SandboxError
from sandbox.process import Process

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads Linux's /proc")

PEER = speed.PEERS[2]
LEAST_TO_MOST = r"[\d.]+ \([\d.]+ to [\d.]+\) ms"
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


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with open_world() as world:
        yield world


@pytest.mark.slow
@needs_proc
@pytest.mark.timeout(300)
def test_every_way_is_measured_and_one_that_fails_says_so(world: World) -> None:
    absent = Reference("absent", "curl_pump", 1, requires="no_such_module")
    loop, ours = Reference("loop", "aiohttp_loop", 4), Imgferry(1, 4)
    compared = Comparison([Field((SMALL,), (loop, ours, PEER, absent))], 100, most_images=40)
    compared.measure(world, 1)
    assert compared.failures == {absent: "no_such_module is not installed here"}
    for way in (loop, ours, PEER):
        [took] = compared.runs[SMALL, way]
        assert took.images == 40  # fewer might take no tick of CPU time
        assert took.rate() > 0
        assert took.cost("workers") > 0
        assert took.memory > 1
    [took] = compared.runs[SMALL, ours]
    assert 1 < took.of_redis("commands") < 200


@pytest.mark.slow
def test_the_api_is_measured_with_and_without_load(world: World) -> None:
    alone = {row.what: row for row in latency.measure(world, 2)}
    assert re.fullmatch(LEAST_TO_MOST, alone["POST of a job; URLs: 1,000"].figure)
    assert re.fullmatch(LEAST_TO_MOST, alone["the same with its ETag, 304; URLs: 10,000"].figure)
    [constant, *pressed] = pressure.pressing(world, 2 * pressure.SLICE)
    assert constant.figure.startswith("1.00 (1.00 to 1.00) of the constant: ")
    assert {row.how.partition(",")[0] for row in pressed} == {
        "status 200",
        "status 202",
        "status 304",
    }
    assert all(row.how.endswith("2 rounds of 0.1 s") for row in pressed)


def comparison() -> Comparison:
    """As if Imgferry had been twice as fast as a peer, and half as fast as the loop."""
    compared = Comparison(speed.ALL, 1)
    for one in compared.fields:
        for way in one.ways:
            if way not in {speed.LOOP, speed.ONE, PEER}:
                compared.failures[way] = "of no interest"
    for way, wall in ((speed.LOOP, 0.5), (speed.ONE, 1.0), (PEER, 2.0)):
        cpu = {"workers": wall, "API": 0.1, "Redis": 0.1, OUTSIDE: 0.5}
        redis = {"commands": 9_000.0, "reads": 1_000.0, "traffic": 2e6, "memory": 1e6}
        compared.runs[NEAR, way] = [Took(1_000, wall, cpu, 80, redis)] * 3
    compared.runs[FAR, speed.LOOP_FAR] = []
    return compared


def test_goals_are_ratios_and_say_what_is_not_known() -> None:
    rows = {row.what: row for row in goals(comparison())}
    assert rows["Imgferry / the fastest peer, uploads/s"].figure == "2.00 (2.00 to 2.00)"
    assert rows["Imgferry / the fastest peer, uploads/s"].met
    assert rows["two worker processes / one, uploads/s"].figure.startswith("not known: ")
    assert rows["Redis commands an image"].figure == "9.00 (9.00 to 9.00)"
    cheapest = rows["Imgferry / the thriftiest peer, uploads per CPU-s of all"]
    assert cheapest.figure == "1.83 (1.83 to 1.83)"


def test_tables_show_ratios_first_and_who_failed() -> None:
    near = speed.tables(comparison())[0]
    rows = {(row[0], row[-1]): row for row in near.rows}
    assert rows["Imgferry", speed.ONE.how][1] == "0.50 (0.50 to 0.50)"
    assert rows["Imgferry", speed.TWO.how][1] == "failed: of no interest"
    assert all(len(row) == len(near.head) for row in near.rows)


def test_capacity_is_computed_from_the_measured_cost() -> None:
    rows = {row[0]: row[1:] for row in capacity(comparison()).rows}
    # 100 million a day are 1,157 a second, at 1 ms of workers and 0.1 of Redis, half busy.
    assert rows["100 million"] == ["1,157", "2.31", "0.23", "0.23", "3,000"]


def test_the_picture_has_a_bar_for_every_way_that_did_not_fail() -> None:
    picture = ET.fromstring(draw(comparison()))
    bars = [float(element.attrib["width"]) for element in picture.iter() if "rx" in element.attrib]
    assert bars == [400, 200, 100]


def test_figures_are_written_between_the_marks(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"Before\n{BEGIN}old{END}After\n")
    for text in ("first", "second"):
        Report(text, "<svg/>").write(tmp_path)
        assert page.read_text() == f"Before\n{BEGIN}\n{PICTURE}\n\n{text}\n{END}After\n"
    assert (tmp_path / "performance.svg").read_text() == "<svg/>"
    page.write_text("No marks")
    with pytest.raises(SandboxError):
        Report("third", "").write(tmp_path)


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
        assert 1 < memory(process.pid) <= peak_memory(process.pid) < 1000
        assert 1 < shared_memory([process]) < 1000
    finally:
        process.kill()


def test_a_row_says_whether_its_target_is_met() -> None:
    assert at_least(0.5, "", "", [0.4, 0.5, 0.9]) == Row(
        "", "0.50 (0.40 to 0.90)", "", "at least 0.5", met=True
    )
    assert at_least(0.5, "", "", [0.4]).met is False
    assert below(25, "ms", "", "", [30, 24, 12]) == Row(
        "", "24.0 (12.0 to 30.0) ms", "", "below 25 ms", met=True
    )
    assert below(25, "ms", "", "", [25]).met is False


def test_figures_have_three_digits() -> None:
    assert [spread([value]) for value in (0.123, 12.34, 1234.5)] == ["0.12", "12.3", "1,234"]


def test_the_table_is_aligned_markdown() -> None:
    rows = [Row("speed", "1", "well"), Row("cost", "2", "badly", "below 1", met=False)]
    assert figures("Two", rows).render() == (
        "### Two\n"
        "\n"
        "| what  | figure | target  | met | how it was run |\n"
        "| ----- | ------ | ------- | --- | -------------- |\n"
        "| speed | 1      |         |     | well           |\n"
        "| cost  | 2      | below 1 | NO  | badly          |"
    )
    assert Table("", ["a"], []).render() == "### \n\n| a |\n| - |"
