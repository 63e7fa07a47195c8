"""What changed in jobs since somebody looked: the event record that every script writes along."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from jobs.errors import JobNotFound
from jobs.model import Change, Moment
from jobs.store.connection import Connected, answering
from jobs.store.records import FACTS, read_destination, read_image, read_summary

_PREFIX, _SUFFIX = "imgferry:job:", ":events"


class Changes(Connected):
    """The part of JobStore that those use who watch jobs.

    A version of a job is the id of its newest event; a job that an older Imgferry stored has the
    version "" until something changes.
    """

    def version(self, job_id: str) -> tuple[str, bool]:
        """The version of the job, and whether it is finished. Raises JobNotFound."""
        with answering():
            created, version, finished = self._redis.hmget(
                f"{_PREFIX}{job_id}", "created", "version", "finished"
            )
        if created is None:
            raise JobNotFound(job_id)
        return cast(str, version or ""), finished is not None

    def moments(self, job_ids: Sequence[str]) -> list[Moment | None]:
        """At which moment each of these jobs is, all of them now; None for one there is not."""
        with answering():
            standing, *found = self._scripts.moments(args=job_ids)
        holdup = read_destination(standing).holdup
        return [
            Moment(version or "", finished is not None, None if finished else holdup)
            if created
            else None
            for created, version, finished in found
        ]

    def changes(self, job_id: str, after: str) -> Change:
        """What changed after this version of the job, all of one moment. Raises JobNotFound."""
        with answering():
            found = self._scripts.changes(args=[job_id, after, *FACTS])
        if found is None:
            raise JobNotFound(job_id)
        facts, *shown = found
        known = dict(zip(FACTS, facts, strict=True))
        images = [read_image(entry) for entry in shown[0]] if shown else None
        return Change(known["version"] or "", read_summary(job_id, known), images)

    def wait_for_changes(self, versions: Mapping[str, str], seconds: float) -> dict[str, str]:
        """Wait until some of these jobs are newer than their versions here; a newer one of each.

        No longer than `seconds`, at most 4; then there is none.
        """
        streams: dict[Any, Any] = {
            f"{_PREFIX}{job}{_SUFFIX}": version or "0-0" for job, version in versions.items()
        }
        with answering():
            found = cast(
                list[tuple[str, list[tuple[str, object]]]],
                self._redis.xread(streams, count=1, block=max(int(seconds * 1000), 1)),
            )
        return {
            key.removeprefix(_PREFIX).removesuffix(_SUFFIX): entry for key, [(entry, _)] in found
        }
