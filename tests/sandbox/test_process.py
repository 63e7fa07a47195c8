import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from sandbox.errors import ProcessFailed
from sandbox.process import Process

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads Linux's /proc")


def python(code: str) -> list[str]:
    return [sys.executable, "-u", "-c", textwrap.dedent(code)]


LIVE_ON = python("import signal; print('ready'); signal.pause()")
STUBBORN = python("""
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ready")
    while True:
        signal.pause()
""")
WITH_CHILD = python("""
    import subprocess, sys, signal
    child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    print("child", child.pid)
    signal.pause()
""")
PARENT = python("""
    import signal, sys
    from pathlib import Path
    from sandbox.process import Process

    child = Process("child", sys.argv[2:], Path(sys.argv[1]))
    child.start()
    child.wait_for_line("child")
    print("started", child.pid, flush=True)
    signal.pause()
""")


def lives(pid: int) -> bool:
    """Whether the process runs; one that has ended and was not waited for does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def ends(pid: int) -> bool:
    """Whether it is gone within ten seconds."""
    deadline = time.monotonic() + 10
    while lives(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not lives(pid)


def test_waits_for_a_line_and_gives_what_it_says(tmp_path: Path) -> None:
    code = "import signal; print('on port 4711'); signal.pause()"
    process = Process("part", python(code), tmp_path)
    process.start()
    try:
        assert process.wait_for_line(r"on port (\d+)")[1] == "4711"
        assert process.running
    finally:
        process.stop()
    assert not process.running
    assert process.log.read_text() == "on port 4711\n"


def test_gets_our_environment_and_its_own(tmp_path: Path) -> None:
    code = "import os; print(os.environ['PATH'] != '', os.environ['COLOUR'])"
    process = Process("part", python(code), tmp_path, {"COLOUR": "green"})
    process.start()
    process.wait_for_line("True green")
    process.stop()


def test_one_that_ends_says_so_with_the_end_of_its_log(tmp_path: Path) -> None:
    process = Process("part", python("print('so it went'); raise SystemExit(3)"), tmp_path)
    process.start()
    with pytest.raises(
        ProcessFailed, match=r"^part has ended \(exit code \d\);(?s:.*)part.log(?s:.*)so it went$"
    ):
        process.wait_for_line("never said")
    process.stop()


def test_one_that_is_not_ready_in_time_says_so(tmp_path: Path) -> None:
    process = Process("part", LIVE_ON, tmp_path)
    process.start()
    process.wait_for_line("ready")
    with pytest.raises(ProcessFailed, match=r"was not ready after 0 seconds(?s:.*)ready$"):
        process.wait_until(lambda: False, timeout=0)
    process.stop()


def test_a_second_start_does_not_take_the_first_ones_lines_for_its_own(tmp_path: Path) -> None:
    process = Process("part", LIVE_ON, tmp_path)
    process.start()
    process.wait_for_line("ready")
    process.stop()
    process.command = python("raise SystemExit")
    process.start()
    with pytest.raises(ProcessFailed):
        process.wait_for_line("ready")
    process.stop()


@needs_proc
def test_stop_ends_even_one_that_will_not(tmp_path: Path) -> None:
    process = Process("part", STUBBORN, tmp_path)
    process.start()
    process.wait_for_line("ready")
    pid = process.pid
    process.stop(timeout=0.1)
    assert not lives(pid)


def test_stop_and_kill_of_one_that_does_not_run_do_nothing(tmp_path: Path) -> None:
    process = Process("part", LIVE_ON, tmp_path)
    process.stop()
    process.kill()
    with pytest.raises(ProcessFailed, match="part is not running"):
        _ = process.pid


@needs_proc
def test_kill_reaches_its_children(tmp_path: Path) -> None:
    process = Process("part", WITH_CHILD, tmp_path)
    process.start()
    child = int(process.wait_for_line(r"child (\d+)")[1])
    assert lives(child)
    process.kill()
    assert ends(child)


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_a_parent_that_was_killed(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen([*PARENT, tmp_path, *WITH_CHILD], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline().split()[1])
        grandchild = int((tmp_path / "child.log").read_text().split()[1])
        assert lives(child)
        assert lives(grandchild)
        parent.send_signal(number)
    assert ends(child)
    assert ends(grandchild)


def test_ctrl_c_in_the_terminal_does_not_reach_it(tmp_path: Path) -> None:
    process = Process("part", LIVE_ON, tmp_path)
    process.start()
    try:
        assert os.getpgid(process.pid) != os.getpgrp()
        assert os.getsid(process.pid) != os.getsid(0)
    finally:
        process.stop()


@needs_proc
def test_a_frozen_one_stands_still_until_the_block_ends(tmp_path: Path) -> None:
    process = Process("part", LIVE_ON, tmp_path)
    process.start()
    process.wait_for_line("ready")

    def is_stopped() -> bool:
        status = Path(f"/proc/{process.pid}/status").read_text()
        return "State:\tT (stopped)" in status

    with process.frozen():
        process.wait_until(is_stopped)
    process.wait_until(lambda: not is_stopped())
    process.stop(timeout=10)
