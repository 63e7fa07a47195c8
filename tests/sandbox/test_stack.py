import json
from pathlib import Path

import pytest

from sandbox.errors import ProcessFailed
from sandbox.settings import SandboxSettings
from sandbox.stack import Stack


@pytest.mark.slow
def test_parts_can_be_killed_and_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("REDIS_URL_FILE", "IMGUR_API_URL_FILE", "IMGUR_CLIENT_ID_FILE"):
        # Ours reach no part that has its own: this would end the process that reads it.
        monkeypatch.setenv(variable, str(tmp_path / "nowhere"))
    with Stack(tmp_path, scale=2) as stack:
        status, body = stack.api.get("/readyz")
        assert (status, json.loads(body)["workers"]) == (200, 2)
        stack.workers[1].kill()
        with pytest.raises(ProcessFailed, match="worker2"):
            stack.check()
        stack.workers[1].start()
        stack.redis.kill()
        with pytest.raises(ProcessFailed, match="redis"):
            stack.check()
        stack.redis.start()
        stack.check()
    with pytest.raises(ProcessFailed):
        stack.check()


@pytest.mark.slow
def test_a_part_that_fails_is_named_with_its_reason_and_the_rest_stopped(tmp_path: Path) -> None:
    stack = Stack(tmp_path, environment={"MAX_URLS_PER_JOB": "many"})
    with pytest.raises(
        ProcessFailed, match=r"^api has ended \(exit code \d\);(?s:.*)MAX_URLS_PER_JOB"
    ):
        stack.start()
    assert not stack.redis.process.running
    assert not stack.workers[0].running


def test_settings_say_which_parts_are_somebody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("PORT", "FLOWER_PORT", "REDIS_URL", "IMGUR_CLIENT_ID", "FETCH_ALLOW"):
        monkeypatch.delenv(variable, raising=False)
    own = Stack.from_settings(tmp_path, SandboxSettings())
    assert (own.port, own.flower_port, own.redis_url, own.stand_in) == (8080, 5555, None, True)
    theirs = Stack.from_settings(
        tmp_path,
        SandboxSettings(redis_url="redis://10.0.0.1/0", imgur_client_id="i", fetch_allow="lan"),
    )
    assert (theirs.redis_url, theirs.stand_in) == ("redis://10.0.0.1/0", False)
    assert theirs.fetch_allow == "127.0.0.1,lan"
