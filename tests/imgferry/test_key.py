"""API keys: made by the command line, taken by the service, sent by the client."""

import time
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from api.keys import find_key, parse_keys
from imgferry import Client, JobNotFound, Refused
from imgferry.cli import main
from imgferry.key import new_key
from sandbox.redis import RedisServer
from tests.api.conftest import SHIPPED, Api, serving

CAT = "https://example.org/cat.jpg"
ADA, BOB, ROOT = new_key("ada"), new_key("bob"), new_key("root", admin=True)


@pytest.fixture(scope="module")
def api(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API with three keys, and few URLs for each."""
    environment = {
        "REDIS_URL": redis_server.url,
        "API_KEYS": ",".join(pair for _, pair in (ADA, BOB, ROOT)),
        "LIMIT_URLS_PER_HOUR": "50",
    }
    with serving(SHIPPED, tmp_path_factory.mktemp("api"), environment) as api:
        yield api


@pytest.mark.parametrize("options", [[], ["--admin"]])
def test_the_command_prints_a_key_and_what_the_service_takes_of_it(options: list[str]) -> None:
    done = CliRunner().invoke(main, ["key", "ada", *options])
    assert done.exit_code == 0
    (_, _, key), (_, _, pair) = (line.split() for line in done.output.splitlines())
    assert key.startswith("imgferry_")
    assert len(key) > 50
    assert key not in pair
    found = find_key(parse_keys(pair), key)
    assert found
    assert (found.name, found.is_admin) == ("ada", bool(options))


def test_no_key_comes_twice() -> None:
    assert len({new_key("ada") for _ in range(100)}) == 100


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a,b", "ä", "a" * 65])
def test_a_name_that_the_service_would_not_take_is_refused(name: str) -> None:
    done = CliRunner().invoke(main, ["key", name])
    assert done.exit_code == 2
    assert "takes 1 to 64 letters" in done.output


def test_a_client_sends_its_key_and_sees_its_own(api: Api) -> None:
    with (
        Client(api.url, api_key=ADA[0]) as ada,
        Client(api.url, api_key=BOB[0]) as bob,
        Client(api.url, api_key=ROOT[0]) as root,
    ):
        job_id = ada.upload([CAT])
        assert ada.job(job_id).pending == root.job(job_id).pending == [CAT]
        with pytest.raises(JobNotFound):
            bob.job(job_id)
        assert job_id in {job.id for job in ada.jobs()} & {job.id for job in root.jobs()}
        assert job_id not in {job.id for job in bob.jobs()}


def test_the_key_is_the_environments_unless_another_is_given(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMGFERRY_API_KEY", ADA[0])
    with Client(api.url) as ada, Client(api.url, api_key=BOB[0]) as bob:
        job_id = ada.upload([CAT])
        with pytest.raises(JobNotFound):
            bob.job(job_id)
    with Client(api.url, api_key="") as nobody, pytest.raises(Refused, match="Authorization"):
        nobody.job(job_id)


@pytest.mark.parametrize("key", ["", "imgferry_wrong", ADA[1]], ids=["none", "wrong", "its hash"])
def test_without_a_right_key_a_client_is_refused(api: Api, key: str) -> None:
    with Client(api.url, api_key=key) as client, pytest.raises(Refused) as refused:
        client.upload([CAT])
    assert refused.value.status == 401


def test_a_spent_quota_is_told_at_once(api: Api) -> None:
    with Client(api.url, api_key=BOB[0]) as client:
        client.upload([f"{CAT}?{n}" for n in range(50)])
        began = time.monotonic()
        with pytest.raises(Refused, match="50 urls in 3600 seconds") as refused:
            client.upload([CAT])
        assert refused.value.status == 429
        assert time.monotonic() - began < 30  # and not when the hour is over
