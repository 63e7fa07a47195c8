import asyncio
import email.utils
import re
import shutil
import ssl
import subprocess
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
import uvloop
from aiohttp.http_exceptions import HttpProcessingError

from celery_queue import errors
from celery_queue.addresses import Guard
from celery_queue.errors import SourceError
from celery_queue.fetch import FOREIGN_ERRORS, Fetched, Fetcher, translate
from celery_queue.images.formats import ImageFacts
from celery_queue.memory import Memory, MemoryFull
from tests.celery_queue.hostile import (
    CUT,
    ENCODED,
    FILLING,
    HOLDING,
    MAX_BYTES,
    NOT_HTTP,
    PNG,
    Handler,
    answer,
    endless,
    ends,
    hangs,
    listening,
    ok,
    redirect,
    source,
)

DEADLINE = 0.3


def fetcher(timeout: float = 10.0, max_redirects: int = 5) -> Fetcher:
    return Fetcher(
        Guard(["127.0.0.1"]),
        timeout=timeout,
        max_bytes=MAX_BYTES,
        limit=10,
        max_redirects=max_redirects,
    )


def fetch(
    answers: dict[str, bytes | Handler],
    *,
    path: str = "/",
    timeout: float = 10.0,
    referer: str | None = None,
) -> tuple[Fetched, list[bytes]]:
    """Fetch one path of an origin; the image and the requests it took."""

    async def main() -> tuple[Fetched, list[bytes]]:
        async with source(answers) as (base, requests), fetcher(timeout) as client:
            return await client.fetch(base + path, referer=referer), requests

    return uvloop.run(main())


def failure(found: bytes | Handler, *, timeout: float = 10.0) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetch({"/": found}, timeout=timeout)
    return caught.value


def test_an_image_comes_with_its_facts() -> None:
    fetched, _ = fetch({"/": ok()})
    assert fetched == Fetched(PNG, ImageFacts("image/png", 3, 2))


@pytest.mark.parametrize(
    "answered",
    [
        ok(PNG, "Content-Type: text/html"),
        ok(PNG, "Content-Encoding: identity"),
        answer(200, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(PNG), PNG),
        answer(103, "Link: </style.css>; rel=preload") + ok(),
        answer(206, f"Content-Length: {len(PNG)}") + PNG,
    ],
    ids=["declared-html", "identity", "chunked", "early-hints", "partial-content"],
)
def test_what_counts_is_the_body(answered: bytes) -> None:
    fetched, _ = fetch({"/": answered})
    assert fetched.content == PNG


def test_a_body_that_ends_with_the_connection_is_whole() -> None:
    fetched, _ = fetch({"/": ends(answer(200), PNG)})
    assert fetched.content == PNG


def test_a_request_says_who_we_are_and_nothing_else() -> None:
    path = "/a%7eb%2F@@+c?q=[1]|{2}&Signature=a%2fb+c==&empty="
    _, (request,) = fetch({path: ok()}, path=path + "#fragment")
    first, *headers = request.decode().strip().split("\r\n")
    assert first == f"GET {path} HTTP/1.1"
    assert [header for header in headers if not header.startswith("Host: 127.0.0.1:")] == [
        "User-Agent: Imgferry/0.1",
        "Accept: image/*",
        "Accept-Encoding: identity",
    ]


def test_a_path_beyond_ascii_is_sent_as_utf8() -> None:
    fetched, _ = fetch({"/ko%C4%8Dka.png?b=%C3%BC": ok()}, path="/kočka.png?b=ü")
    assert fetched.content == PNG


def test_cookies_and_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login canary password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    async def main() -> list[bytes]:
        async with (
            source({"/": ok(PNG, "Set-Cookie: canary=1; Path=/")}) as (base, requests),
            fetcher() as client,
        ):
            await client.fetch(f"{base}/")
            await client.fetch(f"{base}/")
            return requests

    first, second = uvloop.run(main())
    assert first == second
    assert b"canary" not in second


def test_redirects_are_followed_relative_and_absolute_up_to_the_limit() -> None:
    async def main() -> None:
        answers: dict[str, bytes | Handler] = {
            "/1": redirect("2?a=b"),
            "/2?a=b": redirect("/deep/3"),
            "/deep/3": redirect("../4"),
            "/4": redirect("?5"),
            "/4?5": redirect("//127.0.0.1:{port}/6"),
            "/6": ok(),
        }
        async with source(answers) as (base, requests):
            answers["/4?5"] = redirect(f"{base.removeprefix('http:')}/6")
            async with fetcher() as client:
                assert (await client.fetch(f"{base}/1")).content == PNG
            assert len(requests) == 6
            async with fetcher(max_redirects=4) as client:
                with pytest.raises(errors.TooManyRedirects):
                    await client.fetch(f"{base}/1")
            assert len(requests) == 11

    uvloop.run(main())


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("ftp://example.org/cat.jpg", errors.InvalidSource),
        ("file:///etc/passwd", errors.InvalidSource),
        ("http://user:secret@127.0.0.1/", errors.InvalidSource),
        ("http://[::1", errors.InvalidSource),
        ("http://127.0.0.1:99999/", errors.InvalidSource),
        ("/" + "a" * 8170, errors.InvalidSource),
        ("http://127.0.0.2/", errors.ForbiddenAddress),
        ("/", errors.TooManyRedirects),
        ("https://i.imgur.com/removed.png", errors.SourceRemoved),
        ("//IMGUR.com/removed.png", errors.SourceRemoved),
        ("http://m.imgur.io/removed.png?x", errors.SourceRemoved),
        ("http://127.0.0.2/removed.png", errors.ForbiddenAddress),
    ],
)
def test_every_hop_is_checked(location: str, expected: type[SourceError]) -> None:
    assert type(failure(redirect(location))) is expected


@pytest.mark.parametrize(
    "url",
    [
        "https://i.imgur.com/removed.png",
        "http://imgur.com/removed.png",
    ],
)
def test_imgurs_placeholder_itself_is_no_source(url: str) -> None:
    async def main() -> None:
        async with fetcher() as client:
            await client.fetch(url)

    with pytest.raises(errors.SourceRemoved, match="no longer exists"):
        uvloop.run(main())


def referers(requests: list[bytes]) -> list[str | None]:
    """What each of the requests told as its referer."""
    found = (re.search(rb"\r\nReferer: (.*)\r\n", head) for head in requests)
    return [match and match[1].decode() for match in found]


@pytest.mark.parametrize(
    ("referer", "told"),
    [
        (None, None),
        ("http://example.org/a?b=c#top", "http://example.org/a?b=c"),
        (
            "http://b\u00fccher.example/\u00e4 b".replace(" ", "%20"),
            "http://xn--bcher-kva.example/%C3%A4%20b",
        ),
        ("https://example.org/over-tls", None),
    ],
)
def test_the_source_is_told_the_referer(referer: str | None, told: str | None) -> None:
    _, requests = fetch({"/": redirect("/cat"), "/cat": ok()}, referer=referer)
    assert referers(requests) == [told, told]


def test_a_referer_goes_to_no_other_origin_and_back_to_the_first() -> None:
    async def main() -> tuple[list[bytes], list[bytes]]:
        here: dict[str, bytes | Handler] = {"/end": ok()}
        there: dict[str, bytes | Handler] = {}
        async with source(here) as (base, requests), source(there) as (other, others):
            here["/"] = redirect(f"{other}/")
            there["/"] = redirect(f"{base}/end")
            async with fetcher() as client:
                await client.fetch(f"{base}/", referer="http://example.org/5ecret")
            return requests, others

    requests, others = asyncio.run(main())
    assert referers(requests) == ["http://example.org/5ecret"] * 2
    assert referers(others) == [None]
    assert b"5ecret" not in others[0]


@pytest.mark.parametrize("breaking", ["\r\nX-A: b", "\n", "\0", "\u2028", " "])
def test_a_referer_that_would_break_the_header_is_never_sent(breaking: str) -> None:
    with pytest.raises(SourceError):
        fetch({"/": ok()}, referer=f"http://example.org/{breaking}")


def test_a_redirect_that_leads_nowhere_is_a_refusal() -> None:
    assert type(failure(answer(302, "Content-Length: 0"))) is errors.SourceRefused


def test_the_body_of_a_redirect_is_not_read() -> None:
    moved = endless(answer(302, "Location: /cat", "Transfer-Encoding: chunked"), b"1\r\nx\r\n")
    fetched, _ = fetch({"/": moved, "/cat": ok()})
    assert fetched.content == PNG


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (204, errors.NotAnImage),
        (300, errors.SourceRefused),
        (304, errors.SourceRefused),
        (400, errors.SourceRefused),
        (401, errors.SourceRefused),
        (403, errors.SourceRefused),
        (404, errors.SourceNotFound),
        (408, errors.SourceUnavailable),
        (410, errors.SourceNotFound),
        (425, errors.SourceUnavailable),
        (429, errors.SourceUnavailable),
        (451, errors.SourceRefused),
        (500, errors.SourceUnavailable),
        (503, errors.SourceUnavailable),
        (599, errors.SourceUnavailable),
    ],
)
def test_a_status_decides_whether_to_try_again(status: int, expected: type[SourceError]) -> None:
    error = failure(answer(status, "Content-Length: 0"))
    assert type(error) is expected
    assert error.retry_after is None


@pytest.mark.parametrize(("value", "seconds"), [("0", 0), ("17", 17), ("999999999", 86_400)])
def test_retry_after_may_be_seconds_up_to_a_day(value: str, seconds: float) -> None:
    error = failure(answer(429, f"Retry-After: {value}", "Content-Length: 0"))
    assert error.retry_after == seconds


@pytest.mark.parametrize(("ahead", "low", "high"), [(600, 500, 600), (-60, 0, 0)])
def test_retry_after_may_be_a_date(ahead: float, low: float, high: float) -> None:
    date = email.utils.formatdate(time.time() + ahead, usegmt=True)
    error = failure(answer(429, f"Retry-After: {date}", "Content-Length: 0"))
    assert error.retry_after is not None
    assert low <= error.retry_after <= high


@pytest.mark.parametrize(
    "value",
    ["", "-5", "1.5", "soon", "٣", "9" * 400, "Mon, 99 Foo 2026", "Sat, 21 Nov 2026 10:00:00 +99"],
)
def test_a_retry_after_that_is_neither_is_none(value: str) -> None:
    error = failure(answer(503, f"Retry-After: {value}", "Content-Length: 0"))
    assert type(error) is errors.SourceUnavailable
    assert error.retry_after is None


@pytest.mark.parametrize("found", FILLING.values(), ids=FILLING)
def test_bytes_are_counted(found: Handler) -> None:
    assert type(failure(found)) is errors.ImageTooLarge


def test_a_body_of_exactly_the_limit_is_taken_and_held_once() -> None:
    body = PNG.ljust(MAX_BYTES, b"x")

    async def main() -> int:
        async with (
            source({"/": ok(body)}) as (base, _),
            fetcher() as client,
        ):
            await client.fetch(f"{base}/")
            tracemalloc.start()
            try:
                fetched = await client.fetch(f"{base}/")
                return tracemalloc.get_traced_memory()[1] if fetched.content == body else 0
            finally:
                tracemalloc.stop()

    peak = uvloop.run(main())
    # A megabyte is the body, another what the source has to send; a second copy would be one more.
    assert MAX_BYTES < peak < 2.6 * MAX_BYTES


@pytest.mark.parametrize("found", CUT.values(), ids=CUT)
def test_a_body_that_ends_early_may_be_whole_next_time(found: Handler) -> None:
    error = failure(found)
    assert type(error) is errors.IncompleteBody
    assert error.retryable


def test_what_follows_a_body_is_not_taken_for_the_next_answer() -> None:
    poison = ok(b"GIF89a\1\0\1\0")

    async def main() -> list[bytes]:
        answers: dict[str, bytes | Handler] = {"/first": ok() + poison, "/second": ok()}
        async with source(answers) as (base, _), fetcher() as client:
            return [(await client.fetch(f"{base}/{n}")).content for n in ("first", "second")]

    assert uvloop.run(main()) == [PNG, PNG]


@pytest.mark.parametrize("found", ENCODED.values(), ids=ENCODED)
def test_an_encoding_nobody_asked_for_is_refused(found: Handler) -> None:
    assert type(failure(found)) is errors.EncodedBody


def test_a_second_content_encoding_header_is_seen() -> None:
    answered = ok(PNG, "Content-Encoding: identity", "Content-Encoding: gzip")
    assert type(failure(answered)) is errors.EncodedBody


@pytest.mark.parametrize("found", NOT_HTTP.values(), ids=NOT_HTTP)
def test_an_answer_that_is_not_http_is_an_unreachable_source(found: Handler) -> None:
    error = failure(found)
    assert type(error) is errors.SourceUnreachable
    assert error.retryable


@pytest.mark.parametrize("found", HOLDING.values(), ids=HOLDING)
def test_one_deadline_is_over_the_whole_exchange(found: Handler) -> None:
    started = time.monotonic()
    error = failure(found, timeout=DEADLINE)
    assert type(error) is errors.SourceTimeout
    assert error.retryable
    assert DEADLINE <= time.monotonic() - started < DEADLINE + 0.5


def test_the_deadline_is_over_all_redirects_together() -> None:
    async def slow(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(DEADLINE / 2)
        writer.write(redirect("/"))

    assert type(failure(slow, timeout=DEADLINE)) is errors.SourceTimeout


def fetch_without_memory(found: bytes | Handler, others_end_after: float | None) -> None:
    """Fetch an image that is larger than its share while another image has all the rest."""

    async def main() -> None:
        least = Memory.least(largest=MAX_BYTES, copies=0)
        memory = Memory(least, images=2, largest=MAX_BYTES, copies=0)
        with memory.portion() as other, memory.portion() as portion:
            await other.grow(other.size + MAX_BYTES, 1)
            if others_end_after is not None:
                asyncio.get_running_loop().call_later(others_end_after, other.settle, 0)
            async with source({"/": found}) as (base, _), fetcher(DEADLINE) as client:
                await client.fetch(f"{base}/", portion=portion)

    uvloop.run(main())


LARGE = ok(PNG.ljust(MAX_BYTES, b"x"))


def test_the_deadline_stands_still_while_there_is_no_memory_to_read_on() -> None:
    started = time.monotonic()
    with pytest.raises(errors.SourceTimeout):
        fetch_without_memory(hangs(LARGE[:-1]), DEADLINE / 2)
    assert 1.4 * DEADLINE < time.monotonic() - started < 1.5 * DEADLINE + 0.5


def test_to_wait_for_memory_in_vain_is_no_failure_of_the_source() -> None:
    with pytest.raises(MemoryFull):
        fetch_without_memory(LARGE, None)


async def https_failure(base: str, within: float = 10.0) -> SourceError:
    async with fetcher(within) as client:
        with pytest.raises(SourceError) as caught:
            await client.fetch(base.replace("http:", "https:") + "/")
    return caught.value


@pytest.mark.parametrize(
    ("handshake", "expected"),
    [(ends(answer(400)), errors.SourceUnreachable), (hangs(), errors.SourceTimeout)],
    ids=["none", "silent"],
)
def test_a_tls_handshake_that_is_none(handshake: Handler, expected: type[SourceError]) -> None:
    async def main() -> SourceError:
        async with listening(handshake) as base:
            return await https_failure(base, within=1)

    assert type(uvloop.run(main())) is expected


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=any"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}"
    subprocess.run(command.split(), check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


def test_a_certificate_nobody_vouches_for_is_refused(self_signed: ssl.SSLContext) -> None:
    async def main() -> SourceError:
        async with listening(ends(), self_signed) as base:
            return await https_failure(base)

    error = uvloop.run(main())
    assert type(error) is errors.SourceUnreachable
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)


def test_a_port_nobody_listens_on_is_an_unreachable_source() -> None:
    async def main() -> None:
        async with source({}) as (base, _):
            pass
        async with fetcher() as client:
            await client.fetch(f"{base}/")

    with pytest.raises(errors.SourceUnreachable):
        uvloop.run(main())


def test_a_deadline_of_the_caller_is_the_callers() -> None:
    async def main() -> None:
        async with source({"/": endless(b"", b"")}) as (base, _), fetcher() as client:
            async with asyncio.timeout(0.05):
                await client.fetch(f"{base}/")

    with pytest.raises(TimeoutError):
        uvloop.run(main())


def subclasses(cls: type[Exception]) -> Iterator[type[Exception]]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


FOREIGN = [
    cls
    for root in (aiohttp.ClientError, HttpProcessingError, OSError, ssl.SSLError)
    for cls in (root, *subclasses(root))
    if cls.__module__.partition(".")[0] in {"aiohttp", "builtins", "ssl", "socket", "asyncio"}
]


def bare(cls: type[Exception]) -> Exception:
    """An instance, whatever its constructor takes."""
    error: Exception = cls.__new__(cls)
    if isinstance(error, aiohttp.ClientConnectorError):
        error._os_error = OSError()
    return error


@pytest.mark.parametrize("cls", FOREIGN, ids=lambda cls: cls.__name__)
def test_every_exception_of_the_layers_below_is_translated(cls: type[Exception]) -> None:
    assert issubclass(cls, FOREIGN_ERRORS)
    assert type(translate(bare(cls))) in {
        errors.SourceUnreachable,
        errors.SourceTimeout,
        errors.InvalidSource,
        errors.IncompleteBody,
        errors.TooManyRedirects,
    }


def test_what_an_exception_is_translated_to_is_what_it_means() -> None:
    meant: dict[type[Exception], type[SourceError]] = {
        aiohttp.ServerTimeoutError: errors.SourceTimeout,
        aiohttp.ClientOSError: errors.SourceUnreachable,
        aiohttp.ServerDisconnectedError: errors.SourceUnreachable,
        aiohttp.ClientConnectorCertificateError: errors.SourceUnreachable,
        aiohttp.ClientPayloadError: errors.IncompleteBody,
        aiohttp.InvalidURL: errors.InvalidSource,
        aiohttp.ClientResponseError: errors.SourceUnreachable,
        UnicodeError: errors.InvalidSource,
        ConnectionResetError: errors.SourceUnreachable,
    }
    assert {cls: type(translate(bare(cls))) for cls in meant} == meant


def test_the_tree_of_errors_is_the_one_its_module_draws() -> None:
    def drawn(cls: type[Exception], depth: int) -> list[str]:
        below = [line for sub in cls.__subclasses__() for line in drawn(sub, depth + 1)]
        return [f"{'  ' * depth}{'*' if below else 'x'} {cls.__name__}", *below]

    assert errors.__doc__ is not None
    lines = [line for line in errors.__doc__.splitlines() if line.strip()[:2] in {"* ", "x "}]
    assert drawn(SourceError, 0) == lines


def test_every_error_has_a_code_of_its_own() -> None:
    leaves = [cls for cls in subclasses(SourceError) if not cls.__subclasses__()]
    codes = [cls.code for cls in leaves if issubclass(cls, SourceError)]
    assert len(set(codes)) == len(leaves)
    assert all(code.startswith(("source-", "file-")) for code in codes)
