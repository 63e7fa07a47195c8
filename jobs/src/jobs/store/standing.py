"""How everything stands, for clients and operators: links, workers, the destination."""

import json
from typing import cast

from jobs.model import Destination, Page, Pause, Worker
from jobs.store.connection import Connected, answering
from jobs.store.records import MOST_SEEN, read_destination, read_pause


class Standing(Connected):
    """The part of JobStore that looks over all jobs."""

    def links(self, limit: int, cursor: str | None, owner: str | None = None) -> Page[str]:
        """Up to `limit` links of images uploaded, newest first; the cursor is the last's id.

        Of one owner a page may hold fewer, even none: `next` says more.
        """
        most = limit if owner is None else MOST_SEEN
        newest = f"({cursor}" if cursor else "+"
        with answering():
            found = cast(
                list[tuple[str, dict[str, str]]],
                self._redis.xrevrange("imgferry:uploads", newest, "-", count=most + 1),
            )
        links: list[str] = []
        last = None
        for entry, fields in found[:most]:
            last = entry
            if owner in (None, fields.get("owner")):
                links.append(json.loads(fields["image"])[0])
            if len(links) == limit:
                break
        return Page(links, last if found and last != found[-1][0] else None)

    def workers(self) -> list[Worker]:
        """The workers that were heard of lately."""
        with answering():
            seconds, _ = self._redis.time()
            found = self._redis.zrangebyscore("imgferry:workers", seconds * 1000, "+inf")
        pairs = [cast(str, worker).rsplit(":", 1) for worker in found]
        return [Worker(name, int(images_at_once)) for name, images_at_once in pairs]

    def destination(self) -> Destination:
        """How the destination stands."""
        with answering():
            return read_destination(self._scripts.destination())

    def paused(self) -> Pause | None:
        """The pause of the destination, if there is one."""
        with answering():
            seconds, _ = self._redis.time()
            reason, until, told = self._redis.hmget("imgferry:pause", "reason", "until", "told")
        if until is None or float(until) <= seconds * 1000:
            return None
        return read_pause(str(reason), str(until), str(told))
