import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

SANDBOX = [sys.executable, "-m", "sandbox"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("name", ["imgur", "source"])
def test_it_says_where_it_is_and_ends_in_order(
    name: str, number: signal.Signals, tmp_path: Path
) -> None:
    options = ["--data", str(tmp_path)] if name == "imgur" else []
    with subprocess.Popen(
        [*SANDBOX, name, "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        before, _, address = process.stdout.readline().rstrip().partition(" on ")
        assert before == {"imgur": "stand-in Imgur", "source": "image source"}[name]
        assert requests.get(f"{address}/removed.png", timeout=10).status_code == 200
        process.send_signal(number)
        rest, _ = process.communicate(timeout=10)
    assert (process.returncode, rest) == (0, "")


def test_a_request_under_way_does_not_keep_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*SANDBOX, "source", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        port = int(process.stdout.readline().rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET /hang HTTP/1.1\r\nHost: a\r\n\r\n")
            requests.get(f"http://127.0.0.1:{port}/_source/stats", timeout=10)
            process.terminate()
            assert process.wait(timeout=10) == 0


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run(
            [*SANDBOX, "imgur", "--data", str(tmp_path), "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr == f"Error: stand-in Imgur on 127.0.0.1:{port}: Address already in use\n"
