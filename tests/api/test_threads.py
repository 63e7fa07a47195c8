"""What may block is called beside gevent's greenlets: files go to S3, and others are answered."""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from time import perf_counter

import pytest
import requests
import s3fs

from sandbox.redis import RedisServer
from tests.api.conftest import SHIPPED, serving
from tests.object_store import object_store

LARGE = os.urandom(12_000_000)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with object_store() as bucket:
        yield bucket


@pytest.mark.slow
def test_files_go_to_s3_from_gunicorn_and_hold_nobody_up(
    redis_server: RedisServer, tmp_path: Path, bucket: str
) -> None:
    staging = f"{bucket}/from-gunicorn"
    environment = {"REDIS_URL": redis_server.url, "STAGING_URL": staging}
    files = [("files", (f"{n}.png", LARGE[n:])) for n in range(5)]
    with serving([*SHIPPED, "--workers", "1"], tmp_path, environment) as api:
        url = f"{api.url}/v1/images/upload"
        first = requests.post(url, files=files[:1], timeout=60).json()["jobId"]
        sent = Thread(target=requests.post, args=(url,), kwargs={"files": files, "timeout": 60})
        sent.start()
        taken: list[float] = []
        while sent.is_alive():
            began = perf_counter()
            assert requests.get(f"{api.url}/healthz", timeout=20).status_code == 200
            taken.append(perf_counter() - began)
        refused = requests.post(url, files=[*files[:1], ("files", (None, b"x"))], timeout=60)
    assert refused.status_code == 422
    assert max(taken) < 2
    store = s3fs.S3FileSystem(use_listings_cache=False, skip_instance_cache=True)
    paths = store.ls(staging)
    assert len(paths) == 6
    path = staging.removeprefix("s3://")
    assert store.cat_file(f"{path}/{first}.0") == LARGE
