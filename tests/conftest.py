"""What many tests stand on: a real Redis-compatible server, and stores on it."""

from collections.abc import Iterator

import pytest
from hypothesis import settings as hypothesis_settings
from redis import Redis
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox.redis import RedisServer
from sandbox.stack import Stack

# A machine that is busy is no defect: no test is timed.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")


#: Files that take minutes, most of them waiting.
LONGEST = ["test_chaos.py", "test_budget.py", "test_compose.py"]

CONTAINERS_OR_BROWSER = ("tests/test_compose.py", "tests/api/web/", "tests/api/docs/test_page.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that nothing waits for it in the end."""

    def turn(item: pytest.Item) -> tuple[bool, bool]:
        return item.path.name not in LONGEST, "slow" not in item.keywords

    items.sort(key=turn)


class _ContainersOrBrowser(LoadFileScheduling):  # type: ignore[misc]
    """File by file, but one process has both the containers and the browser, one after another.

    With each network of a container that comes or goes Chromium drops all its requests, even those
    to this machine (ERR_NETWORK_CHANGED): of 85 visits to the page 9 found it empty.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "containers or browser" if file.startswith(CONTAINERS_OR_BROWSER) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return _ContainersOrBrowser(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis"), append_only=False) as server:
        yield server


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator[Redis]:
    """The server with nothing in it."""
    with Redis.from_url(redis_server.url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def settings(redis: Redis, redis_server: RedisServer) -> JobsSettings:
    return JobsSettings(redis_url=redis_server.url)


@pytest.fixture
def store(settings: JobsSettings) -> JobStore:
    return JobStore.connect(settings)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole service: Redis, stand-in Imgur, image source, API under gunicorn, a worker."""
    with Stack(tmp_path_factory.mktemp("stack"), environment={"LOG_LEVEL": "debug"}) as stack:
        yield stack
