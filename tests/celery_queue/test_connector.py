import asyncio
import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from celery_queue.addresses import Guard
from celery_queue.errors import ForbiddenAddress, SourceError
from celery_queue.fetch import Fetcher

CORPUS = Path(__file__).parents[2] / "../shared/corpora/ssrf"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")

UNSHARE = ["unshare", "--map-root-user", "--net", "--mount"]
INWARD_URLS = [
    "http://127.0.0.1/",
    "http://10.0.0.1/",
    "http://100.100.100.200/",
    "http://169.254.169.254/latest/meta-data/",
    "http://168.63.129.16/",
    "http://0.0.0.0/",
    "http://255.255.255.255/",
    "https://192.168.0.1/",
    "//172.16.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[2002:a00:1::]/",
    "http://[2606:4700::5efe:10.0.0.1]/",
    "http://[fec0::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://93.184.215.14:6379/",
    "http://inward.test/",
    "file:///etc/passwd",
    "gopher://93.184.215.14/",
]


def can_unshare() -> bool:
    return (
        shutil.which("unshare") is not None
        and shutil.which("ip") is not None
        and subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0
    )


needs_namespaces = pytest.mark.skipif(
    not can_unshare(), reason="this machine allows no private network namespaces"
)


def fetch_where_every_address_is_local(**cases: Any) -> list[dict[str, Any]]:
    """Run the real fetcher in a namespace of its own; see every_address_local.py."""
    script = Path(__file__).with_name("every_address_local.py")
    done = subprocess.run(
        [*UNSHARE, sys.executable, str(script)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def corpus(name: str) -> tuple[list[str], dict[str, list[list[str]]]]:
    """The URLs of a corpus file, and what its names resolve to."""
    urls, names = [], {}
    with (CORPUS / name).open() as lines:
        for line in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            url = line["url"]
            urls.append(url.encode().decode("unicode_escape") if line["escaped"] else url)
            if line["resolves_to"]:
                names[urlsplit(url).hostname or ""] = [[line["resolves_to"]]]
    return urls, names


@needs_namespaces
@needs_corpus
def test_no_connection_is_tried_to_any_inward_url_of_the_corpus() -> None:
    urls, names = corpus("urls_must_refuse.provenance.tsv")
    results = fetch_where_every_address_is_local(urls=urls, names=names)
    assert len(results) == 579
    assert [r for r in results if r["connects"]] == []
    assert {r["outcome"] for r in results} <= {
        "source-forbidden",
        "source-invalid",
        "source-host-not-found",
    }
    # The names were resolved, so it is their addresses that were refused.
    assert sum(bool(r["lookups"]) for r in results) > 40


@needs_namespaces
@needs_corpus
def test_every_public_url_of_the_corpus_is_connected_to() -> None:
    urls, names = corpus("urls_must_accept.provenance.tsv")
    results = fetch_where_every_address_is_local(urls=urls, names=names)
    assert len(results) == 73
    assert [r for r in results if not r["connects"]] == []


@needs_namespaces
@needs_corpus
def test_no_invalid_url_leads_inward() -> None:
    urls = json.loads((CORPUS / "whatwg_invalid_http_urls.json").read_text())
    results = fetch_where_every_address_is_local(urls=urls, names={})
    assert [r for r in results if r["connects"]] == []


@needs_namespaces
def test_a_name_that_rebinds_is_resolved_once_and_judged_by_what_is_connected_to() -> None:
    first, second = fetch_where_every_address_is_local(
        urls=["http://flip.test/", "http://flip.test/"],
        names={"flip.test": [["93.184.215.14"], ["10.0.0.5"]]},
    )
    assert first == {
        "url": "http://flip.test/",
        "outcome": "fetched",
        "connects": ["93.184.215.14"],
        "lookups": {"flip.test": 1},
    }
    assert second["outcome"] == "source-forbidden"
    assert second["connects"] == []


@needs_namespaces
@pytest.mark.parametrize(
    "addresses",
    [
        ["93.184.215.14", "10.0.0.5"],
        ["10.0.0.5", "93.184.215.14"],
        ["93.184.215.14", "2606:4700:4700::1111", "fd00::1"],
        ["93.184.215.14", "::ffff:127.0.0.1"],
    ],
)
def test_one_inward_address_refuses_the_whole_name(addresses: list[str]) -> None:
    (result,) = fetch_where_every_address_is_local(
        urls=["http://mixed.test/"], names={"mixed.test": [addresses]}
    )
    assert result["outcome"] == "source-forbidden"
    assert result["connects"] == []


@needs_namespaces
def test_a_redirect_meets_the_same_guard() -> None:
    urls = [f"http://outside.test/?to={quote(url)}" for url in INWARD_URLS]
    urls.append(f"http://outside.test/?to={quote(urls[0])}")  # through a second public hop
    urls.append("http://outside.test/?to=http://outside.test/cat.png")
    results = fetch_where_every_address_is_local(
        urls=urls,
        names={"outside.test": [["93.184.215.14"]], "inward.test": [["127.0.0.1"]]},
    )
    assert {address for r in results for address in r["connects"]} == {"93.184.215.14"}
    assert [r["url"] for r in results if r["outcome"] == "fetched"] == [urls[-1]]
    assert {r["outcome"] for r in results[:-1]} == {"source-forbidden", "source-invalid"}


@needs_namespaces
def test_slow_names_hold_up_no_other_image() -> None:
    slow = {f"slow{n}.test": 2.0 for n in range(40)}
    results = fetch_where_every_address_is_local(
        urls=[*(f"http://{name}/" for name in slow), "http://fast.test/"],
        names={name: [["93.184.215.14"]] for name in (*slow, "fast.test")},
        slow=slow,
        at_once=True,
    )
    assert results[0]["url"] == "http://fast.test/"
    assert results[0]["outcome"] == "fetched"


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def fetcher(runner: asyncio.Runner) -> Iterator[Fetcher]:
    async def enter() -> Fetcher:
        return await Fetcher(Guard(), timeout=5, max_bytes=1000, limit=4).__aenter__()

    fetcher = runner.run(enter())
    yield fetcher
    runner.run(fetcher.__aexit__())


def spelled(part: int, base: str) -> str:
    return {
        "decimal": f"{part}",
        "hex": f"0x{part:x}",
        "HEX": f"0X{part:X}",
        "octal": f"0{part:o}",
    }[base]


@st.composite
def ipv4_spellings(draw: st.DrawFn) -> str:
    """An inward IPv4 address as inet_aton() reads it: 1 to 4 parts, each in a base of its own."""
    network, size = draw(
        st.sampled_from([(0, 24), (10, 24), (127, 24), (0xA9FE, 16), (0xAC10, 16), (0xC0A8, 16)])
    )
    address = network << size | draw(st.integers(0, 2**size - 1))
    parts = []
    for _ in range(draw(st.integers(0, 3))):
        parts.append(address >> 24)
        address = (address << 8) & 0xFFFF_FFFF
    last = address >> 8 * len(parts)
    bases = st.sampled_from(["decimal", "decimal", "hex", "HEX", "octal"])
    text = ".".join(spelled(part, draw(bases)) for part in (*parts, last))
    if draw(st.booleans()):
        return text
    wide = str.maketrans("0123456789.", "０１２３４５６７８９。")  # noqa: RUF001 (fullwidth digits)
    return text.translate(wide)


@st.composite
def ipv6_spellings(draw: st.DrawFn) -> str:
    """An IPv6 address outside 2000::/3, or one that embeds an inward IPv4 address."""
    tail = draw(st.integers(0, 2**64 - 1))
    a, b = 10 << 8 | tail & 0xFF, tail >> 16 & 0xFFFF
    form = draw(
        st.sampled_from(
            [
                "::{dotted}",
                "::ffff:{dotted}",
                "0:0:0:0:0:FFFF:{dotted}",
                "::ffff:0:{dotted}",
                "64:ff9b::{dotted}",
                "64:ff9b:1::{a:x}:{b:x}",
                "2002:{a:x}:{b:x}::1",
                "2001:0:{a:x}:{b:x}::{b:x}",
                "2606:4700::5efe:{dotted}",
                "2606:4700:0:0:200:5EFE:{a:04X}:{b:04X}",
                "fd{b:02x}::{a:x}".replace("{b:02x}", "12"),
                "fe80:0000::{a:04x}:{b:04x}",
                "ff02::{b:x}",
                "fec0::{a:x}",
            ]
        )
    )
    return "[" + form.format(dotted=f"10.{b & 255}.{b >> 8}.{a & 255}", a=a, b=b) + "]"


@settings(max_examples=1000, deadline=None)
@given(st.one_of(ipv4_spellings(), ipv6_spellings()))
def test_no_spelling_of_an_inward_address_is_fetched(
    runner: asyncio.Runner, fetcher: Fetcher, host: str
) -> None:
    with pytest.raises(SourceError) as caught:
        runner.run(fetcher.fetch(f"http://{host}/"))
    assert caught.value.code in {"source-forbidden", "source-invalid"}


def test_a_refusal_says_neither_address_nor_cause(runner: asyncio.Runner, fetcher: Fetcher) -> None:
    messages = set()
    for url in ("http://127.0.0.1/", "http://[fd00::1]/", "http://93.184.215.14:22/"):
        with pytest.raises(ForbiddenAddress) as caught:
            runner.run(fetcher.fetch(url))
        assert not caught.value.retryable
        messages.add(caught.value.message)
    assert len(messages) == 1
    assert not any(character.isdigit() for character in messages.pop())


def test_a_kept_connection_is_reused_for_its_own_name_alone() -> None:
    opened = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            gif = b"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\0;"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(gif), gif))
        writer.close()

    async def main() -> list[int]:
        counts = []
        async with (
            await asyncio.start_server(serve, "127.0.0.1", 0) as server,
            Fetcher(Guard(["127.0.0.1", "localhost"]), timeout=5, max_bytes=99, limit=4) as fetcher,
        ):
            port = server.sockets[0].getsockname()[1]
            for host in ("127.0.0.1", "127.0.0.1", "localhost", "127.0.0.1", "localhost"):
                await fetcher.fetch(f"http://{host}:{port}/")
                counts.append(opened)
        return counts

    assert uvloop.run(main()) == [1, 1, 2, 2, 2]
