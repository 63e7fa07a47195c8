"""The body of the request that submits a job."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypedDict

from imgferry.model import Priority


class JobOptions(TypedDict, total=False):
    """What may be said of a job. `webhook` is a URL that is told when the job is complete."""

    title: str | None
    labels: Iterable[str]
    webhook: str | None
    priority: Priority | None


def content_of(
    urls: Sequence[str], files: Sequence[str | Path], options: JobOptions
) -> dict[str, Any]:
    """The arguments of `requests.request`: JSON, or with files multipart/form-data.

    Raises OSError for a file that cannot be read.
    """
    chosen: dict[str, Any] = {name: value for name, value in options.items() if value}
    labels = several(chosen.pop("labels", []))
    if not files:
        return {"json": {"urls": urls, **chosen} | ({"labels": labels} if labels else {})}
    fields = [*chosen.items(), *(("label", label) for label in labels)]
    parts = [("files", (_sendable(Path(file).name), Path(file).read_bytes())) for file in files]
    return {"data": [*fields, *(("urls", url) for url in urls)], "files": parts}


def _sendable(name: str) -> str:
    """A name that is no UTF-8 on the disk has surrogates, which cannot be sent."""
    return name.encode(errors="replace").decode()


def several(texts: Iterable[str]) -> list[str]:
    """The texts as a list. Raises TypeError for one alone, which is letters to a loop."""
    if isinstance(texts, str):
        raise TypeError("takes several strings, not one")
    return list(texts)
