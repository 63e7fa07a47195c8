"""Which loopback ports the parts of the sandbox listen on."""

import random
import socket
from contextlib import suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"


def check_port(port: int) -> None:
    """Raise OSError where no server could listen on this port now."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((LOOPBACK, port))


def free_port() -> int:
    """A port that is free now, outside the range of outgoing connections.

    The kernel's own choice (port 0) is inside that range: a client that keeps connecting to a
    server that is down can there connect to itself, and the server never gets its port back.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError):
            check_port(port)
            return port


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
