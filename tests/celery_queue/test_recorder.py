"""Outcomes reach the store: at once, together, and also when Redis was away."""

import asyncio
from pathlib import Path

import uvloop

from celery_queue.recorder import Recorder
from jobs.model import Outcome, Uploaded, Worker
from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox.redis import RedisServer


def begin(store: JobStore, count: int) -> list[Outcome]:
    """A job of so many images, all begun; the outcome of each."""
    store.add([f"https://example.org/{n}.jpg" for n in range(count)])
    store.heartbeat(Worker("celery@one", 1000), [])
    return [
        Outcome(
            begun.image,
            Uploaded(
                f"https://i.imgur.com/{begun.image.index}", "id", "hash", "image/jpeg", 1, 1, 1
            ),
        )
        for message in store.admit(64)
        for begun in store.begin(message)
    ]


async def record(recorder: Recorder, outcomes: list[Outcome]) -> None:
    await asyncio.gather(*map(recorder.record, outcomes))


def test_what_comes_together_is_written_together(
    store: JobStore, redis_server: RedisServer
) -> None:
    outcomes = begin(store, 500)
    uvloop.run(record(Recorder(store), outcomes))
    job = store.get(outcomes[0].image.job_id)
    assert (len(job.complete), job.pending) == (500, [])


def test_what_is_known_is_kept_until_redis_is_back(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        store = JobStore.connect(JobsSettings(redis_url=server.url))
        outcomes = begin(store, 3)
        server.stop()

        async def come_back() -> None:
            recording = asyncio.create_task(record(Recorder(store), outcomes))
            done, _ = await asyncio.wait([recording], timeout=0.2)
            assert not done
            await asyncio.to_thread(server.start)
            await asyncio.wait_for(recording, 20)

        uvloop.run(come_back())
        assert len(store.get(outcomes[0].image.job_id).complete) == 3
