"""The service itself: what Imgur allows it, its health, and this document."""

from api import shapes
from api.openapi import examples
from api.openapi.operation import Part, answer, operation

_TAG = "Service"

_destination = operation(
    "showDestination",
    _TAG,
    "Show what Imgur allows",
    "Imgur's limits in uploads, why nothing is uploaded at the moment if so, and what waits.",
    answers={200: answer("What Imgur allows.", shapes.Destination, examples.DESTINATION)},
    problems=[400],
)

_live = operation(
    "checkLiveness",
    _TAG,
    "Whether the process lives",
    "Answers while this process does, whatever Redis does: to restart it would not help.",
    answers={200: answer("It lives.", shapes.Health, {"status": "ok"})},
    problems=[400],
    keyless=True,
    counted=False,
)

_ready = operation(
    "checkReadiness",
    _TAG,
    "Whether the service can do its work",
    "Answers 200 when Redis answers and a worker lives. That Imgur pauses is no fault.",
    answers={200: answer("It can.", shapes.Readiness, examples.READY)},
    problems=[400, "not-ready"],
    keyless=True,
    counted=False,
)

_document = operation(
    "showDocument",
    _TAG,
    "This document",
    "The API as OpenAPI 3.1. `/docs` shows it to people.",
    answers={
        200: {
            "description": "The document.",
            "content": {
                "application/json": {
                    "schema": {"type": "object"},
                    "example": {"openapi": "3.1.0"},
                }
            },
        }
    },
    problems=["local-only"],
    keyless=True,
    counted=False,
)

PATHS: dict[str, Part] = {
    "/v1/destination": {"get": _destination},
    "/healthz": {"get": _live},
    "/readyz": {"get": _ready},
    "/openapi.json": {"get": _document},
}
