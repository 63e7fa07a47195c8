"""An image is deleted at Imgur in the end, whatever is killed or away when that is asked for."""

from collections.abc import Iterator

import pytest
import requests
from redis import Redis

from jobs.model import JobOptions
from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox.stack import Stack
from tests.service import wait

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def store(stack: Stack) -> JobStore:
    """The store of the running service."""
    return JobStore.connect(JobsSettings(redis_url=stack.redis.url))


@pytest.fixture
def redis(stack: Stack) -> Iterator[Redis]:
    with Redis.from_url(stack.redis.url, decode_responses=True) as redis:
        yield redis


def upload(stack: Stack, store: JobStore, number: int) -> tuple[str, str, str]:
    """Upload a photo that can be deleted: its job, its link, and the URL that deletes it."""
    url = f"{stack.source.url}/photo/{number}.png?bytes=3000"
    job_id = store.add([url], JobOptions(deletable=True)).job_id
    wait(lambda: store.get(job_id).complete)
    link = store.images(job_id, None, 1, None).items[0].link
    assert link
    return job_id, link, f"{stack.api.url}/v1/images/delete/{store.permit_deletion(job_id, 0)}"


def is_deleted(store: JobStore, job_id: str) -> bool:
    return store.images(job_id, None, 1, None).items[0].deleted


def is_there(link: str) -> bool:
    return requests.get(link, allow_redirects=False).status_code == 200


def test_the_form_deletes_the_image_at_imgur(stack: Stack, store: JobStore) -> None:
    job_id, link, deletion_url = upload(stack, store, 9001)
    assert is_there(link)
    assert requests.post(deletion_url).url == deletion_url
    wait(lambda: is_deleted(store, job_id))
    assert not is_there(link)
    assert "The image is deleted" in requests.get(deletion_url).text
    assert link not in requests.get(f"{stack.api.url}/v1/images?limit=1000").json()["uploaded"]


def test_the_same_bytes_are_uploaded_again(stack: Stack, store: JobStore) -> None:
    first, link, deletion_url = upload(stack, store, 9002)
    requests.delete(deletion_url)
    wait(lambda: is_deleted(store, first))
    _, again, _ = upload(stack, store, 9002)
    assert again != link
    assert is_there(again)


def test_it_is_deleted_when_imgur_is_back(stack: Stack, store: JobStore, redis: Redis) -> None:
    job_id, link, deletion_url = upload(stack, store, 9003)
    stack.imgur.stop()
    try:
        requests.delete(deletion_url)
        wait(lambda: "imgur-unavailable" in stack.workers[0].log.read_text())
    finally:
        stack.imgur.start()
        stack.imgur.wait_until(stack.imgur.answers)
    assert is_there(link)
    redis.zadd("imgferry:deletions", {f"{job_id}:0": 0})  # its time has come
    wait(lambda: is_deleted(store, job_id))
    assert not is_there(link)


def test_it_is_deleted_though_the_worker_was_killed(stack: Stack, store: JobStore) -> None:
    job_id, link, deletion_url = upload(stack, store, 9004)
    stack.workers[0].kill()
    try:
        assert requests.delete(deletion_url).status_code == 202
    finally:
        stack.workers[0].start()
    wait(lambda: is_deleted(store, job_id))
    assert not is_there(link)
