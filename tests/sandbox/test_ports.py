import socket
from pathlib import Path

import pytest

from sandbox.ports import LOOPBACK, check_port, free_port, kept_port


def test_a_taken_port_is_told() -> None:
    with socket.create_server((LOOPBACK, 0)) as server, pytest.raises(OSError, match="in use"):
        check_port(server.getsockname()[1])


def test_a_free_port_is_free_and_not_one_of_outgoing_connections() -> None:
    port = free_port()
    check_port(port)
    assert 20_000 <= port < 32_768


def test_a_port_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "data" / "imgur.port"
    assert kept_port(file) == kept_port(file)


def test_a_kept_port_that_is_taken_stays_kept_for_later(tmp_path: Path) -> None:
    file = tmp_path / "imgur.port"
    port = kept_port(file)
    with socket.create_server((LOOPBACK, port)):
        assert kept_port(file) != port
    assert kept_port(file) == port


@pytest.mark.parametrize("content", ["", "many", "99999999", "-1"])
def test_a_spoilt_file_is_no_harm(tmp_path: Path, content: str) -> None:
    file = tmp_path / "imgur.port"
    file.write_text(content)
    check_port(kept_port(file))
