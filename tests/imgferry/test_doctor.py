"""`imgferry doctor` finds what is wrong, and says what to do."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from imgferry.cli import main
from imgferry.doctor.service import compare_versions
from imgferry.key import new_key
from sandbox.ports import free_port
from sandbox.redis import RedisServer
from sandbox.stack import Stack
from tests.api.conftest import SHIPPED, Api, serving

ADA = new_key("ada")


@pytest.fixture(scope="module")
def lonely(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API with a key, and no worker."""
    environment = {"REDIS_URL": redis_server.url, "API_KEYS": ADA[1]}
    with serving(SHIPPED, tmp_path_factory.mktemp("api"), environment) as api:
        yield api


def doctor(url: str, *options: str, **environment: str) -> Result:
    nothing = dict.fromkeys(["REDIS_URL", "IMGUR_CLIENT_ID", "IMGFERRY_API_KEY"])
    words = ["doctor", "--server", url, *options]
    return CliRunner().invoke(main, words, env={**nothing, **environment})


def remedies(url: str, **environment: str) -> dict[str, str | None]:
    """What is to be done, by what was looked at; None where all is well."""
    checks = json.loads(doctor(url, "--json", **environment).stdout)
    return {check["name"]: check["remedy"] for check in checks}


@pytest.mark.slow
def test_all_is_well(stack: Stack) -> None:
    done = doctor(stack.api.url)
    assert done.exit_code == 0, done.output
    assert "ok  workers     1 alive\n" in done.stdout
    assert "uploads left this hour" in done.stdout
    assert "NO" not in done.stdout
    imgur = {"IMGUR_CLIENT_ID": "sandbox", "IMGUR_API_URL": stack.imgur.url}
    here = doctor(stack.api.url, REDIS_URL=stack.redis.url, **imgur)
    assert "ok  client id   Imgur knows it" in here.stdout
    assert set(remedies(stack.api.url, REDIS_URL=stack.redis.url).values()) == {None}


def test_another_version_is_told() -> None:
    same, other = (compare_versions(ours, {"info": {"version": "1.2"}}) for ours in ("1.2", "1.1"))
    assert same.remedy is None
    assert "imgferry 1.1, service 1.2" in other.found
    assert other.remedy


def test_no_worker_and_no_key(lonely: Api) -> None:
    assert doctor(lonely.url).exit_code == 1
    found = remedies(lonely.url)
    assert found["Redis"] is None
    assert "celery -A celery_queue worker" in str(found["workers"])
    assert "IMGFERRY_API_KEY" in str(found["key"])
    assert remedies(lonely.url, IMGFERRY_API_KEY=ADA[0])["key"] is None


def test_no_redis(tmp_path: Path) -> None:
    nowhere = {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    with serving(SHIPPED, tmp_path, nowhere) as api:
        done = doctor(api.url)
    assert done.exit_code == 1
    assert "ok  service " in done.stdout
    assert done.stdout.endswith("Start it, or mend the API's REDIS_URL.\n")


def test_nobody_there() -> None:
    done = doctor(f"http://127.0.0.1:{free_port()}")
    assert done.exit_code == 3
    assert "no connection" in done.stdout
    assert "imgferry up" in done.stdout


def test_settings_that_are_here(lonely: Api, redis_server: RedisServer) -> None:
    forgetful = remedies(lonely.url, REDIS_URL=redis_server.url)["REDIS_URL"]
    assert "forgets when it stops" in str(forgetful)
    nowhere = doctor(lonely.url, REDIS_URL=f"redis://:secret@127.0.0.1:{free_port()}/0")
    assert "NO  REDIS_URL   no Redis answers there" in nowhere.stdout
    assert "secret" not in nowhere.output
    wrong = doctor(lonely.url, REDIS_URL=redis_server.url, FETCH_TIMEOUT="soon")
    assert wrong.exit_code == 1
    assert "FETCH_TIMEOUT: " in wrong.stdout
    client_id = {"IMGUR_CLIENT_ID": "x", "IMGUR_API_URL": f"http://127.0.0.1:{free_port()}"}
    assert "IMGUR_API_URL" in str(remedies(lonely.url, **client_id)["client id"])
