"""The worker as Celery starts it."""

import os
import subprocess
import sys

from celery_queue.celery import app
from celery_queue.tasks import DeleteImage, UploadImages
from jobs.queue import DELETE_IMAGE, QUEUE, UPLOAD_IMAGES


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
