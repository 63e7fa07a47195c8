"""Errors: `application/problem+json` (RFC 9457)."""

from typing import NotRequired

from typing_extensions import TypedDict

from api.shapes.health import Readiness
from api.shapes.images import Failure
from jobs.shapes import Count, JobId


class WrongPlace(TypedDict):
    """One thing that is wrong in a request. Where it is, is said by one of the other members."""

    detail: str
    """What is taken there."""
    code: str
    """Stable, for programs."""
    pointer: NotRequired[str]
    """A JSON pointer into the body (RFC 6901)."""
    parameter: NotRequired[str]
    """The name of a query parameter."""
    header: NotRequired[str]
    """The name of a header."""
    line: NotRequired[Count]
    """The number of a line of the body, or of all fields `urls` of a form together, from 1."""
    field: NotRequired[str]
    """What of the line: a column of CSV, a member of an object."""
    part: NotRequired[str]
    """The name of a part of a form."""
    number: NotRequired[Count]
    """Which of the files of a form, from 1."""


class Problem(TypedDict):
    """Why a request was not done. No member shows what was sent."""

    type: str
    """The kind of the problem, a name to compare: `/problems/<kind>`, or `about:blank` where the
    status says all."""
    title: str
    status: int
    detail: str
    """What went wrong this time, for people."""
    requestId: str | None
    """The log has the request under this id."""
    errors: NotRequired[list[WrongPlace]]
    """All that is wrong, in so many places at most."""


_Violated = TypedDict("_Violated", {"violated-policies": list[str]})


class QuotaExceeded(Problem, _Violated):
    """The client has asked for too much; `violated-policies` has the names of the quotas."""


class ImageFailed(Problem):
    """Why the one image that was sent could not be uploaded."""

    error: Failure
    jobId: JobId
    """The job by which it may be retried."""


class NotReady(Problem, Readiness):
    """What is missing until jobs are worked on."""
