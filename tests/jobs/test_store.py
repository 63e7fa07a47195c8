"""The store, on a real server: what each step does to a job."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from jobs.errors import JobNotFound, StoreUnavailable
from jobs.model import (
    Begun,
    Failed,
    Failure,
    Held,
    Image,
    ImageStatus,
    JobStatus,
    Message,
    Outcome,
    Page,
    Released,
    Result,
    Retry,
    Told,
    Uploaded,
    Worker,
)
from jobs.settings import JobsSettings
from jobs.store import JobStore

WORKER = Worker("celery@one", 100)
GONE = Failure("source-not-found", "Nothing is there.", False)
BUSY = Failure("source-unavailable", "Not now.", True)


def urls(count: int, host: str = "example.org") -> list[str]:
    return [f"https://{host}/{n}.jpg" for n in range(count)]


def uploaded(name: str) -> Uploaded:
    return Uploaded(f"https://i.imgur.com/{name}.jpg", name, "secret", "image/jpeg", 4, 3, 1000)


def begin_all(store: JobStore) -> list[tuple[str, Begun]]:
    """Everything that may run now, begun by WORKER."""
    store.heartbeat(WORKER, [])
    messages = store.admit(64)
    return [(message.job_id, begun) for message in messages for begun in store.begin(message)]


def outcome(_job_id: str, begun: Begun, result: Result) -> Outcome:
    return Outcome(begun.image, result)


def end_leases(redis: Redis) -> None:
    """Every worker is lost, as far as the store can tell."""
    _make_past(redis, "imgferry:leases")


def make_due(redis: Redis) -> None:
    _make_past(redis, "imgferry:due")


def end_pause(redis: Redis) -> None:
    redis.hset("imgferry:pause", "until", 0)


def _make_past(redis: Redis, key: str) -> None:
    for member in redis.zrange(key, 0, -1):
        redis.zadd(key, {str(member): 0})


class TestClients:
    def test_a_new_job_is_pending_with_every_url_in_order(self, store: JobStore) -> None:
        job = store.get(store.add(urls(2500)))
        assert job.status is JobStatus.PENDING
        assert (job.pending, job.complete, job.failed) == (urls(2500), [], [])
        assert job.finished is None
        assert timedelta(0) <= datetime.now(UTC) - job.created < timedelta(seconds=10)

    def test_an_unknown_job_is_not_found(self, store: JobStore) -> None:
        with pytest.raises(JobNotFound):
            store.get("no-such-job")
        with pytest.raises(JobNotFound):
            store.images("no-such-job", None, 10, 0)

    def test_any_text_comes_back_as_it_was(self, store: JobStore) -> None:
        odd = ["https://example.org/ü?q=a b", "https://例え.jp/猫.png", 'https://e.org/"{}\\']
        assert store.get(store.add(odd)).pending == odd

    def test_links_page_from_the_newest_and_never_repeat_one(self, store: JobStore) -> None:
        store.add(urls(10))
        first = begin_all(store)
        store.record([outcome(job, b, uploaded(f"{b.image.index}")) for job, b in first])
        page = store.links(4, None)
        store.add(urls(1))
        store.record([outcome(job, b, uploaded("late")) for job, b in begin_all(store)])
        rest = store.links(100, page.next)
        names = [link.split("/")[-1] for link in [*page.items, *rest.items]]
        assert names == [f"{n}.jpg" for n in reversed(range(10))]
        assert rest.next is None
        assert store.links(4, None).items[0].endswith("/late.jpg")
        assert store.links(4, 0) == Page([], None)
        assert store.links(4, 10**9) == store.links(4, None)

    def test_images_page_and_filter(self, store: JobStore) -> None:
        job_id = store.add(urls(30))
        begun = begin_all(store)
        store.record([outcome(j, b, Failed(GONE)) for j, b in begun if b.image.index % 3 == 0])
        seen: list[Image] = []
        cursor = 0
        while True:
            page = store.images(job_id, ImageStatus.FAILED, 4, cursor)
            seen += page.items
            if page.next is None:
                break
            cursor = page.next
        assert [image.url for image in seen] == urls(30)[::3]
        assert all(image.error == GONE and image.attempts == 1 for image in seen)
        assert len(store.images(job_id, ImageStatus.PENDING, 100, 0).items) == 20
        assert len(store.images(job_id, None, 100, 0).items) == 30

    def test_a_deletehash_is_kept_and_never_given(self, store: JobStore, redis: Redis) -> None:
        job_id = store.add(urls(1))
        store.record([outcome(j, b, uploaded("a")) for j, b in begin_all(store)])
        assert "secret" not in repr(store.images(job_id, None, 10, 0))
        assert '"deletehash": "secret"' in str(redis.hget(f"imgferry:job:{job_id}:images", "0"))


class TestAdmission:
    def test_nothing_is_admitted_while_no_worker_lives(self, store: JobStore) -> None:
        store.add(urls(3))
        assert store.admit(10) == []
        store.heartbeat(WORKER, [])
        assert [len(message.indexes) for message in store.admit(10)] == [3]
        assert store.admit(10) == []

    def test_a_worker_that_leaves_has_no_room(self, store: JobStore) -> None:
        store.add(urls(3))
        store.heartbeat(WORKER, [])
        assert store.workers() == [WORKER]
        store.leave(WORKER)
        assert store.workers() == []
        assert store.admit(10) == []

    def test_no_more_than_the_workers_can_hold(self, store: JobStore) -> None:
        store.add(urls(1000))
        store.heartbeat(WORKER, [])
        assert sum(len(message.indexes) for message in store.admit(64)) == 200

    def test_jobs_take_turns_and_a_new_one_waits_for_one_turn(self, store: JobStore) -> None:
        large = store.add(urls(1000))
        store.heartbeat(WORKER, [])
        assert [message.job_id for message in store.admit(3)] == [large] * 3
        others = [store.add(urls(3)), store.add(urls(30))]
        turns = [message.job_id for message in store.admit(5)]
        assert set(turns[:2]) == set(others)
        assert turns.count(others[0]) == 1
        assert turns.count(others[1]) == 2  # 25 images and 5
        assert turns.count(large) == 2

    def test_an_image_that_waits_again_goes_before_new_ones(
        self, store: JobStore, redis: Redis
    ) -> None:
        job_id = store.add(urls(40))
        store.heartbeat(WORKER, [])
        first = store.admit(1)[0]
        begun = store.begin(first)
        store.record([outcome(job_id, begun[7], Released())])
        assert store.admit(1)[0].indexes[0] == 7


class TestLeases:
    def test_a_message_begins_only_once(self, store: JobStore) -> None:
        store.add(urls(3))
        store.heartbeat(WORKER, [])
        (message,) = store.admit(10)
        assert [begun.url for begun in store.begin(message)] == urls(3)
        assert store.begin(message) == []

    def test_a_message_of_an_unknown_job_begins_nothing(self, store: JobStore) -> None:
        assert store.begin(Message("gone", [0, 1])) == []

    def test_a_worker_that_leaves_keeps_what_it_holds_and_gets_nothing(
        self, store: JobStore, redis: Redis
    ) -> None:
        store.add(urls(1))
        ((_, begun),) = begin_all(store)
        store.leave(WORKER)
        end_leases(redis)
        assert store.heartbeat(WORKER, [begun.image], leaving=True).lost == set()
        assert store.workers() == []

    def test_a_lost_message_and_a_lost_worker_only_delay(
        self, store: JobStore, redis: Redis
    ) -> None:
        job_id = store.add(urls(30))
        store.heartbeat(WORKER, [])
        begun, _never_begun = store.admit(2)
        store.begin(begun)
        end_leases(redis)
        again = begin_all(store)
        assert sorted(b.image.index for _, b in again) == list(range(30))
        assert {b.attempt for _, b in again} == {1}  # nothing was tried
        store.record([outcome(j, b, uploaded(str(b.image.index))) for j, b in again])
        assert store.get(job_id).status is JobStatus.COMPLETE

    def test_a_heartbeat_keeps_what_is_held(self, store: JobStore, redis: Redis) -> None:
        store.add(urls(2))
        (_, kept), _ = begin_all(store)
        end_leases(redis)
        assert store.heartbeat(WORKER, [kept.image]).lost == set()
        assert [list(message.indexes) for message in store.admit(10)] == [[1]]

    def test_a_heartbeat_tells_what_was_lost(self, store: JobStore, redis: Redis) -> None:
        store.add(urls(3))
        held = [begun.image for _, begun in begin_all(store)]
        store.record([Outcome(held[0], uploaded("done"))])
        end_leases(redis)
        assert len(begin_all(store)) == 2  # somebody has them again
        gone = Held("gone", 0, "token")
        assert store.heartbeat(WORKER, [*held, gone]).lost == {*held, gone}

    def test_an_image_that_ends_every_worker_is_given_up(
        self, store: JobStore, redis: Redis
    ) -> None:
        job_id = store.add(urls(1))
        for _ in range(10):
            assert len(begin_all(store)) == 1
            end_leases(redis)
        assert begin_all(store) == []
        (image,) = store.images(job_id, None, 10, 0).items
        assert image.error is not None
        assert image.error.code == "worker-lost"
        assert store.get(job_id).status is JobStatus.COMPLETE


class TestRecording:
    def test_a_job_is_complete_with_its_last_image(self, store: JobStore) -> None:
        job_id = store.add(urls(3))
        (_, a), (_, b), (_, c) = begin_all(store)
        assert store.get(job_id).status is JobStatus.IN_PROGRESS
        store.record([outcome(job_id, c, uploaded("c")), outcome(job_id, a, Failed(GONE))])
        job = store.get(job_id)
        assert (job.pending, job.complete, job.failed) == (urls(3)[1:2], urls(3)[2:], urls(3)[:1])
        assert job.finished is None
        store.record([outcome(job_id, b, uploaded("b"))])
        job = store.get(job_id)
        assert job.status is JobStatus.COMPLETE
        assert job.finished is not None
        assert job.finished >= job.created

    def test_a_job_of_which_all_failed_is_complete(self, store: JobStore) -> None:
        job_id = store.add(urls(2))
        store.record([outcome(j, b, Failed(GONE)) for j, b in begin_all(store)])
        job = store.get(job_id)
        assert (job.status, job.failed) == (JobStatus.COMPLETE, urls(2))

    def test_the_first_writer_wins(self, store: JobStore, redis: Redis) -> None:
        job_id = store.add(urls(1))
        ((_, slow),) = begin_all(store)
        end_leases(redis)
        ((_, quick),) = begin_all(store)
        assert store.record([outcome(job_id, quick, uploaded("quick"))]) == 1
        assert store.record([outcome(job_id, slow, uploaded("slow"))]) == 0
        assert store.record([outcome(job_id, quick, Failed(GONE))]) == 0
        assert store.links(10, None).items == ["https://i.imgur.com/quick.jpg"]

    def test_who_lost_its_lease_may_report_an_upload_but_no_failure(
        self, store: JobStore, redis: Redis
    ) -> None:
        job_id = store.add(urls(2))
        (_, a), (_, b) = begin_all(store)
        end_leases(redis)
        (_, a2), (_, b2) = begin_all(store)
        results: list[Result] = [Failed(GONE), Retry(BUSY, 0), Released()]
        assert [store.record([outcome(job_id, a, result)]) for result in results] == [0, 0, 0]
        assert store.record([outcome(job_id, b, uploaded("b"))]) == 1
        assert store.record([outcome(job_id, b2, uploaded("b2"))]) == 0
        assert store.record([outcome(job_id, a2, Failed(GONE))]) == 1
        assert store.get(job_id).status is JobStatus.COMPLETE

    def test_a_redis_of_an_older_state_repeats_work_and_no_result(
        self, store: JobStore, redis: Redis
    ) -> None:
        job_id = store.add(urls(4))
        store.heartbeat(WORKER, [])
        older = {key: redis.dump(key) for key in list(redis.keys())}
        (_, a), (_, b), *_ = begin_all(store)
        redis.flushall()
        for key, value in older.items():
            redis.restore(key, 0, value)  # type: ignore[arg-type]
        assert store.record([outcome(job_id, x, uploaded(str(x.image.index))) for x in (a, b)]) == 2
        again = begin_all(store)
        assert [x.image.index for _, x in again] == [2, 3]
        store.record([outcome(job_id, x, uploaded(str(x.image.index))) for _, x in again])
        job = store.get(job_id)
        assert (job.status, job.complete) == (JobStatus.COMPLETE, urls(4))
        assert len(set(store.links(10, None).items)) == 4

    def test_a_retry_waits_until_it_is_due(self, store: JobStore, redis: Redis) -> None:
        job_id = store.add(urls(1))
        store.record([outcome(j, b, Retry(BUSY, 60)) for j, b in begin_all(store)])
        (image,) = store.images(job_id, None, 10, 0).items
        assert (image.status, image.error, image.attempts) == (ImageStatus.PENDING, BUSY, 1)
        assert image.retry_at is not None
        assert timedelta(seconds=50) < image.retry_at - datetime.now(UTC) <= timedelta(seconds=61)
        assert begin_all(store) == []
        make_due(redis)
        ((_, begun),) = begin_all(store)
        assert begun.attempt == 2

    def test_a_released_image_has_lost_no_attempt(self, store: JobStore) -> None:
        store.add(urls(1))
        for _ in range(3):
            ((job_id, begun),) = begin_all(store)
            assert begun.attempt == 1
            store.record([outcome(job_id, begun, Released())])

    def test_a_finished_job_is_kept_for_its_time_and_then_gone(
        self, settings: JobsSettings, redis: Redis
    ) -> None:
        store = JobStore.connect(settings.model_copy(update={"job_retention_days": 2}))
        before = set(redis.keys())
        job_id = store.add(urls(1))
        store.record([outcome(j, b, uploaded("a")) for j, b in begin_all(store)])
        of_job = set(redis.keys("imgferry:job:*")) - before
        days = timedelta(days=2).total_seconds()
        assert len(of_job) == 5
        assert all(days - 10 < redis.ttl(key) <= days for key in of_job)
        assert store.get(job_id).status is JobStatus.COMPLETE


class TestPause:
    def test_nothing_is_admitted_or_begun(self, store: JobStore, redis: Redis) -> None:
        store.add(urls(3))
        store.heartbeat(WORKER, [])
        (message,) = store.admit(10)
        store.pause("imgur-user-throttled", 60, 60)
        assert store.begin(message) == []
        assert store.admit(10) == []
        assert 50 < store.heartbeat(WORKER, []).paused_for <= 60
        pause = store.paused()
        assert pause is not None
        assert pause.reason == "imgur-user-throttled"

    def test_after_it_one_image_goes_first_and_then_all(
        self, store: JobStore, redis: Redis
    ) -> None:
        store.add(urls(30))
        store.pause("imgur-user-throttled", 60, 60)
        end_pause(redis)
        assert store.paused() is None
        ((job_id, probe),) = begin_all(store)
        assert begin_all(store) == []
        store.record([outcome(job_id, probe, uploaded("probe"))])
        assert [begun.attempt for _, begun in begin_all(store)] == [1] * 29

    def test_a_shorter_pause_does_not_end_a_longer_one(self, store: JobStore) -> None:
        store.pause("long", 600, 60)
        store.pause("short", 1, 60)
        pause = store.paused()
        assert pause is not None
        assert pause.reason == "long"

    def test_a_pause_without_a_time_grows_until_an_upload(
        self, store: JobStore, redis: Redis
    ) -> None:
        def cool_down() -> float:
            for _ in range(3):  # those under way when it begins do not count
                store.pause("imgur-blocked", None, 60)
            left = store.heartbeat(WORKER, []).paused_for
            end_pause(redis)
            return left

        waits = [cool_down() for _ in range(8)]
        for wait, least in zip(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600], strict=True):
            assert least - 1 < wait <= least * 1.2
        store.add(urls(1))
        store.record([outcome(j, b, uploaded("a")) for j, b in begin_all(store)])
        assert cool_down() <= 72

    def test_it_says_for_how_long_nothing_was_taken(self, store: JobStore, redis: Redis) -> None:
        assert store.pause("imgur-blocked", None, 600) < 1
        redis.hincrby("imgferry:pause", "since", -90_000_000)
        end_pause(redis)
        assert store.pause("imgur-blocked", None, 600) >= 90_000


class TestBudget:
    def test_no_more_is_under_way_than_is_left(self, store: JobStore) -> None:
        store.add(urls(100))
        store.record([], [Told("user", 50, 30, 3600), Told("posts", 1250, 1200, 1000)])
        assert len(begin_all(store)) == 30
        assert begin_all(store) == []

    def test_what_fails_before_its_upload_gives_its_place_back(self, store: JobStore) -> None:
        store.add(urls(100))
        store.record([], [Told("user", 50, 2, 3600)])
        begun = begin_all(store)
        assert len(begun) == 2
        store.record([outcome(j, b, Failed(GONE)) for j, b in begun])
        assert len(begin_all(store)) == 2

    def test_within_a_window_the_least_that_was_told_is_true(self, store: JobStore) -> None:
        for remaining in (40, 38, 39):
            store.record([], [Told("user", 50, remaining, 1000)])
        (window,) = store.destination().windows
        assert (window.name, window.limit, window.remaining) == ("user", 50, 38)

    def test_a_window_that_ended_is_full_again(self, store: JobStore, redis: Redis) -> None:
        store.add(urls(100))
        store.record([], [Told("user", 50, 0, 3600)])
        assert begin_all(store) == []
        redis.hset("imgferry:budget", "user:resets", 1)
        assert len(begin_all(store)) == 50
        (window,) = store.destination().windows
        assert window.resets is None
        store.record([], [Told("user", 50, 49, 3600)])
        (window,) = store.destination().windows
        assert window.remaining == 49
        assert window.resets is not None

    def test_a_spent_window_without_an_end_is_asked_with_one_image(self, store: JobStore) -> None:
        store.add(urls(100))
        store.record([], [Told("client", 1250, 0, None)])
        assert len(begin_all(store)) == 1
        store.record([], [Told("client", 1250, 0, 50_000)])
        assert begin_all(store) == []

    def test_a_window_that_never_says_when_it_ends_refills(self, store: JobStore) -> None:
        for remaining, known in ((10, 10), (12, 10), (1240, 1240)):
            store.record([], [Told("client", 1250, remaining, None)])
            assert store.destination().windows[0].remaining == known

    def test_the_destination_says_how_it_stands(self, store: JobStore) -> None:
        store.add(urls(3))
        (job_id, retry), *_ = begin_all(store)
        store.record([outcome(job_id, retry, Retry(BUSY, 60))])
        destination = store.destination()
        assert (destination.in_flight, destination.due) == (2, 1)
        assert destination.windows == []
        assert destination.pause is None


class TestRedisAway:
    def test_every_call_says_so(self) -> None:
        store = JobStore.connect(JobsSettings(redis_url="redis://127.0.0.1:1/0"))
        for call in (store.workers, lambda: store.add(["https://e.org"]), lambda: store.admit(1)):
            with pytest.raises(StoreUnavailable):
                call()

    def test_full_means_nothing_half(self, store: JobStore, redis: Redis) -> None:
        job_id = store.add(urls(2))
        begun = begin_all(store)
        keys = sorted(redis.keys())
        redis.config_set("maxmemory", 1)
        try:
            with pytest.raises(StoreUnavailable):
                store.add(urls(5))
            with pytest.raises(StoreUnavailable):
                store.record([outcome(j, b, uploaded("a")) for j, b in begun])
            assert store.get(job_id).status is JobStatus.IN_PROGRESS
        finally:
            redis.config_set("maxmemory", 0)
        assert sorted(redis.keys()) == keys
        assert store.record([outcome(j, b, uploaded(f"{b.image.index}")) for j, b in begun]) == 2
