"""Submitting what was found, as few jobs as may be."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from imgferry.client import Client
from imgferry.content import JobOptions
from imgferry.errors import Refused
from imgferry.sources import Source, Unusable

PER_JOB = 10_000
"""Images that the service takes in one job, unless it was told otherwise (MAX_URLS_PER_JOB)."""

BYTES_PER_JOB = 32_000_000
"""Of the files of one job: the service gives a request a minute, and not every line is fast."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A job, and what its images are made from."""

    job_id: str
    sources: Sequence[Source] | None = None
    """None where another process submitted it: the service knows their names."""


def send(
    client: Client, sources: Iterable[Source], options: JobOptions, unusable: list[Unusable]
) -> Iterator[Sent]:
    """Submit them in as many jobs as it takes, all with these options.

    What the service refuses is added to `unusable`, and the others go without it. Raises Refused
    where it refuses more than that, ServiceUnreachable, and OSError for a file.
    """
    for batch in batches(sources):
        left = batch
        while left:
            urls = [source.name for source in left if not source.path]
            files = [source.path for source in left if source.path]
            try:
                yield Sent(client.upload(urls, files=files, **options), left)
                break
            except Refused as error:
                wrong = _wrong(error, left)
                if not wrong:
                    raise
                unusable += [Unusable(source.name, reason) for source, reason in wrong.items()]
                left = [source for source in left if source not in wrong]


def batches(sources: Iterable[Source]) -> Iterator[list[Source]]:
    """The sources, in their order, as those of one job each."""
    batch, size = list[Source](), 0
    for source in sources:
        more = source.path.stat().st_size if source.path else 0
        if batch and (len(batch) == PER_JOB or size + more > BYTES_PER_JOB):
            yield batch
            batch, size = [], 0
        batch.append(source)
        size += more
    if batch:
        yield batch


def _wrong(error: Refused, batch: Sequence[Source]) -> dict[Source, str]:
    """What is wrong with which of them; nothing if the whole request is."""
    kinds = {
        "urls": [source for source in batch if not source.path],
        "files": [source for source in batch if source.path],
    }
    found = {}
    for one in error.errors:
        match one:
            case {"pointer": str(pointer)} if place := re.fullmatch("/urls/([0-9]+)", pointer):
                kind, number = "urls", int(place[1])
            case {"part": "urls", "line": int(line)}:
                kind, number = "urls", line - 1
            case {"part": "files", "number": int(nth)}:
                kind, number = "files", nth - 1
            case _:
                return {}
        detail = one["detail"].rstrip(".")
        found[kinds[kind][number]] = f"The service {detail[:1].lower()}{detail[1:]}."
    return found
