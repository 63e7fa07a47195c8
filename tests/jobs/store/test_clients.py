"""What clients add and read: jobs, their list, their images, the links."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from jobs.errors import JobNotFound, KeyReused
from jobs.model import (
    Failed,
    Image,
    ImageOptions,
    ImageStatus,
    JobOptions,
    JobStatus,
    Once,
    Page,
    Priority,
    Summary,
)
from jobs.store import JobStore
from tests.jobs.store.conftest import (
    GONE,
    add_finished,
    begin_all,
    make_past,
    record,
    upload,
    uploaded,
    urls,
)

DAY_MS = 24 * 3600 * 1000


def listed(store: JobStore, status: JobStatus | None = None, limit: int = 1) -> list[Summary]:
    """The whole list, page by page."""
    found: list[Summary] = []
    cursor = None
    while True:
        page = store.jobs(status, limit, cursor)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


class TestAdding:
    def test_a_new_job_is_pending_with_every_url_in_order(self, store: JobStore) -> None:
        job = store.get(store.add(urls(2500)).job_id)
        assert job.status is JobStatus.PENDING
        assert (job.pending, job.complete, job.failed) == (urls(2500), [], [])
        assert job.finished is None
        assert timedelta(0) <= datetime.now(UTC) - job.created < timedelta(seconds=10)

    def test_an_unknown_job_is_not_found(self, store: JobStore) -> None:
        with pytest.raises(JobNotFound):
            store.get("no-such-job")
        with pytest.raises(JobNotFound):
            store.images("no-such-job", None, 10, None)

    def test_any_text_comes_back_as_it_was(self, store: JobStore) -> None:
        odd = ["https://example.org/ü?q=a b", "https://例え.jp/猫.png", 'https://e.org/"{}\\']
        assert store.get(store.add(odd).job_id).pending == odd


class TestAddingOnce:
    ONCE = Once("4f6e", '{"urls": ["https://example.org/0.jpg"]}')

    def test_the_same_post_again_is_the_same_job(self, store: JobStore) -> None:
        first = store.add(urls(1), once=self.ONCE)
        again = store.add(urls(1), once=self.ONCE)
        assert (first.replayed, again.replayed) == (False, True)
        assert again.job_id == first.job_id
        assert len(listed(store)) == 1

    def test_another_key_is_another_job(self, store: JobStore) -> None:
        first = store.add(urls(1), once=self.ONCE)
        other = store.add(urls(1), once=Once("5a", self.ONCE.body))
        assert not other.replayed
        assert first.job_id != other.job_id

    def test_another_body_is_refused_and_adds_nothing(self, store: JobStore) -> None:
        store.add(urls(1), once=self.ONCE)
        with pytest.raises(KeyReused):
            store.add(urls(2), once=Once(self.ONCE.key, '{"urls": []}'))
        assert len(listed(store)) == 1
        assert store.destination().waiting == 1

    def test_a_key_is_kept_for_24_hours_from_the_first(self, store: JobStore, redis: Redis) -> None:
        first = store.add(urls(1), once=self.ONCE)
        (key,) = redis.keys("imgferry:once:*")
        assert DAY_MS - 10_000 < redis.pttl(key) <= DAY_MS
        redis.pexpire(key, 5_000_000)
        assert store.add(urls(1), once=self.ONCE).replayed
        assert redis.pttl(key) <= 5_000_000
        redis.pexpire(key, 0)
        again = store.add(urls(1), once=self.ONCE)
        assert not again.replayed
        assert again.job_id != first.job_id

    def test_neither_key_nor_body_is_stored_as_it_is(self, store: JobStore, redis: Redis) -> None:
        store.add(urls(1), once=Once("canary", "canary"))
        (key,) = redis.keys("imgferry:once:*")
        assert "canary" not in f"{key!r} {redis.hgetall(key)}"

    def test_any_text_is_a_key(self, store: JobStore) -> None:
        odd = Once("\ud800 \x00 ü" * 1000, "\ud800")
        first = store.add(urls(1), once=odd)
        assert store.add(urls(1), once=odd).job_id == first.job_id


class TestList:
    def test_newest_first_also_of_the_same_millisecond(self, store: JobStore) -> None:
        added = [store.add(urls(1)).job_id for _ in range(20)]
        assert [job.id for job in listed(store, limit=3)] == added[::-1]
        assert [job.id for job in listed(store, limit=100)] == added[::-1]

    def test_none(self, store: JobStore) -> None:
        assert store.jobs(None, 10, None) == Page([], None)
        assert store.jobs(JobStatus.COMPLETE, 10, None) == Page([], None)

    def test_a_job_is_told_by_its_numbers(self, store: JobStore) -> None:
        job_id = store.add(urls(5)).job_id
        begun = begin_all(store)
        upload(store, begun[:2])
        record(store, begun[2:3], Failed(GONE))
        (summary,) = listed(store)
        assert (summary.pending, summary.complete, summary.failed) == (2, 2, 1)
        job = store.get(job_id)
        assert (summary.id, summary.created, summary.finished) == (job_id, job.created, None)
        upload(store, begun)
        (summary,) = listed(store)
        assert (summary.pending, summary.complete, summary.failed) == (0, 4, 1)
        assert summary.finished == store.get(job_id).finished

    @pytest.mark.parametrize("limit", [1, 2, 100])
    def test_by_status(self, store: JobStore, limit: int) -> None:
        complete = add_finished(store)
        in_progress = store.add(urls(2)).job_id
        upload(store, begin_all(store)[:1])
        done_later = add_finished(store)
        pending = [store.add(urls(1)).job_id for _ in range(3)]

        def of(status: JobStatus) -> list[str]:
            jobs = listed(store, status, limit)
            assert all(job.status is status for job in jobs)
            return [job.id for job in jobs]

        assert of(JobStatus.PENDING) == pending[::-1]
        assert of(JobStatus.IN_PROGRESS) == [in_progress]
        assert of(JobStatus.COMPLETE) == [done_later, complete]

    def test_a_rare_status_is_found_behind_many_others(self, store: JobStore) -> None:
        complete = add_finished(store)
        for _ in range(1050):
            store.add(urls(1))
        first = store.jobs(JobStatus.COMPLETE, 5, None)
        assert (first.items, first.next is None) == ([], False)
        assert [job.id for job in listed(store, JobStatus.COMPLETE, 5)] == [complete]

    def test_a_page_goes_on_where_the_last_one_ended(self, store: JobStore) -> None:
        added = [store.add(urls(1)).job_id for _ in range(4)]
        page = store.jobs(None, 2, None)
        store.add(urls(1))
        assert [job.id for job in page.items] == added[:1:-1]
        assert [job.id for job in store.jobs(None, 2, page.next).items] == added[1::-1]

    def test_forgotten_jobs_are_not_listed(self, store: JobStore, redis: Redis) -> None:
        added = [add_finished(store), store.add(urls(1)).job_id]
        cursor = store.jobs(None, 1, None).next
        make_past(redis, "imgferry:finished")
        store.forget()
        assert [job.id for job in listed(store)] == added[1:]
        assert store.jobs(None, 1, cursor) == Page([], None)


class TestImages:
    def test_page_and_filter(self, store: JobStore) -> None:
        job_id = store.add(urls(30)).job_id
        record(store, begin_all(store)[::3], Failed(GONE))
        seen: list[Image] = []
        cursor = None
        while True:
            page = store.images(job_id, ImageStatus.FAILED, 4, cursor)
            seen += page.items
            if page.next is None:
                break
            cursor = page.next
        assert [image.url for image in seen] == urls(30)[::3]
        assert all(image.error == GONE and image.attempts == 1 for image in seen)
        assert len(store.images(job_id, ImageStatus.PENDING, 100, None).items) == 20
        assert len(store.images(job_id, None, 100, None).items) == 30

    def test_one_that_is_complete_has_all_its_facts(self, store: JobStore) -> None:
        job_id = add_finished(store)
        (image,) = store.images(job_id, ImageStatus.COMPLETE, 10, None).items
        expected = uploaded("0")
        assert image == Image(
            index=0,
            url=urls(1)[0],
            status=ImageStatus.COMPLETE,
            attempts=1,
            link=expected.link,
            id=expected.id,
            type="image/jpeg",
            width=4,
            height=3,
            bytes=1000,
        )

    def test_a_deletehash_is_kept_and_never_given(self, store: JobStore, redis: Redis) -> None:
        job_id = add_finished(store)
        assert "secret" not in repr(store.images(job_id, None, 10, None))
        assert '"secret"' in str(redis.hget(f"imgferry:job:{job_id}:images", "0"))


class TestLinks:
    def test_page_from_the_newest_and_never_repeat_one(self, store: JobStore) -> None:
        add_finished(store, 10)
        page = store.links(4, None)
        store.add(["https://example.org/late.jpg"])
        upload(store, begin_all(store))
        rest = store.links(100, page.next)
        names = [link.split("/")[-1] for link in [*page.items, *rest.items]]
        assert names == [f"{n}.jpg" for n in reversed(range(10))]
        assert rest.next is None
        assert store.links(4, None).items[0].endswith("/late.jpg")

    def test_the_last_page_says_so_also_when_it_is_full(self, store: JobStore) -> None:
        add_finished(store, 4)
        assert store.links(4, None).next is None
        assert store.links(3, store.links(1, None).next).next is None

    def test_before_the_first_and_of_no_upload_there_is_none(self, store: JobStore) -> None:
        assert store.links(4, None) == Page([], None)
        add_finished(store, 2)
        assert store.links(4, "0-1") == Page([], None)


def test_a_priority_changes_nothing_that_is_read(store: JobStore) -> None:
    jobs = [store.get(store.add(urls(2), JobOptions(priority)).job_id) for priority in Priority]
    assert all((job.pending, job.status) == (urls(2), JobStatus.PENDING) for job in jobs)


class TestOptions:
    def test_a_job_has_its_title_and_labels(self, store: JobStore) -> None:
        options = JobOptions(title="Cats", labels=["a", "ü"])
        job = store.get(store.add(urls(1), options).job_id)
        assert (job.title, job.labels) == ("Cats", ["a", "ü"])
        [summary] = store.jobs(None, 10, None).items
        assert (summary.title, summary.labels) == ("Cats", ["a", "ü"])

    def test_a_worker_hears_the_options_of_each_image(self, store: JobStore) -> None:
        cat = ImageOptions(title="Cat", referer="https://example.org/")
        store.add(urls(3), JobOptions(images={1: cat}))
        assert [begun.options for begun in begin_all(store)] == [
            ImageOptions(),
            cat,
            ImageOptions(),
        ]
