"""How much one client may ask for, and what it is told of that."""

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

from api.app import create_app
from api.keys import parse_keys
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox.redis import RedisServer

Open = Callable[..., FlaskClient]

UPLOAD = "/v1/images/upload"
KEYS = parse_keys(",".join(f"{n}:{sha256(n.encode()).hexdigest()}" for n in ("ada", "bob")))


def urls(count: int) -> dict[str, list[str]]:
    return {"urls": [f"https://example.org/{n}.jpg" for n in range(count)]}


def left(answer: TestResponse) -> dict[str, int]:
    """What is left of each quota, by its header; each has a time, in seconds from now."""
    found = re.findall(r'"(\w+)";r=(\d+);t=(\d+)(?:, |$)', answer.headers["RateLimit"])
    assert all(0 < int(seconds) <= 3600 for _, _, seconds in found)
    return {name: int(remaining) for name, remaining, _ in found}


def end_windows(redis: Redis) -> None:
    redis.delete(*redis.keys("imgferry:spent:*"))


def test_requests_beyond_the_limit_are_refused_until_the_window_ends(
    open_api: Open, redis: Redis
) -> None:
    client = open_api(limit_requests_per_minute=3)
    answers = [client.get(UPLOAD) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [left(answer)["requests"] for answer in answers] == [2, 1, 0, 0, 0]
    refused = answers[-1]
    assert refused.content_type == "application/problem+json"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    problem = refused.get_json()
    assert (problem["type"], problem["status"]) == ("/problems/quota-exceeded", 429)
    assert problem["violated-policies"] == ["requests"]
    assert "3 requests in 60 seconds" in problem["detail"]
    end_windows(redis)
    assert client.get(UPLOAD).status_code == 200


def test_urls_beyond_the_limit_are_refused_and_nothing_is_stored(
    open_api: Open, redis: Redis
) -> None:
    client = open_api(limit_urls_per_hour=10)
    assert client.post(UPLOAD, json=urls(7)).status_code == 202
    refused = client.post(UPLOAD, json=urls(4))
    assert (refused.status_code, refused.get_json()["violated-policies"]) == (429, ["urls"])
    assert 3500 < int(refused.headers["Retry-After"]) <= 3600
    assert "3 are left" in refused.get_json()["detail"]
    assert redis.zcard("imgferry:jobs") == 1
    assert client.post(UPLOAD, json=urls(3)).status_code == 202
    assert client.get(UPLOAD).status_code == 200
    end_windows(redis)
    assert client.post(UPLOAD, json=urls(4)).status_code == 202


def test_the_answers_say_what_is_left(open_api: Open) -> None:
    client = open_api(limit_requests_per_minute=100, limit_urls_per_hour=10)
    first = client.post(UPLOAD, json=urls(7))
    assert first.headers["RateLimit-Policy"] == '"requests";q=100;w=60, "urls";q=10;w=3600'
    assert left(first) == {"requests": 99, "urls": 3}
    path = first.headers["Location"]
    client.delete(path)
    assert left(client.post(f"{path}/retry", json={"urls": urls(2)["urls"]})) == {
        "requests": 97,
        "urls": 1,
    }
    assert client.post(f"{path}/retry").status_code == 429
    assert left(client.get("/nowhere")) == {"requests": 95, "urls": 1}


def test_a_repeated_post_is_no_more_urls(open_api: Open) -> None:
    client = open_api(limit_urls_per_hour=10)
    headers = {"Idempotency-Key": "one"}
    answers = [client.post(UPLOAD, json=urls(7), headers=headers) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert [left(answer)["urls"] for answer in answers] == [3, 3, 3]


def test_a_body_that_is_refused_is_no_urls(open_api: Open) -> None:
    client = open_api(limit_urls_per_hour=10)
    client.post(UPLOAD, json={"urls": ["https://example.org/cat.jpg", "ftp://example.org"]})
    assert left(client.get(UPLOAD)) == {"urls": 10}


def test_each_key_has_quotas_of_its_own_wherever_it_asks_from(open_api: Open) -> None:
    client = open_api(api_keys=KEYS, limit_requests_per_minute=2)

    def status(name: str, address: str) -> int:
        headers = {"Authorization": f"Bearer {name}"}
        overrides = {"REMOTE_ADDR": address}
        return client.get(UPLOAD, headers=headers, environ_overrides=overrides).status_code

    assert [status("ada", f"192.0.2.{n}") for n in range(3)] == [200, 200, 429]
    assert status("bob", "192.0.2.0") == 200


def test_without_a_key_nothing_is_counted(open_api: Open, redis: Redis) -> None:
    client = open_api(api_keys=KEYS, limit_requests_per_minute=2)
    assert {client.get(UPLOAD).status_code for _ in range(5)} == {401}
    assert redis.dbsize() == 0


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "", True),
    ],
)
def test_a_client_is_an_address_or_a_network_of_ipv6(
    open_api: Open, first: str, second: str, one: bool
) -> None:
    client = open_api(allow_anonymous=True, limit_requests_per_minute=1)
    statuses = [
        client.get(UPLOAD, environ_overrides={"REMOTE_ADDR": address}).status_code
        for address in (first, second)
    ]
    assert statuses == [200, 429 if one else 200]


def test_a_client_behind_proxies_is_the_address_that_they_say(open_api: Open) -> None:
    client = open_api(allow_anonymous=True, proxies=1, limit_requests_per_minute=1)

    def status(forwarded: str) -> int:
        return client.get(UPLOAD, headers={"X-Forwarded-For": forwarded}).status_code

    assert status("192.0.2.1") == 200
    assert status("192.0.2.9, 192.0.2.1") == 429  # what the client itself wrote is not believed
    assert status("192.0.2.1, 192.0.2.2") == 200


def test_what_a_client_writes_of_itself_is_not_believed_without_proxies(open_api: Open) -> None:
    client = open_api(allow_anonymous=True, limit_requests_per_minute=1)
    statuses = [
        client.get(UPLOAD, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(2)
    ]
    assert statuses == [200, 429]


def test_a_limit_of_0_is_none(open_api: Open, redis: Redis) -> None:
    client = open_api()
    answer = client.get(UPLOAD)
    assert not {"RateLimit", "RateLimit-Policy"} & {*answer.headers.keys()}
    assert redis.dbsize() == 0


def test_health_is_not_counted(open_api: Open, redis: Redis) -> None:
    client = open_api(limit_requests_per_minute=1)
    assert {client.get("/healthz").status_code for _ in range(3)} == {200}
    assert {client.get("/readyz").status_code for _ in range(3)} == {503}
    assert redis.dbsize() == 0


def test_a_request_takes_one_round_trip_to_redis_for_its_limits(
    open_api: Open, redis: Redis
) -> None:
    def commands(client: FlaskClient) -> int:
        client.get(UPLOAD)  # the first call connects and loads scripts
        before = redis.info("commandstats")
        client.get(UPLOAD)
        after = redis.info("commandstats")
        sent = ("evalsha", "zrevrangebyscore", "multi")
        return sum(
            after.get(f"cmdstat_{name}", {}).get("calls", 0)
            - before.get(f"cmdstat_{name}", {}).get("calls", 0)
            for name in sent
        )

    limited = open_api(limit_requests_per_minute=100, limit_urls_per_hour=100)
    assert commands(limited) == commands(open_api()) + 1


def test_while_redis_is_away_all_pass(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        settings = JobsSettings(redis_url=server.url)
        store = JobStore.connect(settings)
        limits = ApiSettings(limit_requests_per_minute=1)
        client = create_app(limits, store, Dispatcher.connect(settings, store)).test_client()
        server.stop()
        assert [client.get("/nowhere").status_code for _ in range(3)] == [404, 404, 404]
        assert client.get(UPLOAD).status_code == 503
        server.start()
        assert [client.get(UPLOAD).status_code for _ in range(2)] == [200, 429]
