"""The worker as Celery starts it."""

import os
import subprocess
import sys
from pathlib import Path

from redis import Redis

from celery_queue.celery import app
from celery_queue.tasks import DeleteImage, UploadImages
from jobs.queue import DELETE_IMAGE, QUEUE, UPLOAD_IMAGES
from jobs.store import JobStore
from sandbox.process import Process
from sandbox.redis import RedisServer
from tests.service import wait


def test_the_tasks_have_the_names_of_the_contract() -> None:
    assert (UploadImages.name, DeleteImage.name) == (UPLOAD_IMAGES, DELETE_IMAGE)
    assert app.conf.task_default_queue == QUEUE


def test_only_json_is_taken_and_no_result_is_kept() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_ignore_result is True


def test_without_a_client_id_it_says_so_in_one_line_and_ends() -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("IMGUR_")}
    ended = subprocess.run(
        [sys.executable, "-m", "celery_queue"],
        env=environment | {"REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "\nIMGUR_CLIENT_ID: takes " in "\n" + ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_redis_that_is_full_is_rid_of_what_was_kept_for_its_time(
    store: JobStore, redis: Redis, redis_server: RedisServer, tmp_path: Path
) -> None:
    job_id = store.add(["https://example.org/cat.jpg"]).job_id
    store.cancel(job_id)
    redis.zadd("imgferry:finished", {job_id: 1})
    redis.config_set("maxmemory", 1)
    environment = {
        "REDIS_URL": redis_server.url,
        "IMGUR_CLIENT_ID": "x",
        "IMGUR_API_URL": "http://127.0.0.1:1",
    }
    worker = Process("worker", [sys.executable, "-m", "celery_queue"], tmp_path, environment)
    try:
        worker.start()
        wait(lambda: not redis.keys(f"imgferry:job:{job_id}*"), 30)
    finally:
        redis.config_set("maxmemory", 0)
        worker.stop()
