"""Before an upload: who may, whose bytes are there already, and what nobody can know."""

import pytest
from redis import Redis

from jobs.model import (
    Begun,
    Claim,
    Failed,
    Image,
    ImageStatus,
    Known,
    Outcome,
    Released,
    Result,
    Retry,
    Uploaded,
)
from jobs.store import JobStore
from tests.jobs.store.conftest import (
    BUSY,
    GONE,
    WORKER,
    begin_all,
    end_leases,
    make_past,
    record,
    uploaded,
    urls,
)

CAT, DOG = "sha256-of-a-cat", "sha256-of-a-dog/with:odd characters"


def claim(store: JobStore, content: str | None, *begun: Begun) -> list[Claim]:
    return store.claim([(one.image, content) for one in begun])


def image_of(store: JobStore, begun: Begun) -> Image:
    page = store.images(begun.image.job_id, None, 1, str(begun.image.index))
    return page.items[0]


class TestClaims:
    def test_equal_bytes_are_uploaded_by_one_image_at_a_time(self, store: JobStore) -> None:
        store.add(urls(3))
        a, b, c = begin_all(store)
        asked = [(a.image, CAT), (b.image, CAT), (c.image, DOG)]
        assert store.claim(asked) == [Claim.GRANTED, Claim.TAKEN, Claim.GRANTED]
        assert claim(store, CAT, b) == [Claim.TAKEN]

    def test_asked_twice_it_says_the_same(self, store: JobStore) -> None:
        store.add(urls(2))
        a, b = begin_all(store)
        for _ in range(2):
            assert claim(store, CAT, a, b) == [Claim.GRANTED, Claim.TAKEN]

    def test_where_equal_bytes_do_not_matter_every_image_may(self, store: JobStore) -> None:
        store.add(urls(2))
        assert claim(store, None, *begin_all(store)) == [Claim.GRANTED] * 2

    @pytest.mark.parametrize("result", [Failed(GONE), Retry(BUSY, 60), Released()])
    def test_what_was_not_uploaded_is_free_again(self, store: JobStore, result: Result) -> None:
        store.add(urls(2))
        a, b = begin_all(store)
        claim(store, CAT, a)
        record(store, [a], result)
        assert claim(store, CAT, b) == [Claim.GRANTED]

    def test_a_lost_worker_holds_no_content(self, store: JobStore, redis: Redis) -> None:
        store.add(urls(2))
        lost, other = begin_all(store)
        claim(store, CAT, lost)
        end_leases(redis)
        store.heartbeat(WORKER, [other.image])
        assert claim(store, CAT, other) == [Claim.TAKEN]
        store.admit(1)  # which sees it
        assert claim(store, CAT, other) == [Claim.GRANTED]
        assert claim(store, CAT, lost) == [Claim.REFUSED]

    def test_who_has_the_image_no_more_is_refused(self, store: JobStore, redis: Redis) -> None:
        store.add(urls(1))
        (slow,) = begin_all(store)
        end_leases(redis)
        (quick,) = begin_all(store)
        assert claim(store, CAT, slow) == [Claim.REFUSED]
        assert claim(store, CAT, quick) == [Claim.GRANTED]
        record(store, [quick], uploaded("a", CAT))
        assert claim(store, CAT, slow, quick) == [Claim.REFUSED] * 2

    def test_nothing_is_uploaded_during_a_pause(self, store: JobStore) -> None:
        store.add(urls(1))
        begun = begin_all(store)
        store.pause(BUSY, 60, 60)
        assert claim(store, CAT, *begun) == [Claim.REFUSED]


class TestKnown:
    def test_it_has_the_link_of_the_first_and_no_other(self, store: JobStore) -> None:
        job_id = store.add(urls(2)).job_id
        a, b = begin_all(store)
        claim(store, CAT, a)
        record(store, [a], uploaded("cat", CAT))
        assert claim(store, CAT, b) == [Claim.KNOWN]
        assert record(store, [b], Known(CAT)) == 1
        first, second = store.images(job_id, ImageStatus.COMPLETE, 10, None).items
        assert (first.deduplicated, second.deduplicated) == (False, True)
        assert first.link == second.link == "https://i.imgur.com/cat.jpg"
        assert store.links(10, None).items == ["https://i.imgur.com/cat.jpg"]
        assert store.get(job_id).complete == urls(2)

    def test_by_the_content_of_its_outcome_and_not_of_a_claim(self, store: JobStore) -> None:
        store.add(urls(2))
        a, b = begin_all(store)
        claim(store, CAT, a)
        record(store, [a], uploaded("cat"))
        assert claim(store, CAT, b) == [Claim.GRANTED]

    def test_a_link_let_go_meanwhile_is_known_no_more(self, store: JobStore, redis: Redis) -> None:
        job_id = store.add(urls(2)).job_id
        a, b = begin_all(store)
        record(store, [a], uploaded("cat", CAT))
        redis.delete("imgferry:contents", "imgferry:uploads")
        assert record(store, [b], Known(CAT)) == 0  # it waits again
        assert store.get(job_id).pending == urls(2)[1:]
        (again,) = begin_all(store)
        assert again.attempt == 1
        assert claim(store, CAT, again) == [Claim.GRANTED]

    def test_it_outlives_its_job(self, store: JobStore, redis: Redis) -> None:
        store.add(urls(1))
        record(store, begin_all(store), uploaded("cat", CAT))
        make_past(redis, "imgferry:finished")
        store.forget()
        job_id = store.add(urls(1)).job_id
        begun = begin_all(store)
        assert claim(store, CAT, *begun) == [Claim.KNOWN]
        record(store, begun, Known(CAT))
        assert store.images(job_id, None, 1, None).items[0].link == "https://i.imgur.com/cat.jpg"


class TestDoubt:
    @pytest.mark.parametrize("content", [CAT, None])
    def test_a_worker_lost_at_the_upload_leaves_one(
        self, store: JobStore, redis: Redis, content: str | None
    ) -> None:
        store.add(urls(2))
        uploading, fetching = begin_all(store)
        claim(store, content, uploading)
        end_leases(redis)
        for again in begin_all(store):
            record(store, [again], uploaded(str(again.image.index)))
        assert image_of(store, uploading).possibly_duplicated
        assert not image_of(store, fetching).possibly_duplicated

    @pytest.mark.parametrize("arrived", [True, False])
    def test_an_answer_that_never_came_leaves_one(self, store: JobStore, arrived: bool) -> None:
        store.add(urls(2))
        again, given_up = begin_all(store)
        claim(store, None, again, given_up)
        record(store, [again], Retry(BUSY, 0, arrived=arrived))
        record(store, [given_up], Failed(BUSY, arrived=arrived))
        (again,) = begin_all(store)
        record(store, [again], uploaded("again"))
        images = [image_of(store, begun) for begun in (again, given_up)]
        assert [image.status for image in images] == [ImageStatus.COMPLETE, ImageStatus.FAILED]
        assert [image.possibly_duplicated for image in images] == [arrived, arrived]

    @pytest.mark.parametrize("result", [Released(), uploaded("a"), Failed(GONE), Retry(BUSY, 9)])
    def test_an_answer_leaves_none(self, store: JobStore, result: Result) -> None:
        store.add(urls(1))
        (begun,) = begin_all(store)
        claim(store, CAT, begun)
        record(store, [begun], result)
        assert not image_of(store, begun).possibly_duplicated

    def test_it_stays_when_the_image_runs_again(self, store: JobStore) -> None:
        job_id = store.add(urls(1)).job_id
        record(store, begin_all(store), Failed(BUSY, arrived=True))
        store.retry(job_id)
        (begun,) = begin_all(store)
        record(store, [begun], uploaded("again"))
        assert image_of(store, begun).possibly_duplicated


def test_two_late_uploads_of_equal_bytes_are_both_true(store: JobStore, redis: Redis) -> None:
    job_id = store.add(urls(3)).job_id
    a, b, c = begin_all(store)
    end_leases(redis)
    store.admit(64)
    store.record([Outcome(a.image, _cat("first")), Outcome(b.image, _cat("second"))])
    assert len(store.links(10, None).items) == 2
    (again,) = [one for one in begin_all(store) if one.image.index == c.image.index] or [c]
    assert store.get(job_id).complete == urls(2)
    assert again.image.index == 2


def _cat(name: str) -> Uploaded:
    return uploaded(name, CAT)
