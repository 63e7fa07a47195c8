"""What people do with the command line, on the whole service: real processes, a real terminal."""

import csv
import json
import os
import plistlib
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import requests

from imgferry import Client
from sandbox.process import Process
from sandbox.stack import Stack
from tests.service import wait

pytestmark = pytest.mark.slow

IMGFERRY = [sys.executable, "-m", "imgferry"]
JOB = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
NO_JOB = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"

Run = Callable[..., subprocess.CompletedProcess[str]]
_numbers = count(2_000_000)


@pytest.fixture
def run(stack: Stack, tmp_path: Path) -> Run:
    """Runs the command line in the test's folder, on the stack."""

    def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*IMGFERRY, *words],
            cwd=tmp_path,
            env=os.environ | {"IMGFERRY_URL": stack.api.url},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def photo(stack: Stack, query: str = "") -> str:
    """The URL of a photo that no other test uses."""
    return f"{stack.source.url}/photo/{next(_numbers)}.png?bytes=5000{query}"


def test_urls_become_links_in_their_order(run: Run, stack: Stack) -> None:
    urls = [photo(stack) for _ in range(3)]
    done = run("upload", *urls, urls[0], "--title", "My cats", "--label", "pets")
    assert done.returncode == 0, done.stderr
    [job_id] = JOB.findall(done.stderr)
    with Client(stack.api.url) as client:
        assert done.stdout.split() == [image.link for image in client.images(job_id)]
        job = client.job(job_id)
        assert (job.complete, job.title, job.labels) == (urls, "My cats", ["pets"])
        assert [job.id for job in client.jobs(label="pets")] == [job_id]
    assert done.stderr.splitlines()[-2:] == ["3 of 3 done", "3 uploaded, 0 failed."]
    assert "\x1b" not in done.stderr + done.stdout


def test_a_service_that_restarts_is_waited_for(stack: Stack, tmp_path: Path) -> None:
    urls = [photo(stack, "&delay=1") for _ in range(300)]
    environment = {"IMGFERRY_URL": stack.api.url, "PYTHONUNBUFFERED": "1"}
    upload = Process("upload", [*IMGFERRY, "upload", *urls], tmp_path, environment)
    upload.start()
    try:
        upload.wait_for_line(r"\d+ of 300 done")
        stack.api.kill()
        stack.api.start()
        upload.wait_for_line(r"300 uploaded, 0 failed\.", timeout=60)
    finally:
        upload.stop()
        stack.api.wait_until(stack.api.answers)


def test_what_fails_costs_nothing_else_and_goes_into_a_list(
    run: Run, stack: Stack, tmp_path: Path
) -> None:
    good, page = photo(stack), f"{stack.source.url}/page.html"
    wrong, missing = "http://user:secret@example.org/", "none.jpg"
    (tmp_path / "list.txt").write_text(f"# mine\n{page}\n{good}\n\n{wrong}\n{missing}\n")
    done = run("upload", "-i", "list.txt", "--failed-to", "failed.txt", "--format", "csv")
    assert done.returncode == 1
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [(row["url"], row["status"], bool(row["link"])) for row in rows] == [
        (page, "failed", False),
        (good, "complete", True),
    ]
    assert "1 uploaded, 3 failed." in done.stderr
    failed = (tmp_path / "failed.txt").read_text().splitlines()
    assert [line for line in failed if not line.startswith("#")] == [missing, wrong, page]
    assert "# The source is not an image: it is a web page." in failed
    again = run("upload", "-i", "failed.txt", "--failed-to", "failed.txt")
    assert (again.returncode, again.stdout) == (1, "")
    assert (tmp_path / "failed.txt").read_text().splitlines() == failed


def test_a_list_on_stdin_and_shortcuts_for_it(run: Run, stack: Stack, tmp_path: Path) -> None:
    urls = [photo(stack), photo(stack, "&again")]
    done = run("upload", "-", "-o", "links", "--format", "json", stdin="\n".join(urls))
    assert done.returncode == 0, done.stderr
    links = [image["link"] for image in json.loads(done.stdout)]
    written = sorted((tmp_path / "links").iterdir())
    assert [path.suffix for path in written] == [".webloc", ".webloc"]
    assert {plistlib.loads(path.read_bytes())["URL"] for path in written} == set(links)


def test_a_folder_and_its_shortcuts(run: Run, stack: Stack, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    for name in ("cat.png", "cat.jpg", "sub/cat.png"):  # what an image is, its bytes say
        (photos / name).parent.mkdir(parents=True, exist_ok=True)
        (photos / name).write_bytes(requests.get(photo(stack), timeout=10).content)
    (photos / "empty.gif").touch()
    (photos / "large.jpg").write_bytes(bytes(20_000_001))
    url = photo(stack)
    done = run(
        "upload", "-r", "photos", url, "-o", "links", "--format", "csv", "--failed-to", "failed.txt"
    )
    assert done.returncode == 1
    rows = {row["url"]: row["link"] for row in csv.DictReader(done.stdout.splitlines())}
    assert list(rows) == ["photos/cat.jpg", "photos/cat.png", "photos/sub/cat.png", url]
    folder = tmp_path / "links"
    for name in ("cat.png", "cat.jpg", "sub/cat.png"):
        shortcut = plistlib.loads((folder / "photos" / f"{name}.webloc").read_bytes())
        assert shortcut == {"URL": rows[f"photos/{name}"]}
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 4
    assert (tmp_path / "failed.txt").read_text() == (
        "# The service takes a file that is not empty.\nphotos/empty.gif\n"
        "# The service takes a file of at most 20000000 bytes.\nphotos/large.jpg\n"
    )
    [job_id] = JOB.findall(done.stderr)
    again = run("upload", "--resume", job_id, "-o", "again", "--format", "url")
    assert (again.returncode, again.stdout) == (0, "")
    assert sorted(path.name for path in (tmp_path / "again").iterdir())[:3] == [
        f"{url.rpartition('/')[2].partition('?')[0]}.url",
        "cat.jpg.url",
        "cat.png (2).url",
    ]


def test_a_job_that_is_left_is_taken_up_again(run: Run, stack: Stack) -> None:
    url = photo(stack, "&delay=1")
    left = run("upload", "--no-wait", url, "none.jpg")
    assert left.returncode == 1
    [job_id] = left.stdout.split()
    assert "none.jpg" in left.stderr
    for command in (["upload", "--resume", job_id], ["watch", job_id]):
        done = run(*command, "--format", "markdown")
        assert done.returncode == 0
        assert re.fullmatch(r"!\[\d+\\\.png\]\(http://\S+\)\n", done.stdout)
    job = json.loads(run("upload", "--no-wait", "--json", url).stdout)
    assert run("watch", *job["jobIds"]).returncode == 0


def test_looking_at_jobs(run: Run, stack: Stack) -> None:
    good, page = photo(stack), f"{stack.source.url}/page.html"
    [job_id] = JOB.findall(run("upload", good, page).stderr)
    again = run("retry", job_id, "--retryable")
    assert again.stdout == "No image of the job has failed in a way that trying again helps.\n"
    assert run("status", job_id).stdout.splitlines()[0] == "complete: 2 of 2 done, 1 failed"
    assert json.loads(run("status", job_id, "--json").stdout)["uploaded"]["failed"] == [page]
    assert run("jobs", "-n", "1").stdout.splitlines()[1].startswith(job_id)
    assert [job["id"] for job in json.loads(run("jobs", "-n", "1", "--json").stdout)] == [job_id]
    complete, failed = run("images", job_id).stdout.splitlines()
    assert complete.startswith(f"complete  {good}  http://")
    assert failed == f"failed    {page}  The source is not an image: it is a web page."
    link = complete.split()[-1]
    assert run("images", job_id, "--format", "links").stdout == f"{link}\n"
    assert run("images").stdout.splitlines()[0] == link
    assert json.loads(run("images", "--json").stdout)[0] == link


def test_steering_a_job(run: Run, stack: Stack) -> None:
    urls = [photo(stack) for _ in range(30)]
    with stack.workers[0].frozen():  # else all could be done before they are cancelled
        [job_id] = run("upload", "--no-wait", "-", stdin="\n".join(urls)).stdout.split()
        assert "30 done" in run("cancel", job_id).stdout
    with Client(stack.api.url) as client:
        failed = client.wait(job_id).failed
    assert failed
    again = run("retry", job_id, failed[0])
    assert again.stdout == f"1 image runs again.  imgferry watch {job_id}\n"
    assert json.loads(run("retry", job_id, "--json").stdout) == {"retried": len(failed) - 1}
    assert run("watch", job_id).returncode == 0
    assert run("retry", job_id).stdout == "No image of the job has failed.\n"


@pytest.mark.parametrize("command", ["status", "watch", "cancel", "retry", "images"])
def test_no_such_job(run: Run, command: str) -> None:
    done = run(command, NO_JOB)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: No job has this id, or it is forgotten. imgferry jobs lists them.\n"
    )


def test_at_a_terminal_a_bar_and_after_ctrl_c_the_way_back(stack: Stack, tmp_path: Path) -> None:
    urls = "\n".join(photo(stack, "&delay=1") for _ in range(600))
    (tmp_path / "list.txt").write_text(urls)
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where tests run in the background
        environment = os.environ | {"IMGFERRY_URL": stack.api.url, "TERM": "xterm", "COLUMNS": "90"}
        words = ["upload", "-i", "list.txt", "--failed-to", "failed.txt"]
        os.execve(sys.executable, [*IMGFERRY, *words], environment)
    shown = ""

    def shows(pattern: str) -> bool:
        nonlocal shown
        try:
            shown += os.read(terminal, 65536).decode()
        except OSError:  # the other end is closed
            assert re.search(pattern, shown), shown
        return bool(re.search(pattern, shown))

    wait(lambda: shows(r"━.* [1-9]\d* of 600 done.* a second, \d+ s left"))
    os.write(terminal, b"\x03")
    wait(lambda: shows(r"To come back.*\r\n +imgferry watch \S+ --failed-to failed.txt\r\n"))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    os.close(terminal)
    [job_id] = set(JOB.findall(shown))
    with Client(stack.api.url) as client:
        assert client.job(job_id).status == "in-progress"
        client.cancel(job_id)
        client.wait(job_id)
