"""The job store: what API and workers may do to jobs, each in one atomic step.

| key (all begin with `imgferry:`) | type | holds |
|---|---|---|
| `job:<id>` | hash | created, begun, finished (ms), total, pending, next: first never admitted |
| `job:<id>:urls` | list | the submitted URLs, duplicates stripped |
| `job:<id>:states` | string | a byte per image: w(aiting) a(dmitted) b(egun) c(omplete) f(ailed) |
| `job:<id>:attempts` | string | a byte per image: how often it was begun |
| `job:<id>:images` | hash | index -> JSON: what it became, or why the last attempt failed |
| `job:<id>:returned` | list | indexes that were admitted before and wait again |
| `waiting` | sorted set | jobs that have images to admit, by turn |
| `turn` | string | the turn of the job admitted last |
| `leases` | sorted set | `<job>:<index>` of admitted and begun images, by when the lease ends |
| `due` | sorted set | `<job>:<index>` of images that wait for a retry, by when it is due |
| `links` | list | the links of all images uploaded, oldest first |
| `workers` | sorted set | `<name>:<images at once>`, by when the worker counts as lost |
| `pause` | hash | reason, until (ms) |
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Self, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry as Reconnect

from jobs.errors import JobNotFound, StoreUnavailable
from jobs.model import (
    Begun,
    Failure,
    Held,
    Image,
    ImageStatus,
    Job,
    JobStatus,
    Message,
    Outcome,
    Page,
    Pause,
    Worker,
)
from jobs.settings import JobsSettings
from jobs.store.records import STATES, read_image, read_time, write_failure, write_outcome
from jobs.store.scripts import Scripts

#: Images in one message: enough that the message costs little, few enough to share the workers.
MESSAGE_SIZE = 25
#: Images admitted for each image that the workers hold at once: as many wait beside as run.
DEPTH = 2
#: Seconds that an admitted image has to be begun, and a begun one until its worker is heard of.
LEASE = 15.0
#: Seconds after which a worker that is not heard of has no room any more.
WORKER_TTL = 5.0
#: An image whose worker was lost this often is what ends the workers.
MOST_LOST = 10

_LOST = Failure("worker-lost", "Every worker that tried this image was lost.", retryable=True)


class JobStore:
    """The jobs in one Redis. Every method raises StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: Redis, retention_days: float) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._keep = int(retention_days * 24 * 3600 * 1000)

    @classmethod
    def connect(cls, settings: JobsSettings) -> Self:
        """A store on the Redis of the settings; the first call connects."""
        redis = Redis.from_url(
            settings.redis_url,
            socket_connect_timeout=2,
            socket_timeout=5,
            socket_keepalive=True,
            health_check_interval=30,
            retry=Reconnect(NoBackoff(), 1),
            decode_responses=True,
        )
        return cls(redis, settings.job_retention_days)

    # For clients of the service

    def add(self, urls: Sequence[str]) -> str:
        """Store a job of these distinct URLs and return its id."""
        job_id = str(uuid.uuid4())
        with _answering():
            self._scripts.add(args=[job_id, *urls])
        return job_id

    def get(self, job_id: str) -> Job:
        """The job as it is at one moment. Raises JobNotFound."""
        with _answering(), self._redis.pipeline() as read:
            read.hgetall(_key(job_id))
            read.lrange(_key(job_id, "urls"), 0, -1)
            read.get(_key(job_id, "states"))
            facts, urls, states = read.execute()
        if not facts:
            raise JobNotFound(job_id)
        finished = facts.get("finished")
        if finished:
            status = JobStatus.COMPLETE
        else:
            status = JobStatus.IN_PROGRESS if "begun" in facts else JobStatus.PENDING
        by_status = {
            of: [url for url, state in zip(urls, states, strict=True) if state in codes]
            for of, codes in STATES.items()
        }
        return Job(
            id=job_id,
            created=read_time(facts["created"]),
            finished=read_time(finished) if finished else None,
            status=status,
            pending=by_status[ImageStatus.PENDING],
            complete=by_status[ImageStatus.COMPLETE],
            failed=by_status[ImageStatus.FAILED],
        )

    def images(
        self, job_id: str, status: ImageStatus | None, limit: int, cursor: int
    ) -> Page[Image]:
        """Up to `limit` images of a job from index `cursor`, in order. Raises JobNotFound."""
        wanted = STATES[status] if status else "".join(STATES.values())
        with _answering():
            page = self._scripts.images(args=[job_id, cursor, limit, wanted])
        if page is None:
            raise JobNotFound(job_id)
        following, *entries = page
        return Page([read_image(entry) for entry in entries], following if following >= 0 else None)

    def links(self, limit: int, cursor: int | None) -> Page[str]:
        """Up to `limit` links of all images uploaded, newest first.

        The cursor is how many older links there are: links that are added between two pages
        neither repeat one nor hide one.
        """
        with _answering():
            older = self._redis.llen("imgferry:links")
            if cursor is not None:
                older = min(older, cursor)
            if not older:
                return Page([], None)
            first = max(older - limit, 0)
            links = self._redis.lrange("imgferry:links", first, older - 1)
        return Page(cast(list[str], links[::-1]), first or None)

    # For dispatch

    def admit(self, most: int) -> list[Message]:
        """Lease what may run now to up to `most` messages; give back what was lost, or is due."""
        lost = write_failure(_LOST)
        with _answering():
            found = self._scripts.admit(
                args=[MESSAGE_SIZE, most, DEPTH, _ms(LEASE), MOST_LOST, lost, self._keep]
            )
        return [
            Message(job, [int(index) for index in indexes])
            for job, indexes in zip(found[::2], found[1::2], strict=True)
        ]

    # For workers

    def begin(self, message: Message) -> list[Begun]:
        """Those images of a message that are now this worker's; none of them while paused."""
        with _answering():
            begun = self._scripts.begin(args=[message.job_id, _ms(LEASE), *message.indexes])
        return [Begun(index, url, attempt) for index, url, attempt in begun]

    def record(self, outcomes: Sequence[Outcome]) -> int:
        """Record what became of images, the first writer of each; return how many were taken."""
        args = [argument for outcome in outcomes for argument in write_outcome(outcome)]
        with _answering():
            return cast(int, self._scripts.record(args=[self._keep, *args]))

    def heartbeat(self, worker: Worker, held: Collection[Held]) -> set[Held]:
        """Say that a worker lives and still holds these images; return those that it lost."""
        name = f"{worker.name}:{worker.images_at_once}"
        images = [part for image in held for part in (image.job_id, image.index, image.attempt)]
        with _answering():
            lost = self._scripts.heartbeat(args=[name, _ms(WORKER_TTL), _ms(LEASE), *images])
        return {Held(*image) for image in lost}

    def leave(self, worker: Worker) -> None:
        """Say that a worker takes no more images."""
        with _answering():
            self._redis.zrem("imgferry:workers", f"{worker.name}:{worker.images_at_once}")

    def pause(self, reason: str, seconds: float) -> None:
        """Begin nothing for so long; never shortens a pause."""
        with _answering():
            self._scripts.pause(args=[reason, _ms(seconds)])

    # For operators

    def ping(self) -> None:
        """Return when Redis answers."""
        with _answering():
            self._redis.ping()

    def workers(self) -> list[Worker]:
        """The workers that were heard of lately."""
        with _answering():
            seconds, _ = self._redis.time()
            found = self._redis.zrangebyscore("imgferry:workers", seconds * 1000, "+inf")
        pairs = [cast(str, worker).rsplit(":", 1) for worker in found]
        return [Worker(name, int(images_at_once)) for name, images_at_once in pairs]

    def paused(self) -> Pause | None:
        """The pause of the destination, if there is one."""
        with _answering():
            seconds, _ = self._redis.time()
            reason, until = self._redis.hmget("imgferry:pause", "reason", "until")
        if until is None or float(until) <= seconds * 1000:
            return None
        return Pause(str(reason), read_time(str(until)))


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise StoreUnavailable(f"Redis: {error}") from error


def _key(job_id: str, part: str = "") -> str:
    return f"imgferry:job:{job_id}:{part}" if part else f"imgferry:job:{job_id}"


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
