"""No origin can hold a worker, or fill it: a real one meets every kind that `hostile` knows."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from celery_queue import errors
from celery_queue.errors import SourceError
from celery_queue.policy import SOURCE_ATTEMPTS
from imgferry import Client
from sandbox.stack import Stack
from tests.celery_queue import hostile
from tests.celery_queue.hostile import Handler, Lives, answer, endless, hangs
from tests.service import wait

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

DEADLINE = 3.0
LEEWAY = 0.5
MOST_GROWTH = 50_000_000

KINDS: dict[type[SourceError], dict[str, Handler]] = {
    errors.SourceTimeout: hostile.HOLDING,
    errors.ImageTooLarge: hostile.FILLING,
    errors.IncompleteBody: hostile.CUT,
    errors.SourceUnreachable: hostile.NOT_HTTP,
    errors.EncodedBody: hostile.ENCODED,
    errors.TooManyRedirects: {
        "redirect-with-endless-body": endless(
            answer(302, "Location: ", "Transfer-Encoding: chunked"), b"1\r\nx\r\n", pause=0.001
        ),
    },
}


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setenv("FETCH_TIMEOUT", str(DEADLINE))
    monkeypatch.setenv("FETCH_MAX_BYTES", str(hostile.MAX_BYTES))
    with Stack(tmp_path) as stack:
        yield stack


@asynccontextmanager
async def origins(lives: Lives) -> AsyncIterator[dict[str, str]]:
    """One of every kind: URL -> the code that its image should fail with."""
    answers = {
        f"/{error.code}/{name.replace(', ', '-')}": handler
        for error, kinds in KINDS.items()
        for name, handler in kinds.items()
    }
    timed = {path: hostile.timed(path, handler, lives) for path, handler in answers.items()}
    silent = hostile.timed("/silent-handshake", hangs(), lives)
    async with hostile.source(timed) as (base, _), hostile.listening(silent) as tls:
        codes = {f"{base}{path}": path.split("/")[1] for path in answers}
        yield codes | {tls.replace("http:", "https:") + "/": errors.SourceTimeout.code}


def memory(stack: Stack, what: str) -> int:
    """Bytes of the worker: `VmRSS` now, `VmHWM` at most."""
    status = Path(f"/proc/{stack.workers[0].pid}/status").read_text()
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


def attack(stack: Stack, codes: dict[str, str], lives: Lives) -> None:
    honest = [f"{stack.source.url}/photo/{n}.jpg?bytes=100000" for n in range(150)]
    holding = [url for url, code in codes.items() if code == errors.SourceTimeout.code]
    with Client(stack.api.url) as client:
        client.wait(client.upload(honest[:100]))
        before = memory(stack, "VmRSS")
        hostile_job = client.upload(list(codes))
        wait(lambda: len(lives) == len(codes))  # the worker has them all
        beside = client.wait(client.upload(honest[100:]))
        assert beside.complete == honest[100:]
        # All of the honest ones were done while every one that holds on still did.
        assert set(holding) <= set(client.job(hostile_job).pending)
        client.wait(hostile_job)
        images = {image.url: image for image in client.images(hostile_job)}
    assert {url: image.error and image.error.code for url, image in images.items()} == codes
    assert {images[url].attempts for url in holding} == {SOURCE_ATTEMPTS}
    assert memory(stack, "VmHWM") - before < MOST_GROWTH


def test_no_origin_holds_a_worker_or_fills_it(stack: Stack) -> None:
    lives: Lives = {}

    async def main() -> None:
        async with origins(lives) as codes:
            await asyncio.to_thread(attack, stack, codes, lives)

    asyncio.run(main())
    longest = {name: max(seconds) for name, seconds in lives.items()}
    assert {name: life for name, life in longest.items() if life > DEADLINE + LEEWAY} == {}
