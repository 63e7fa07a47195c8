"""The problems that operations answer with, each with an example.

`api.problems` has their kinds and titles. A kind that it gets, gets its status here.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from api import shapes
from api.openapi.examples import JOB_ID
from api.openapi.headers import CHALLENGE, RETRY_AFTER
from api.openapi.schemas import ref
from api.problems import DETAILS, TITLES

#: The status of each kind.
STATUSES = {
    "malformed-body": 400,
    "invalid-parameter": 400,
    "invalid-header": 400,
    "key-needed": 401,
    "local-only": 403,
    "cross-site": 403,
    "unknown-job": 404,
    "image-failed": 422,
    "unknown-deletion": 404,
    "unknown-delivery": 404,
    "invalid-body": 422,
    "idempotency-key-reused": 422,
    "quota-exceeded": 429,
    "store-unavailable": 503,
    "too-many-watchers": 503,
    "staging-unavailable": 503,
    "staging-full": 507,
    "not-ready": 503,
}

#: What a route may always answer with where it asks who calls, by status: a name, and the
#: kinds.
OF_EVERY_ROUTE: Mapping[int, tuple[str, Sequence[str | int]]] = {
    401: ("KeyNeeded", ["key-needed"]),
    403: ("Refused", ["local-only", "cross-site"]),
    429: ("QuotaExceeded", ["quota-exceeded"]),
    500: ("Unexpected", [500]),
    503: ("StoreUnavailable", ["store-unavailable"]),
}

_HEADERS = {401: CHALLENGE, 429: RETRY_AFTER, 503: RETRY_AFTER, 507: RETRY_AFTER}
_SHAPES: Mapping[str | int, type] = {
    "quota-exceeded": shapes.QuotaExceeded,
    "not-ready": shapes.NotReady,
    "image-failed": shapes.ImageFailed,
}

#: What the examples say beside what their kind or status says.
_MEMBERS: Mapping[str | int, dict[str, Any]] = {
    "malformed-body": {
        "detail": "Not JSON at line 1, column 10.",
        "errors": [{"pointer": "", "detail": "Not JSON at line 1, column 10.", "code": "not-json"}],
    },
    "invalid-parameter": {
        "detail": "limit takes a whole number from 1 to 1000.",
        "errors": [
            {
                "parameter": "limit",
                "detail": "limit takes a whole number from 1 to 1000.",
                "code": "invalid-parameter",
            }
        ],
    },
    "invalid-header": {
        "detail": "Idempotency-Key takes 1 to 255 visible ASCII characters in quotes.",
        "errors": [
            {
                "header": "Idempotency-Key",
                "detail": "Idempotency-Key takes 1 to 255 visible ASCII characters in quotes.",
                "code": "invalid-header",
            }
        ],
    },
    "key-needed": {
        "detail": "Takes the header `Authorization: Bearer <key>` with a key of this service."
    },
    "local-only": {
        "detail": "Without API keys this service answers its own machine only: at localhost or "
        "127.0.0.1, through no proxy."
    },
    "cross-site": {
        "detail": "Nothing was done. Without API keys this service takes no requests that the page "
        "of another site makes a browser send."
    },
    "image-failed": {
        "detail": "There is nothing at the URL (any more).",
        "error": {
            "code": "source-not-found",
            "message": "There is nothing at the URL (any more).",
            "retryable": False,
        },
        "jobId": JOB_ID,
    },
    "unknown-job": {
        "detail": "No job has this id, or it was finished so long ago that it is forgotten."
    },
    "unknown-deletion": {
        "detail": "This link deletes no image, or was made so long ago that its job is forgotten."
    },
    "unknown-delivery": {"detail": "The list of the job's deliveries has those that there are."},
    "invalid-body": {
        "detail": "Nothing was done. `errors` says what is wrong, in 20 places at most.",
        "errors": [
            {
                "pointer": "/urls/1",
                "detail": "takes http and https only",
                "code": "url-scheme",
            }
        ],
    },
    "idempotency-key-reused": {
        "detail": "Nothing was stored: an earlier request had this Idempotency-Key and another "
        "body. Another job takes another key."
    },
    "quota-exceeded": {
        "detail": "Nothing was done. A client may send 1200 requests in 60 seconds: 0 are left, "
        "and all of them again in 21 seconds.",
        "violated-policies": ["requests"],
    },
    "store-unavailable": {
        "detail": "The service cannot reach its store at the moment. Try again later."
    },
    "too-many-watchers": {
        "detail": "As many watch jobs as this process of the service can hold. Try again later."
    },
    "staging-unavailable": {
        "detail": "Nothing was stored: the service cannot keep files now. Try again later."
    },
    "staging-full": {
        "detail": "Nothing was stored: the service has no room for files now. Try again later."
    },
    "not-ready": {
        "detail": "No worker lives: jobs are taken, and wait.",
        "ready": False,
        "redis": True,
        "workers": 0,
        "pause": None,
    },
    410: {"detail": "The image was deleted after this request was sent first."},
    414: {"detail": "The request line is too long."},
    415: {"detail": "Takes Content-Type: application/json, in UTF-8."},
}


def responses(problems: Iterable[str | int], headers: dict[str, Any]) -> dict[str, Any]:
    """The responses with these problems by their status, each with an example of every kind."""
    by_status: dict[int, list[str | int]] = {}
    for problem in problems:
        by_status.setdefault(_status(problem), []).append(problem)
    return {str(status): response(*of, headers=headers) for status, of in by_status.items()}


def response(*problems: str | int, headers: dict[str, Any]) -> dict[str, Any]:
    """The response with one of these problems, which have one status."""
    status, titles = _status(problems[0]), dict.fromkeys(map(_title, problems))
    schemas = [ref(_SHAPES.get(problem, shapes.Problem)) for problem in problems]
    different = [schema for n, schema in enumerate(schemas) if schema not in schemas[:n]]
    return {
        "description": "; or: ".join(titles),
        "headers": {**headers, **_HEADERS.get(status, {})},
        "content": {
            "application/problem+json": {
                "schema": different[0] if len(different) == 1 else {"anyOf": different},
                "examples": {
                    str(problem): {"summary": _title(problem), "value": example(problem)}
                    for problem in problems
                },
            }
        },
    }


def example(problem: str | int) -> dict[str, Any]:
    """The document of this problem."""
    status = _status(problem)
    return {
        "type": "about:blank" if isinstance(problem, int) else f"/problems/{problem}",
        "title": _title(problem),
        "status": status,
        "detail": DETAILS.get(status, ""),
        "requestId": "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d",
        **_MEMBERS.get(problem, {}),
    }


def _status(problem: str | int) -> int:
    return problem if isinstance(problem, int) else STATUSES[problem]


def _title(problem: str | int) -> str:
    return HTTPStatus(problem).phrase if isinstance(problem, int) else TITLES[problem]
