"""Which loopback ports the parts of the sandbox listen on."""

import os
import socket
from contextlib import suppress
from itertools import count
from pathlib import Path

LOOPBACK = "127.0.0.1"

_numbers = count(os.getpid() * 61)


def check_port(port: int) -> None:
    """Raise OSError where no server could listen on this port now."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((LOOPBACK, port))


def free_port() -> int:
    """A port that is free now, outside the range of outgoing connections.

    The kernel's own choice (port 0) is inside that range: a client that keeps connecting to a
    server that is down can there connect to itself, and the server never gets its port back.
    Processes begin far from each other: two that ask at the same moment get different ones.
    """
    for number in _numbers:
        port = 20_000 + number % 12_000
        with suppress(OSError):
            check_port(port)
            return port
    raise AssertionError  # there is always another number


def kept_port(file: Path) -> int:
    """The port that this file names, so that URLs of an earlier run still lead somewhere.

    Where there is no file it is written, with a free port. While its port is taken: another one.
    """
    with suppress(FileNotFoundError, ValueError):
        port = int(file.read_text())
        with suppress(OSError, OverflowError):
            check_port(port)
            return port
        return free_port()
    port = free_port()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(str(port))
    return port
