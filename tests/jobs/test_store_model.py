"""Any order of steps on a real server keeps the invariants of the design (§4)."""

from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import wraps
from itertools import count
from typing import Any

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

from jobs.errors import JobNotFound
from jobs.model import (
    Begun,
    Claim,
    Failed,
    Failure,
    Image,
    ImageStatus,
    JobStatus,
    Known,
    Message,
    Outcome,
    Released,
    Result,
    Retry,
    Summary,
    Uploaded,
    Worker,
)
from jobs.settings import JobsSettings
from jobs.store import JobStore
from jobs.store.clients import Which
from sandbox.redis import RedisServer

FAILURE = Failure("source-unavailable", "Not now.", True)
GONE = Failure("source-not-found", "Nothing is there.", False)
BLOCKED = Failure("imgur-blocked", "Imgur takes nothing from here.", False)
WORKER = Worker("celery@model", 40)
RESULTS: dict[str, Result] = {
    "fail": Failed(GONE),
    "give up": Failed(FAILURE, arrived=True),
    "retry": Retry(FAILURE, 0),
    "release": Released(),
}
#: Which of many: all, or every other, ...
SOME = st.just(slice(None)) | st.builds(slice, st.integers(0, 2), st.none(), st.integers(1, 3))

ImageId = tuple[str, int]
Rule = Callable[..., None]


@dataclass
class Expected:
    """What the store should know, as far as the steps tell. Older with an older Redis."""

    submitted: dict[str, list[str]] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    left_pending: dict[str, dict[str, str]] = field(default_factory=dict)
    """By job: URL -> complete or failed."""
    holder: dict[ImageId, str] = field(default_factory=dict)
    """The token of the beginning that has the image."""
    claims: dict[str, ImageId] = field(default_factory=dict)
    contents: set[str] = field(default_factory=set)
    uploads: list[str] = field(default_factory=list)

    def is_pending(self, image: ImageId) -> bool:
        job_id, index = image
        if job_id not in self.submitted:
            return False
        return self.submitted[job_id][index] not in self.left_pending[job_id]

    def let_go(self, image: ImageId) -> None:
        self.holder.pop(image, None)
        self.claims = {of: claimant for of, claimant in self.claims.items() if claimant != image}


@dataclass
class Seen:
    """What is in Redis."""

    facts: dict[str, dict[str, str]]
    states: dict[str, str]
    returned: dict[str, list[str]]
    leases: set[str]
    due: set[str]
    round: set[str]
    holders: dict[str, str]
    claims: dict[str, str]
    finished: set[str]


def when(condition: Callable[[Any], object]) -> Callable[[Rule], Rule]:
    """A step that does nothing unless the condition holds.

    A precondition would change what Hypothesis draws, and what holds here also depends on clocks
    and ids: drawn again, the same steps would be others, which it calls flaky.
    """

    def guard(step: Rule) -> Rule:
        @wraps(step)
        def guarded(self: "Jobs", **drawn: Any) -> None:
            if condition(self):
                step(self, **drawn)

        return guarded

    return guard


@dataclass
class Watcher:
    """What somebody knows who once read a job, and since then only what changed."""

    version: str
    job: Summary
    images: dict[int, Image]


class Jobs(RuleBasedStateMachine):
    """Workers begin, record, forget and repeat at random; the store must not be confused."""

    url: str

    @initialize(size=st.integers(1, 40))
    def one_job(self, size: int) -> None:
        self.redis = Redis.from_url(self.url, decode_responses=True)
        self.redis.flushall()
        self.store = JobStore.connect(JobsSettings(redis_url=self.url))
        self.store.heartbeat(WORKER, [])
        self.expected = Expected()
        self.older: tuple[dict[str, bytes], Expected] | None = None
        self.came_back_older = False
        self.watchers: dict[str, list[Watcher]] = {}
        # What the workers know, whatever Redis forgets.
        self.sent: list[Message] = []
        self.begun: list[Begun] = []
        self.names = count()
        self.pauses = 0
        self.add(size)
        self.begin_all()

    def teardown(self) -> None:
        if hasattr(self, "redis"):
            self.redis.close()

    # Clients

    @rule(size=st.integers(1, 40))
    def add(self, size: int) -> None:
        urls = [f"https://example.org/{next(self.names)}" for _ in range(size)]
        job_id = self.store.add(urls).job_id
        self.expected.submitted[job_id] = urls
        self.expected.left_pending[job_id] = {}

    @rule(pick=st.integers(0, 99))
    @when(lambda self: self.expected.submitted)
    def cancel(self, pick: int) -> None:
        self.store.cancel(self._job(pick))

    @rule(pick=st.integers(0, 99), which=st.sampled_from(["all", "retryable", None]))
    @when(lambda self: self.expected.submitted)
    def retry(self, pick: int, which: Which | None) -> None:
        """All, those that may be retried, or some by their URLs."""
        job_id = self._job(pick)
        page = self.store.images(job_id, ImageStatus.FAILED, 100, None)
        some = [image for image in page.items if which != "retryable" or _is_retryable(image.error)]
        urls = [image.url for image in (some if which else some[::2])]
        assert self.store.retry(job_id, which or urls) == len(urls)
        for url in urls:
            del self.expected.left_pending[job_id][url]

    # Workers

    @rule(most=st.integers(1, 5))
    def admit(self, most: int) -> None:
        self.store.heartbeat(WORKER, [])
        self.sent += self.store.admit(most)

    @rule(pick=st.integers(0, 99), again=st.booleans())
    @when(lambda self: self.sent)
    def begin(self, pick: int, again: bool) -> None:
        """A message is delivered, perhaps once more later."""
        message = self.sent[pick % len(self.sent)]
        if not again:
            self.sent.remove(message)
        self._begin(message)

    @rule()
    def begin_all(self) -> None:
        self.store.heartbeat(WORKER, [])
        sent, self.sent = [*self.sent, *self.store.admit(5)], []
        for message in sent:
            self._begin(message)

    @rule(some=SOME)
    @when(lambda self: self.begun)
    def claim(self, some: slice) -> None:
        self._claim(self.begun[some])

    @rule(some=SOME)
    @when(lambda self: self.begun)
    def upload(self, some: slice) -> None:
        """As workers do: what was granted, and what is known; others ask again later."""
        asking = self.begun[some]
        kinds = {Claim.GRANTED: "upload", Claim.KNOWN: "known", Claim.REFUSED: "release"}
        for answer, kind in kinds.items():
            answers = zip(asking, self._claim(asking), strict=True)
            self._record([begun for begun, told in answers if told is answer], kind)
            asking = [begun for begun in asking if begun in self.begun]

    @rule(
        some=SOME,
        kind=st.sampled_from(["upload", "upload", "upload", "known", *RESULTS]),
        again=st.booleans(),
    )
    @when(lambda self: self.begun)
    def record(self, some: slice, kind: str, again: bool) -> None:
        """Some of what workers began, perhaps long lost, and perhaps once more later."""
        begun = self.begun[some]
        self._record(begun, kind)
        if again:
            self.begun += begun

    # What happens to them

    @rule()
    @when(lambda self: self.begun)
    def lose_every_worker(self) -> None:
        for member in self.redis.zrange("imgferry:leases", 0, -1):
            self.redis.zadd("imgferry:leases", {str(member): 0})
        self.store.leave(WORKER)
        assert self.store.admit(1) == []  # it sees that they are lost
        self.expected.holder.clear()
        self.expected.claims.clear()

    @rule()
    @when(lambda self: self.sent)
    def lose_every_message(self) -> None:
        self.sent.clear()

    @rule(seconds=st.sampled_from([60.0, None]), patience=st.sampled_from([0.0, None]))
    @when(lambda self: self.pauses < 3)
    def pause(self, seconds: float | None, patience: float | None) -> None:
        """Few, for it stops all. Without any patience, the second time all that waits fails."""
        self.pauses += 1
        self.store.pause(BLOCKED, seconds, 60, patience)

    @rule(is_mended=st.booleans())
    @when(lambda self: self.store.paused())
    def end_pause(self, is_mended: bool) -> None:
        if is_mended:
            self.store.resume(BLOCKED.code)
        else:
            self.redis.hset("imgferry:pause", "until", 0)
        assert self.store.paused() is None

    @rule()
    def forget(self) -> None:
        """The time of all finished jobs has come."""
        for job_id in self.redis.zrange("imgferry:finished", 0, -1):
            self.redis.zadd("imgferry:finished", {str(job_id): 0})
        finished = [of for of in self.expected.submitted if self.store.get(of).finished]
        self.store.forget()
        for job_id in finished:
            del self.expected.submitted[job_id], self.expected.left_pending[job_id]
            self.expected.forgotten.add(job_id)
            with pytest.raises(JobNotFound):
                self.store.get(job_id)

    @rule()
    def save(self) -> None:
        dumps = {key: self.redis.dump(key) for key in self.redis.keys("*")}
        self.older = (dumps, deepcopy(self.expected))  # type: ignore[assignment]

    @rule()
    @when(lambda self: self.older is not None)
    def come_back_older(self) -> None:
        """Redis is as it was when it was saved; the workers know what they know."""
        assert self.older
        dumps, expected = self.older
        self.redis.flushall()
        for key, dump in dumps.items():
            self.redis.restore(key, 0, dump)
        self.expected = deepcopy(expected)
        self.came_back_older = True

    def _begin(self, message: Message) -> None:
        for begun in self.store.begin(message):
            image = _image(begun)
            assert self.expected.is_pending(image)
            assert image not in self.expected.holder
            self.expected.holder[image] = begun.image.token
            self.begun.append(begun)

    def _claim(self, asking: Sequence[Begun]) -> list[Claim]:
        """Few contents, so that images meet in them."""
        is_paused = self.store.paused() is not None
        answers = self.store.claim([(begun.image, _content(begun)) for begun in asking])
        for begun, answer in zip(asking, answers, strict=True):
            assert answer is self._expected_claim(begun, is_paused)
            if answer is Claim.GRANTED:
                self.expected.claims[_content(begun)] = _image(begun)
        return answers

    def _record(self, ended: Sequence[Begun], kind: str) -> None:
        outcomes, taken = [], list[bool]()
        known, settled = self.expected, set[ImageId]()
        for begun in ended:
            image, content, name = _image(begun), _content(begun), str(next(self.names))
            holds = known.holder.get(image) == begun.image.token
            is_open = known.is_pending(image) and image not in settled
            is_true = kind != "known" or content in known.contents
            taken.append((holds and is_true) or (kind == "upload" and is_open))
            if holds or taken[-1]:
                known.let_go(image)
                settled.add(image)
                if kind == "upload":
                    known.contents.add(content)
                    known.uploads.append(name)
            result = {
                "upload": Uploaded(name, name, name, "image/png", 1, 1, 1, content),
                "known": Known(content),
                **RESULTS,
            }[kind]
            outcomes.append(Outcome(begun.image, result))
            self.begun.remove(begun)
        assert self.store.record(outcomes) == taken

    # What must be true after every step

    @invariant()
    def the_store_is_whole(self) -> None:
        seen = self._look()
        for job_id, urls in self.expected.submitted.items():
            self._every_url_is_in_one_state(job_id, urls, seen)
            _its_counts_are_its_states(job_id, seen)
            _every_pending_image_is_on_its_way(job_id, seen)
            self._who_reads_the_changes_knows_the_job(job_id)
        _nothing_else_is_on_its_way(seen)
        _who_uploads_a_content_holds_the_image(seen)
        states = "".join(seen.states.values())
        assert int(str(self.redis.get("imgferry:pending") or 0)) == sum(map(states.count, "wab"))
        self._links_are_the_uploads(seen)
        self._nothing_is_left_of_forgotten_jobs()

    def _every_url_is_in_one_state(self, job_id: str, urls: list[str], seen: Seen) -> None:
        """And what left pending stays where it is."""
        job = self.store.get(job_id)
        assert Counter([*job.pending, *job.complete, *job.failed]) == Counter(urls)
        assert (job.status is JobStatus.COMPLETE) == (not job.pending)
        assert (job.finished is None) == bool(job.pending)
        assert (job_id in seen.finished) == (not job.pending)
        left = dict.fromkeys(job.complete, "complete") | dict.fromkeys(job.failed, "failed")
        before = self.expected.left_pending[job_id]
        assert before.items() <= left.items()
        before.update(left)

    def _who_reads_the_changes_knows_the_job(self, job_id: str) -> None:
        """Whether it has read them after every step, or all at once now."""
        latest, since_long = self.watchers.get(job_id, (None, None))
        read = self._read(job_id)
        for watcher in (latest, since_long):
            if watcher:
                change = self.store.changes(job_id, watcher.version)
                # Its event may be one that the older Redis knows nothing of.
                assert change.images is not None or self.came_back_older
                known = {image.index: image for image in change.images or read.images.values()}
                assert Watcher(change.version, change.job, watcher.images | known) == read
        self.watchers[job_id] = [read, since_long or read]

    def _read(self, job_id: str) -> Watcher:
        (job,) = [job for job in self.store.jobs(None, 1000, None).items if job.id == job_id]
        images = self.store.images(job_id, None, 1000, None).items
        return Watcher(
            self.store.get(job_id).version, job, {image.index: image for image in images}
        )

    def _links_are_the_uploads(self, seen: Seen) -> None:
        """Newest first, and none for an image that was known."""
        links = list(self.store.links(1000, None).items)
        assert links == self.expected.uploads[::-1]
        own: list[str | None] = []
        for job_id, states in seen.states.items():
            if "c" in states or "k" in states:
                page = self.store.images(job_id, ImageStatus.COMPLETE, 100, None)
                assert {image.link for image in page.items} <= set(links)
                own += [image.link for image in page.items if not image.deduplicated]
        assert len(own) == len(set(own)) == "".join(seen.states.values()).count("c")

    def _nothing_is_left_of_forgotten_jobs(self) -> None:
        jobs = {str(key).split(":")[2] for key in self.redis.keys("imgferry:job:*")}
        assert jobs == set(self.expected.submitted)
        assert jobs == {str(job_id) for job_id in self.redis.zrange("imgferry:jobs", 0, -1)}

    def _look(self) -> Seen:
        with self.redis.pipeline() as read:
            jobs = list(self.expected.submitted)
            for job_id in jobs:
                read.hgetall(f"imgferry:job:{job_id}")
                read.get(f"imgferry:job:{job_id}:states")
                read.lrange(f"imgferry:job:{job_id}:returned", 0, -1)
            for name in ("leases", "due", "waiting", "finished"):
                read.zrange(f"imgferry:{name}", 0, -1)
            for name in ("holders", "claims"):
                read.hgetall(f"imgferry:{name}")
            *of_jobs, leases, due, waiting, finished, holders, claims = read.execute()
        return Seen(
            facts=dict(zip(jobs, of_jobs[::3], strict=True)),
            states=dict(zip(jobs, of_jobs[1::3], strict=True)),
            returned=dict(zip(jobs, of_jobs[2::3], strict=True)),
            leases=set(leases),
            due=set(due),
            round=set(waiting),
            holders=holders,
            claims=claims,
            finished=set(finished),
        )

    # What the rules pick from

    def _job(self, pick: int) -> str:
        jobs = list(self.expected.submitted)
        return jobs[pick % len(jobs)]

    def _expected_claim(self, begun: Begun, is_paused: bool) -> Claim:
        image, content = _image(begun), _content(begun)
        if is_paused or self.expected.holder.get(image) != begun.image.token:
            return Claim.REFUSED
        if content in self.expected.contents:
            return Claim.KNOWN
        if self.expected.claims.get(content, image) != image:
            return Claim.TAKEN
        return Claim.GRANTED


def _its_counts_are_its_states(job_id: str, seen: Seen) -> None:
    facts, states = seen.facts[job_id], seen.states[job_id]
    assert int(facts["total"]) == len(states)
    assert int(facts["pending"]) == sum(map(states.count, "wab"))
    assert int(facts["failed"]) == states.count("f")


def _every_pending_image_is_on_its_way(job_id: str, seen: Seen) -> None:
    """Leased, due or waiting, and nothing else: so it is finished without anyone asking again."""
    facts, states = seen.facts[job_id], seen.states[job_id]
    returned = seen.returned[job_id]
    first = int(facts["next"])
    for index, state in enumerate(states):
        member = f"{job_id}:{index}"
        waits = index >= first or str(index) in returned
        assert (member in seen.leases) == (state in "ab")
        assert (member in seen.holders) == (state == "b")
        if state == "w":
            assert (member in seen.due) != waits
            assert member in seen.due or job_id in seen.round
            assert returned.count(str(index)) <= 1
    assert job_id not in seen.round or job_id not in seen.finished
    if "cancelled" in facts:
        assert not set(states) & set("wa")


def _nothing_else_is_on_its_way(seen: Seen) -> None:
    for member in {*seen.leases, *seen.due, *seen.holders}:
        job_id, index = member.split(":")
        assert seen.states[job_id][int(index)] in "wab"
    assert seen.round <= set(seen.states)
    assert seen.finished <= set(seen.states)


def _who_uploads_a_content_holds_the_image(seen: Seen) -> None:
    uploading = {member: holder.split("/")[1:] for member, holder in seen.holders.items()}
    assert seen.claims == {content: m for m, contents in uploading.items() for content in contents}
    assert len(seen.claims) == sum(map(len, uploading.values()))


def _image(begun: Begun) -> ImageId:
    return begun.image.job_id, begun.image.index


def _content(begun: Begun) -> str:
    return f"content-{int(begun.url.split('/')[-1]) % 7}"


def _is_retryable(failure: Failure | None) -> bool:
    return failure is not None and failure.retryable


@pytest.mark.timeout(600)  # to make a failure small takes minutes
def test_invariants(redis_server: RedisServer) -> None:
    Jobs.url = redis_server.url
    run_state_machine_as_test(
        Jobs,
        settings=run_settings(
            max_examples=30, stateful_step_count=50, deadline=None, print_blob=True
        ),
    )
