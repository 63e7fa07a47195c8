from pathlib import Path

import pytest
import redis

from sandbox.errors import ProcessFailed, SandboxError
from sandbox.ports import free_port
from sandbox.redis import RedisServer, check_redis


def test_serves_while_the_context_lasts(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        assert client.ping()
    with redis.Redis.from_url(server.url) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_two_servers_stand_side_by_side(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "a") as one, RedisServer(tmp_path / "b") as other:
        with redis.Redis.from_url(one.url) as client:
            client.set("here", "one")
        with redis.Redis.from_url(other.url) as client:
            assert client.get("here") is None


def test_a_killed_server_comes_back_with_its_data_where_it_was(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        with redis.Redis.from_url(server.url) as client:
            client.set("image", "kept")
            client.execute_command("WAITAOF", 1, 0, 1000)  # on disk before the kill
        server.kill()
        server.start()
        with redis.Redis.from_url(server.url) as client:
            assert client.get("image") == b"kept"


def test_a_stop_keeps_the_last_write(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.set("image", "kept")
    with RedisServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        assert client.get("image") == b"kept"


def test_without_append_only_nothing_is_kept(tmp_path: Path) -> None:
    server = RedisServer(tmp_path, append_only=False)
    with server, redis.Redis.from_url(server.url) as client:
        client.set("image", "forgotten")
    with server, redis.Redis.from_url(server.url) as client:
        assert client.get("image") is None


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("not a directory")
    server = RedisServer(tmp_path)
    with pytest.raises(
        ProcessFailed, match=r"^redis has ended \(exit code \d\);(?s:.*)append-only"
    ):
        server.start()
    server.stop()


def test_a_machine_without_a_server_program_is_told_what_to_do(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    server.process.command = [str(tmp_path / "redis-server")]
    with pytest.raises(SandboxError, match="Install Redis, or set REDIS_URL"):
        server.start()


def test_a_redis_that_answers_passes_the_check(redis_server: RedisServer) -> None:
    check_redis(redis_server.url)


def test_one_that_does_not_is_named_by_its_host_only() -> None:
    url = f"redis://user:secret@127.0.0.1:{free_port()}/0"
    with pytest.raises(SandboxError, match=r"^REDIS_URL: the Redis at 127\.0\.0\.1 does") as error:
        check_redis(url)
    assert "secret" not in str(error.value)
