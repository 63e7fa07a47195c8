"""A client of the whole service."""

from collections.abc import Iterator

import pytest

from imgferry import Client
from sandbox.stack import Stack


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    with Client(stack.api.url) as client:
        yield client
