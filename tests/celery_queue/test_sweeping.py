"""One worker of the fleet sweeps: what is of no job goes, once in a while."""

import os
from pathlib import Path
from uuid import uuid4

from redis import Redis

from celery_queue.sweeping import Sweeper
from jobs.staging import Staging
from jobs.store import JobStore


def test_the_files_of_no_job_go_and_those_of_a_job_stay(
    store: JobStore, redis: Redis, tmp_path: Path
) -> None:
    staging = Staging(str(tmp_path), 100)
    job_id = store.add(["file:cat.png"], job_id=str(uuid4())).job_id
    names = [f"{job_id}.0", f"{uuid4()}.0", f"{uuid4()}.0"]
    for name in names:
        staging.write(name, [b"x"])
    for name in names[:2]:
        os.utime(tmp_path / name, (0, 0))
    first, second = Sweeper(store, staging), Sweeper(store, staging)
    first.sweep()
    assert {path.name for path in tmp_path.iterdir()} == {names[0], names[2]}

    os.utime(tmp_path / names[2], (0, 0))
    second.sweep()  # the other did, a short while ago
    assert (tmp_path / names[2]).exists()
    redis.delete("imgferry:swept")  # which passes by itself
    second.sweep()
    assert {path.name for path in tmp_path.iterdir()} == {names[0]}


def test_a_place_that_does_not_answer_ends_no_worker(store: JobStore, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    Sweeper(store, Staging(str(tmp_path / "file/below"), 100)).sweep()
