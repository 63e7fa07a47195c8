"""What a hostile body costs beside an honest one of its length: at most 100 ms and 50 MB more.

The milliseconds are those of a machine to which an ordinary body of 10,000 URLs is worth 40.
"""

import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import pytest
from flask.testing import FlaskClient
from redis import Redis

UPLOAD = "/v1/images/upload"
LONG, URLS = 20_000_000, 10_000
EMOJI = "\U0001f600".encode()


def urls(url: Callable[[int], str], count: int = URLS) -> bytes:
    return json.dumps({"urls": [url(n) for n in range(count)]}, ensure_ascii=False).encode()


def around(inner: bytes) -> bytes:
    return b'{"urls":[' + inner + b"]}"


def filled(part: bytes, length: int = LONG) -> bytes:
    return part * (length // len(part))


def hosts(part: str) -> bytes:
    """URLs of hosts as long as a host may be, each another."""
    return urls(lambda n: f"https://{n:05}{part * (245 // len(part))}.e/")


#: Each is made when its test runs: together they would be half a gigabyte.
HOSTILE: dict[str, Callable[[], bytes]] = {
    "arrays": lambda: filled(b"["),
    "fewer arrays": lambda: b'{"urls":' + filled(b"[", 40_000),
    "nested objects": lambda: filled(b'{"a":', 100_000),
    "objects in the array": lambda: around(filled(b"{},", 270_000) + b"{}"),
    "numbers in the array": lambda: around(filled(b"1,", 400_000) + b"1"),
    "members": lambda: b"{" + b",".join(b'"%06d":0' % n for n in range(70_000)) + b"}",
    "a member many times": lambda: b"{" + filled(b'"a":0,', 200_000) + b'"a":0}',
    "a long number": lambda: around(filled(b"9")),
    "a long fraction": lambda: around(b"0." + filled(b"1")),
    "a long exponent": lambda: around(b"1e" + filled(b"9")),
    "a small number": lambda: around(b"1e-" + filled(b"9")),
    "a long string": lambda: around(b'"' + filled(b"a") + b'"'),
    "a long string of escapes": lambda: around(b'"' + filled(rb"\u0041") + b'"'),
    "a long string of pairs": lambda: around(b'"' + filled(rb"\ud83d\ude00") + b'"'),
    "a long string of emoji": lambda: around(b'"' + filled(EMOJI) + b'"'),
    "a string without end": lambda: b'{"urls":["' + filled(rb"\""),
    "spaces": lambda: b'{"urls":' + filled(b" ") + b"[]}",
    "wrong bytes at the end": lambda: around(b'"' + filled(b"a") + b'\xff"'),
    "wrong URLs": lambda: urls(lambda n: f"ftp://{n}"),
    "long wrong hosts": lambda: urls(lambda n: f"https://{n:05}{chr(0x3316) * 650}"),
    "hosts of signs that come apart": lambda: hosts(chr(0x3316)),
    "hosts of ligatures": lambda: hosts(chr(0xFDFB)),
    "hosts of marks out of order": lambda: urls(
        lambda n: f"https://{n:05}a{chr(0x301) * 122}{chr(0x323) * 122}.e/"
    ),
    "hosts of syllables in parts": lambda: hosts("\u1100\u1161\u11a8"),
    "hosts of fullwidth letters": lambda: hosts(chr(0xFF41)),
    "hosts of many labels": lambda: hosts(".a"),
    "URLs with an emoji each": lambda: urls(lambda n: f"https://e.org/{n}/{'a' * 1900}\U0001f600"),
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """For one request in this process alone: neither Redis nor its neighbours count."""

    seconds: float
    bytes: int


def honest(length: int, with_emoji: bool) -> bytes:
    """An honest body of that length; with an emoji in each URL where the hostile one has such."""
    end = "\U0001f600" if with_emoji else ""
    each = max(length // URLS, 100)
    count = min(length // each + 1, URLS)
    return urls(lambda n: f"https://example.org/{n:05}".ljust(each - 8, "a") + end, count)


def seconds(
    client: FlaskClient, body: bytes, statuses: set[int], kind: str = "application/json"
) -> float:
    began = time.process_time()
    answer = client.post(UPLOAD, data=body, content_type=kind)
    taken = time.process_time() - began
    assert answer.status_code in statuses
    return taken


def memory(client: FlaskClient, body: bytes) -> int:
    tracemalloc.start()
    try:
        client.post(UPLOAD, data=body, content_type="application/json")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


#: By the length of a body and whether it has emoji: most hostile ones share them.
_limits: dict[tuple[int, bool], Limits] = {}


def limits(client: FlaskClient, hostile: bytes) -> Limits:
    kind = _kind(hostile)
    if kind not in _limits:
        most = memory(client, honest(*kind)) + 50_000_000
        _limits[kind] = Limits(most_seconds(client, hostile), most)
    return _limits[kind]


def most_seconds(client: FlaskClient, hostile: bytes) -> float:
    """As this machine is now."""
    of_its_length = seconds(client, honest(*_kind(hostile)), {202})
    ordinary = seconds(client, honest(1_000_000, False), {202})
    return of_its_length + 2.5 * ordinary


def again(client: FlaskClient, hostile: bytes) -> Iterator[float]:
    """The limit a few times more: a busy machine may take anything for anything."""
    for _ in range(5):
        yield most_seconds(client, hostile)


def _kind(body: bytes) -> tuple[int, bool]:
    return max(len(body) // 100_000 * 100_000, 1000), not body.isascii()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_costs_little_more_than_an_honest_one(
    client: FlaskClient, redis: Redis, name: str
) -> None:
    hostile = HOSTILE[name]()
    seconds(client, urls(lambda n: f"https://例え.jp/{n}", 1), {202})  # what is made once
    most = limits(client, hostile)
    redis.flushall()
    assert any(
        seconds(client, hostile, {202, 400, 413, 422}) < within
        for within in chain([most.seconds], again(client, hostile))
    )
    assert memory(client, hostile) < most.bytes


def fields(count: int) -> bytes:
    """A form with a URL in each of its fields, as the Python client sends them beside files."""
    part = '--b\r\nContent-Disposition: form-data; name="urls"\r\n\r\nhttps://e.org/{}\r\n'
    return "".join(part.format(n) for n in range(count)).encode() + b"--b--\r\n"


def test_ten_times_the_fields_cost_about_ten_times_as_much(client: FlaskClient) -> None:
    form = "multipart/form-data; boundary=b"
    seconds(client, fields(1), {202}, form)  # what is made once
    once, ten_times = fields(URLS // 10), fields(URLS)
    most = 20 * seconds(client, once, {202}, form)
    assert any(seconds(client, ten_times, {202}, form) < most for _ in range(3))
