"""Any order of steps on a real server keeps the invariants of the design (§4)."""

from itertools import count

import hypothesis.strategies as st
import pytest
from hypothesis import settings as run_settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from redis import Redis

from jobs.model import (
    Begun,
    Failed,
    Failure,
    JobStatus,
    Message,
    Outcome,
    Released,
    Result,
    Retry,
    Uploaded,
    Worker,
)
from jobs.settings import JobsSettings
from jobs.store import JobStore
from sandbox.redis import RedisServer

FAILURE = Failure("source-unavailable", "Not now.", True)
WORKER = Worker("celery@model", 40)


def members(redis: Redis, key: str) -> set[str]:
    return {str(member) for member in redis.zrange(key, 0, -1)}


class Jobs(RuleBasedStateMachine):
    """Workers begin, record, forget and repeat at random; the store must not be confused."""

    url: str

    @initialize()
    def empty(self) -> None:
        self.redis = Redis.from_url(self.url, decode_responses=True)
        self.redis.flushall()
        self.store = JobStore.connect(JobsSettings(redis_url=self.url))
        self.store.heartbeat(WORKER, [])
        self.submitted: dict[str, list[str]] = {}
        self.sent: list[Message] = []
        self.begun: list[tuple[str, Begun]] = []
        self.holder: dict[tuple[str, int], str] = {}  # the token of the beginning that holds it
        self.settled: set[tuple[str, int]] = set()
        self.gone: dict[str, dict[str, str]] = {}
        self.names = count()

    def teardown(self) -> None:
        if hasattr(self, "redis"):
            self.redis.close()

    @rule(size=st.integers(1, 60))
    def add(self, size: int) -> None:
        urls = [f"https://example.org/{next(self.names)}" for _ in range(size)]
        job_id = self.store.add(urls)
        self.submitted[job_id] = urls
        self.gone[job_id] = {}

    @rule(most=st.integers(1, 5))
    def admit(self, most: int) -> None:
        self.store.heartbeat(WORKER, [])
        self.sent += self.store.admit(most)

    @rule(pick=st.integers(0, 99), keep=st.booleans())
    def begin(self, pick: int, keep: bool) -> None:
        """A message is delivered; `keep` is a second delivery to come."""
        if not self.sent:
            return
        message = self.sent[pick % len(self.sent)]
        if not keep:
            self.sent.remove(message)
        for begun in self.store.begin(message):
            assert (message.job_id, begun.image.index) not in self.holder
            self.holder[message.job_id, begun.image.index] = begun.image.token
            self.begun.append((message.job_id, begun))

    @rule(
        picks=st.sets(st.integers(0, 99), min_size=1),
        kind=st.sampled_from(["ok", "fail", "retry", "release"]),
        keep=st.booleans(),
    )
    def record(self, picks: set[int], kind: str, keep: bool) -> None:
        """A worker records some of what it began, perhaps long lost; `keep` is a repetition."""
        some = [self.begun[pick] for pick in sorted(picks) if pick < len(self.begun)]
        results: dict[str, Result] = {
            "fail": Failed(FAILURE),
            "retry": Retry(FAILURE, 0),
            "release": Released(),
        }
        outcomes, taken = [], 0
        for job_id, begun in some:
            image = (job_id, begun.image.index)
            holds = self.holder.get(image) == begun.image.token
            if holds or (kind == "ok" and image not in self.settled):
                taken += 1
                self.holder.pop(image, None)
                if kind in ("ok", "fail"):
                    self.settled.add(image)
            name = str(next(self.names))
            result = results.get(kind) or Uploaded(name, name, name, "image/png", 1, 1, 1)
            outcomes.append(Outcome(begun.image, result))
            if not keep:
                self.begun.remove((job_id, begun))
        if outcomes:
            assert self.store.record(outcomes) == taken

    @rule()
    def lose_every_worker(self) -> None:
        for member in members(self.redis, "imgferry:leases"):
            self.redis.zadd("imgferry:leases", {member: 0})
        self.sent += self.store.admit(1)  # which sees it
        self.holder.clear()

    @rule()
    def lose_every_message(self) -> None:
        self.sent.clear()

    @invariant()
    def every_url_is_in_one_state(self) -> None:
        for job_id, urls in getattr(self, "submitted", {}).items():
            job = self.store.get(job_id)
            assert sorted([*job.pending, *job.complete, *job.failed]) == sorted(urls)
            assert (job.status is JobStatus.COMPLETE) == (not job.pending)
            assert (job.finished is None) == bool(job.pending)

    @invariant()
    def what_left_pending_never_changes(self) -> None:
        for job_id, gone in getattr(self, "gone", {}).items():
            job = self.store.get(job_id)
            now = dict.fromkeys(job.complete, "complete") | dict.fromkeys(job.failed, "failed")
            assert gone.items() <= now.items()
            gone.update(now)

    @invariant()
    def a_complete_image_has_one_link(self) -> None:
        if not hasattr(self, "store"):
            return
        links = self.redis.lrange("imgferry:links", 0, -1)
        complete = sum(len(self.store.get(job_id).complete) for job_id in self.submitted)
        assert len(links) == len(set(links)) == complete

    @invariant()
    def every_pending_image_is_on_its_way(self) -> None:
        """Leased, due or waiting: so it is finished without anyone asking again."""
        if not hasattr(self, "store"):
            return
        leased = members(self.redis, "imgferry:leases")
        due = members(self.redis, "imgferry:due")
        rounds = members(self.redis, "imgferry:waiting")
        for job_id in self.submitted:
            key = f"imgferry:job:{job_id}"
            states = str(self.redis.get(f"{key}:states"))
            returned = set(self.redis.lrange(f"{key}:returned", 0, -1))
            first = int(str(self.redis.hget(key, "next")))
            for index, state in enumerate(states):
                member = f"{job_id}:{index}"
                if state in "ab":
                    assert member in leased
                elif state == "w":
                    waits = index >= first or str(index) in returned
                    assert member in due or (waits and job_id in rounds)


@pytest.mark.timeout(180)
def test_invariants(redis_server: RedisServer) -> None:
    Jobs.url = redis_server.url
    run_state_machine_as_test(
        Jobs, settings=run_settings(max_examples=60, stateful_step_count=40, deadline=None)
    )
