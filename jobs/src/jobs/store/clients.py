"""What clients and operators may do to the store: add a job, and see how everything stands."""

import uuid
from collections.abc import Sequence
from typing import Self, cast

from redis import Redis

from jobs.errors import JobNotFound
from jobs.model import (
    Destination,
    Image,
    ImageStatus,
    Job,
    JobStatus,
    Page,
    Pause,
    Window,
    Worker,
)
from jobs.settings import JobsSettings
from jobs.store.connection import answering, open_redis
from jobs.store.records import STATES, read_image, read_time
from jobs.store.scripts import Scripts


class Clients:
    """The half of JobStore that the API uses."""

    def __init__(self, redis: Redis, retention_days: float) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._keep = int(retention_days * 24 * 3600 * 1000)

    @classmethod
    def connect(cls, settings: JobsSettings) -> Self:
        """A store on the Redis of the settings; the first call connects."""
        return cls(open_redis(settings.redis_url), settings.job_retention_days)

    def add(self, urls: Sequence[str]) -> str:
        """Store a job of these distinct URLs and return its id."""
        job_id = str(uuid.uuid4())
        with answering():
            self._scripts.add(args=[job_id, *urls])
        return job_id

    def get(self, job_id: str) -> Job:
        """The job as it is at one moment. Raises JobNotFound."""
        with answering(), self._redis.pipeline() as read:
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
        with answering():
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
        with answering():
            older = self._redis.llen("imgferry:links")
            if cursor is not None:
                older = min(older, cursor)
            if not older:
                return Page([], None)
            first = max(older - limit, 0)
            links = self._redis.lrange("imgferry:links", first, older - 1)
        return Page(cast(list[str], links[::-1]), first or None)

    def workers(self) -> list[Worker]:
        """The workers that were heard of lately."""
        with answering():
            seconds, _ = self._redis.time()
            found = self._redis.zrangebyscore("imgferry:workers", seconds * 1000, "+inf")
        pairs = [cast(str, worker).rsplit(":", 1) for worker in found]
        return [Worker(name, int(images_at_once)) for name, images_at_once in pairs]

    def destination(self) -> Destination:
        """How the destination stands."""
        pause = self.paused()
        with answering():
            in_flight, due, pending, *windows = self._scripts.destination()
        known = [
            Window(name, limit, remaining, read_time(resets) if resets else None)
            for name, limit, remaining, resets in sorted(windows)
        ]
        return Destination(known, pause, in_flight, pending - in_flight - due, due)

    def paused(self) -> Pause | None:
        """The pause of the destination, if there is one."""
        with answering():
            seconds, _ = self._redis.time()
            reason, until = self._redis.hmget("imgferry:pause", "reason", "until")
        if until is None or float(until) <= seconds * 1000:
            return None
        return Pause(str(reason), read_time(str(until)))


def _key(job_id: str, part: str = "") -> str:
    return f"imgferry:job:{job_id}:{part}" if part else f"imgferry:job:{job_id}"
