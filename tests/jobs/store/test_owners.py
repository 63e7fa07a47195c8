"""Whose jobs, links and Idempotency-Keys are."""

from typing import Any

import pytest
from redis import Redis

from jobs.errors import JobNotFound, KeyReused
from jobs.model import Known, Once, Outcome
from jobs.settings import JobsSettings
from jobs.store import JobStore
from tests.jobs.store.conftest import begin_all, make_past, upload, uploaded, urls


def jobs_of(store: JobStore, owner: str | None, limit: int = 1) -> list[str]:
    """The ids of an owner's jobs, page by page."""
    found: list[str] = []
    cursor = None
    while True:
        page = store.jobs(None, limit, cursor, owner)
        assert len(page.items) <= limit
        found += [job.id for job in page.items]
        cursor = page.next
        if cursor is None:
            return found


def links_of(store: JobStore, owner: str | None, limit: int = 1) -> list[str]:
    """An owner's links, page by page."""
    found: list[str] = []
    cursor = None
    while True:
        page = store.links(limit, cursor, owner)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


def finish(store: JobStore, name: str, owner: str) -> str:
    """A job of one image that is uploaded under this name."""
    job_id = store.add([f"https://example.org/{name}.jpg"], owner=owner).job_id
    upload(store, begin_all(store))
    return job_id


def add_upload(redis: Redis, number: int, **more: str) -> None:
    fields: dict[Any, Any] = {"image": f'["https://i.imgur.com/{number}.jpg"]', "content": ""}
    redis.xadd("imgferry:uploads", fields | more)


def test_a_job_has_the_owner_who_added_it(store: JobStore) -> None:
    assert store.owner_of(store.add(urls(1), owner="ada").job_id) == "ada"
    assert store.owner_of(store.add(urls(1)).job_id) == ""
    with pytest.raises(JobNotFound):
        store.owner_of("no-such-job")


def test_a_job_from_before_there_were_owners_is_nobodys(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(1)).job_id
    redis.hdel(f"imgferry:job:{job_id}", "owner")
    assert store.owner_of(job_id) == ""
    assert jobs_of(store, None) == [job_id]
    assert jobs_of(store, "ada") == []


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_jobs_are_listed_for_their_owner(store: JobStore, limit: int) -> None:
    of_ada = [store.add(urls(1), owner="ada").job_id]
    of_bob = [store.add(urls(1), owner="bob").job_id for _ in range(3)]
    of_ada += [store.add(urls(1), owner="ada").job_id for _ in range(2)]
    assert jobs_of(store, "ada", limit) == of_ada[::-1]
    assert jobs_of(store, "bob", limit) == of_bob[::-1]
    assert jobs_of(store, "eve", limit) == []
    assert len(jobs_of(store, None, limit)) == 6


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_links_are_listed_for_their_owner(store: JobStore, limit: int) -> None:
    for name, owner in (("a1", "ada"), ("b1", "bob"), ("b2", "bob"), ("a2", "ada"), ("n1", "")):
        finish(store, name, owner)
    link = "https://i.imgur.com/{}.jpg".format
    assert links_of(store, "ada", limit) == [link("a2"), link("a1")]
    assert links_of(store, "bob", limit) == [link("b2"), link("b1")]
    assert links_of(store, "eve", limit) == []
    assert links_of(store, None, limit) == list(map(link, ("n1", "a2", "b2", "b1", "a1")))


def test_more_of_others_than_are_looked_at_for_a_page_hide_nothing(
    store: JobStore, redis: Redis
) -> None:
    finish(store, "a1", "ada")
    for number in range(2500):
        add_upload(redis, number, owner="bob")
    first = store.links(10, None, "ada")
    assert first.items == []
    assert first.next
    assert links_of(store, "ada") == ["https://i.imgur.com/a1.jpg"]
    assert len(links_of(store, "bob", 1000)) == 2500


def test_links_from_before_there_were_owners_are_nobodys(store: JobStore, redis: Redis) -> None:
    add_upload(redis, 1)
    assert links_of(store, None) == ["https://i.imgur.com/1.jpg"]
    assert links_of(store, "ada") == links_of(store, "") == []


def test_an_upload_with_an_owner_is_known_again_and_forgotten(
    settings: JobsSettings, redis: Redis
) -> None:
    store = JobStore.connect(settings.model_copy(update={"link_retention_days": 1e-9}))
    job_id = store.add(urls(2), owner="ada").job_id
    first, second = (one.image for one in begin_all(store))
    store.record([Outcome(first, uploaded("cat", "sha256 of cat"))])
    assert store.record([Outcome(second, Known("sha256 of cat"))]) == [True]
    images = store.images(job_id, None, 10, None).items
    assert {image.link for image in images} == {"https://i.imgur.com/cat.jpg"}

    store.forget()
    assert redis.xlen("imgferry:uploads") == 0
    assert not redis.exists("imgferry:contents")


def test_owners_may_have_the_same_key(store: JobStore) -> None:
    once = Once("key", "body")
    of_ada = store.add(urls(1), once=once, owner="ada")
    of_bob = store.add(urls(1), once=Once("key", "another body"), owner="bob")
    assert of_ada.job_id != of_bob.job_id
    assert store.add(urls(1), once=once, owner="ada").job_id == of_ada.job_id
    with pytest.raises(KeyReused):
        store.add(urls(1), once=once, owner="bob")


def test_a_forgotten_job_has_no_owner(store: JobStore, redis: Redis) -> None:
    job_id = finish(store, "a1", "ada")
    make_past(redis, "imgferry:finished")
    store.forget()
    with pytest.raises(JobNotFound):
        store.owner_of(job_id)
