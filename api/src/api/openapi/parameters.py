"""What a request may have beside its body: parts of the path, query parameters, headers.

`api.parameters` is where they are read. What need not be sent has its example in its schema:
beside it, `/docs` would send it with every request that is tried out.
"""

from enum import StrEnum
from typing import Any

from api.openapi.examples import DELIVERY_ID, JOB_ID
from api.openapi.schemas import ref, schema_of
from api.parameters import BARE, MAX_PAGE, MAX_WAIT, NUMBER, QUOTED, STREAM_ID
from api.requests import URL, JobRequest, Label, Title
from jobs.model import Priority

JOB: dict[str, Any] = {
    "name": "jobId",
    "in": "path",
    "required": True,
    "description": "The id of the job, as the answer to its submission gave it.",
    "schema": {"type": "string", "format": "uuid"},
    "example": JOB_ID,
}

TOKEN: dict[str, Any] = {
    "name": "token",
    "in": "path",
    "required": True,
    "description": "What stands at the end of the link that deletes the image.",
    "schema": {"type": "string"},
    "example": "Vq3yNn2sX0m8c1Kp5tRw7A",
}

DELIVERY: dict[str, Any] = {
    "name": "deliveryId",
    "in": "path",
    "required": True,
    "description": "The id of the delivery, as the list has it.",
    "schema": {"type": "string"},
    "example": DELIVERY_ID,
}

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes a repeated request the same request: it gets the job of the first, and "
    "nothing is stored twice. In quotes, or without (draft-ietf-httpapi-idempotency-key-header).",
    "schema": {
        "type": "string",
        "pattern": f"^(?:{QUOTED.pattern}|{BARE.pattern})$",
        "examples": ['"8e03978e-40d5-43e8-bc93-6894a57f9324"'],
    },
}


IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of an earlier answer: 304 where the job is as it was then.",
    "schema": {"type": "string", "examples": ['W/"1763743709123-0"']},
}

PREFER: dict[str, Any] = {
    "name": "Prefer",
    "in": "header",
    "description": "Holds the answer back until the job changes, or the one image is done, for so "
    f"many seconds, at most {MAX_WAIT} (RFC 7240). A complete job is answered at once.",
    "schema": {"type": "string", "examples": ["wait=1"]},
}

LAST_EVENT_ID: dict[str, Any] = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The `id` of the last event that was received: what came after it is told.",
    "schema": {"type": "string", "examples": ["1763743709123-0"]},
}


def limit(default: int) -> dict[str, Any]:
    """How many elements a page may have."""
    return {
        "name": "limit",
        "in": "query",
        "description": "How many elements the page may have.",
        "schema": {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_PAGE,
            "default": default,
            "examples": [100],
        },
    }


def status(statuses: type[StrEnum]) -> dict[str, Any]:
    """The status of the elements that are wanted."""
    return {
        "name": "status",
        "in": "query",
        "description": "Only those of this status.",
        "schema": {"type": "string", "enum": list(statuses), "examples": ["complete"]},
    }


LABEL: dict[str, Any] = {
    "name": "label",
    "in": "query",
    "description": "Only jobs with this label.",
    "schema": {"type": "string", "examples": ["pets"]},
}


def _cursor(pattern: str, example: str) -> dict[str, Any]:
    return {
        "name": "cursor",
        "in": "query",
        "description": "Where the page begins: the `next` of the page before.",
        "schema": {"type": "string", "pattern": f"^{pattern}$", "examples": [example]},
    }


CURSOR = _cursor(NUMBER.pattern, "100")
LINK_CURSOR = _cursor(STREAM_ID.pattern, "1763743709123-0")


def _option(name: str, member: str, schema: dict[str, Any], example: Any) -> dict[str, Any]:
    description = JobRequest.model_fields[member].description
    return {
        "name": name,
        "in": "query",
        "description": f"{description}. The same in the body wins.",
        "schema": {**schema, "examples": [example]},
    }


#: What is asked for with a job, beside a body of any kind.
JOB_OPTIONS: list[dict[str, Any]] = [
    _option("title", "title", schema_of(Title), "Pets"),
    _option("priority", "priority", ref(Priority), "high"),
    _option(
        "label", "labels", {"type": "array", "items": schema_of(Label), "maxItems": 20}, ["pets"]
    ),
    _option("webhook", "webhook", schema_of(URL), "https://example.org/told"),
]
