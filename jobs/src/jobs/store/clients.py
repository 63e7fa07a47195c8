"""What clients may do to jobs that there are: look at them and their images, cancel, retry."""

from collections.abc import Sequence
from typing import Literal, cast

from jobs.errors import JobNotFound, UnknownURLs
from jobs.model import (
    Failure,
    Image,
    ImageStatus,
    Job,
    JobStatus,
    Page,
    Quota,
    Summary,
)
from jobs.store.connection import Connected, answering
from jobs.store.quotas import exceeded, write_quota
from jobs.store.records import (
    FACTS,
    MOST_SEEN,
    STATES,
    read_image,
    read_labels,
    read_status,
    read_summary,
    read_time,
    write_failure,
)

Which = Literal["all", "retryable"]

_CANCELLED = Failure("cancelled", "The job was cancelled before this image began.", retryable=True)


class Clients(Connected):
    """The part of JobStore that clients of the API use."""

    def get(self, job_id: str) -> Job:
        """The job as it is at one moment. Raises JobNotFound."""
        with answering(), self._redis.pipeline() as read:
            read.hgetall(_key(job_id))
            read.lrange(_key(job_id, "urls"), 0, -1)
            read.get(_key(job_id, "states"))
            facts, urls, states = read.execute()
        if not facts:
            raise JobNotFound(job_id)
        by_status = {
            of: [url for url, state in zip(urls, states, strict=True) if state in codes]
            for of, codes in STATES.items()
        }
        finished = facts.get("finished")
        return Job(
            id=job_id,
            created=read_time(facts["created"]),
            finished=read_time(finished) if finished else None,
            status=read_status(facts),
            pending=by_status[ImageStatus.PENDING],
            complete=by_status[ImageStatus.COMPLETE],
            failed=by_status[ImageStatus.FAILED],
            title=facts.get("title"),
            labels=read_labels(facts),
            version=facts.get("version", ""),
        )

    def owner_of(self, job_id: str) -> str:
        """Whose the job is; empty for nobody's. Raises JobNotFound."""
        with answering():
            created, owner = self._redis.hmget(_key(job_id), "created", "owner")
        if created is None:
            raise JobNotFound(job_id)
        return cast(str, owner or "")

    def jobs(
        self,
        status: JobStatus | None,
        limit: int,
        cursor: str | None,
        owner: str | None = None,
        label: str | None = None,
    ) -> Page[Summary]:
        """Jobs, newest first. A page may hold fewer than `limit`, even none: `next` says more."""
        most = limit if status is None and owner is None and label is None else MOST_SEEN
        newest = f"({cursor}" if cursor else "+inf"
        with answering(), self._redis.pipeline() as read:
            rows = cast(
                list[tuple[str, float]],
                self._redis.zrevrangebyscore(
                    "imgferry:jobs", newest, "-inf", start=0, num=most, withscores=True
                ),
            )
            for job_id, _ in rows:
                read.hmget(_key(job_id), FACTS)
            looked_at = list(zip(rows, read.execute(), strict=True))
        found: list[Summary] = []
        more = None
        for (job_id, number), values in looked_at:
            facts = dict(zip(FACTS, values, strict=True))
            more = str(int(number))
            if (
                facts["created"]
                and status in (None, read_status(facts))
                and owner in (None, facts["owner"])
                and (label is None or label in read_labels(facts))
            ):
                found.append(read_summary(job_id, facts))
                if len(found) == limit:
                    break
        else:
            if len(rows) < most:
                more = None
        return Page(found, more)

    def images(
        self, job_id: str, status: ImageStatus | None, limit: int, cursor: str | None
    ) -> Page[Image]:
        """Up to `limit` images of a job, in order; the cursor is an index. Raises JobNotFound."""
        wanted = STATES[status] if status else "".join(STATES.values())
        with answering():
            page = self._scripts.images(args=[job_id, cursor or 0, limit, wanted])
        if page is None:
            raise JobNotFound(job_id)
        following, *entries = page
        more = str(following) if following >= 0 else None
        return Page([read_image(entry) for entry in entries], more)

    def cancel(self, job_id: str) -> None:
        """Begin nothing more of a job; what is not begun has failed. Raises JobNotFound."""
        with answering():
            found = self._scripts.cancel(args=[job_id, write_failure(_CANCELLED)])
        if not found:
            raise JobNotFound(job_id)

    def retry(
        self,
        job_id: str,
        which: Which | Sequence[str] = "all",
        quota: Quota | None = None,
    ) -> int:
        """Run failed images again: all, the retryable, or those of these URLs; say how many.

        They are taken from the quota. Raises JobNotFound, QuotaExceeded, and UnknownURLs for URLs
        that are not of the job.
        """
        choice, urls = (which, []) if isinstance(which, str) else ("urls", which)
        with answering():
            again = self._scripts.retry(args=[job_id, choice, *write_quota(quota), *urls])
        if quota and isinstance(again, list) and again[0] is None:
            raise exceeded(quota, *again[1:])
        if isinstance(again, list):
            raise UnknownURLs([argument - 6 for argument in again])
        if again < 0:
            raise JobNotFound(job_id)
        return cast(int, again)


def _key(job_id: str, part: str = "") -> str:
    return f"imgferry:job:{job_id}:{part}" if part else f"imgferry:job:{job_id}"
