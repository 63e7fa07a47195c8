"""How a job comes into the store: with its options, once, within its client's quota."""

import json
import uuid
from collections.abc import Sequence
from typing import cast

from jobs.errors import KeyReused
from jobs.model import Added, JobOptions, Once, Priority, Quota
from jobs.store.connection import Connected, answering
from jobs.store.quotas import exceeded, write_quota
from jobs.store.records import digest, write_options

#: How far one image brings its job in the round: the less, the larger the job's share.
STRIDES = {Priority.HIGH: 1, Priority.NORMAL: 4, Priority.LOW: 16}
#: Milliseconds for which a repeated POST is known by its Idempotency-Key.
_ONCE = 24 * 3600 * 1000
_NO_OPTIONS = JobOptions()


class Adding(Connected):
    """The part of JobStore that adds jobs."""

    def add(
        self,
        urls: Sequence[str],
        options: JobOptions = _NO_OPTIONS,
        once: Once | None = None,
        owner: str = "",
        quota: Quota | None = None,
        job_id: str | None = None,
    ) -> Added:
        """Store a job of these distinct URLs, which it takes from the quota, under a new id.

        Every owner has Idempotency-Keys of their own. Raises KeyReused and QuotaExceeded.
        """
        job_id = job_id or str(uuid.uuid4())
        key, body = (digest(f"{owner}:{once.key}"), digest(once.body)) if once else ("", "")
        job: list[str | int] = [job_id, key, body, _ONCE, STRIDES[options.priority], owner]
        with answering():
            stored = self._scripts.add(args=[*job, *write_quota(quota), *_written(options), *urls])
        if stored is None:
            raise KeyReused
        if quota and isinstance(stored, list):
            raise exceeded(quota, *stored)
        return Added(cast(str, stored), replayed=stored != job_id)


def _written(options: JobOptions) -> list[str | int]:
    labels = json.dumps(list(options.labels)) if options.labels else ""
    images = [part for index, of in options.images.items() for part in (index, write_options(of))]
    deletable = "1" if options.deletable else ""
    asked = [options.title or "", labels, options.webhook or "", deletable]
    return [*asked, len(options.images), *images]
