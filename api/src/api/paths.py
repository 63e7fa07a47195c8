"""What is asked for, as far as its path says: before Flask has a route for it.

Of any other path than these nothing is known here: it takes a key, and is counted.
"""

import re

_HEALTH = frozenset({"/healthz", "/readyz"})
_PAGES = frozenset({"/", "/docs", "/openapi.json"})
_FILES = ("/docs/", "/static/")
_DELETIONS = "/v1/images/delete/"
_UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_JOB = re.compile(f"(/v1/images/upload(?:ed)?/)({_UUID})(/.*)?", re.DOTALL)
_ANY_JOB = "00000000-0000-0000-0000-000000000000"


def is_health(path: str) -> bool:
    """Whether it is a check of health. These come every few seconds, and are for everybody."""
    return path in _HEALTH


def is_page(path: str) -> bool:
    """Whether it is the page or the documentation, or a file of theirs: the same for everybody."""
    return path in _PAGES or path.startswith(_FILES)


def is_deletion(path: str) -> bool:
    """Whether it has a token of deletion in it, which is a key of its own."""
    return path.startswith(_DELETIONS)


def job_at(path: str) -> str | None:
    """The id of the job that it is, in either dialect."""
    found = _JOB.fullmatch(path)
    return found[2].lower() if found and found[3] is None else None


def split_job(path: str) -> tuple[str | None, str]:
    """The id of the job that it is about, and the path as it is for all jobs and all tokens."""
    if found := _JOB.fullmatch(path):
        return found[2].lower(), f"{found[1]}{_ANY_JOB}{found[3] or ''}"
    return None, f"{_DELETIONS}any" if is_deletion(path) else path
