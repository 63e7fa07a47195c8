"""Submitting what was found, as few jobs as may be."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from imgferry.client import Client
from imgferry.errors import Refused
from imgferry.sources import Source, Unusable

PER_JOB = 10_000
"""URLs that the service takes in one job, unless it was told otherwise (MAX_URLS_PER_JOB)."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A job, and what its images are made from, in its order."""

    job_id: str
    sources: Sequence[Source] | None = None
    """None where another process submitted it: the service knows their names."""


def send(
    client: Client, sources: Sequence[Source], options: dict[str, Any], unusable: list[Unusable]
) -> Iterator[Sent]:
    """Submit the URLs, in jobs of 10,000, with these options of `Client.upload`.

    What the service refuses is added to `unusable`, and the others go without it. Raises Refused
    where it refuses more than URLs, and ServiceUnreachable.
    """
    for start in range(0, len(sources), PER_JOB):
        batch = list(sources[start : start + PER_JOB])
        while batch:
            try:
                job_id = client.upload([source.name for source in batch], **options)
            except Refused as error:
                wrong = _wrong(error)
                if not wrong:
                    raise
                unusable += [Unusable(batch[n].name, reason) for n, reason in wrong.items()]
                batch = [source for n, source in enumerate(batch) if n not in wrong]
            else:
                yield Sent(job_id, batch)
                break


def _wrong(error: Refused) -> dict[int, str]:
    """The places of wrong URLs, with what is wrong; none if the whole request is."""
    found = {}
    for one in error.errors:
        place = re.fullmatch(r"/urls/([0-9]+)", one.get("pointer", ""))
        if not place:
            return {}
        found[int(place[1])] = f"The service {one['detail'].rstrip('.')}."
    return found
