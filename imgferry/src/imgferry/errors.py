"""What can go wrong between a client and the service. Every message is for a person.

* ImgferryError
  x ServiceUnreachable
  · Refused
    x JobNotFound
"""

from collections.abc import Mapping
from typing import Any


class ImgferryError(Exception):
    """Base of all errors of this package."""


class ServiceUnreachable(ImgferryError):
    """Nothing answers there, or it cannot do its work at the moment. Trying again may help."""


class Refused(ImgferryError):
    """The service refuses the request; `problem` is its answer (RFC 9457)."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.problem = problem
        self.status = int(problem["status"])
        """The HTTP status."""
        self.errors: list[dict[str, Any]] = problem.get("errors", [])
        """What is wrong: each with `detail`, `code`, and where it is: `pointer` (into a body of
        JSON), `parameter`, `line`, or `part` (of a form) with the `number` of a file."""
        self.places = [": ".join(filter(None, [_place(e), e["detail"]])) for e in self.errors]
        """The same for people, a line each."""
        super().__init__("\n".join([problem["detail"], *self.places]))


class JobNotFound(Refused):
    """No job has this id, or it is forgotten."""


def _place(error: Mapping[str, Any]) -> str:
    named = [error[key] for key in ("pointer", "parameter", "part") if error.get(key)]
    counted = [f"{key} {error[key]}" for key in ("line", "number") if key in error]
    return " ".join([*named, *counted])
