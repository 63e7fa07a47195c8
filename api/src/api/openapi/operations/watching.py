"""The events of a job, as they happen."""

import json

from api import shapes
from api.openapi import examples
from api.openapi.operation import Part, operation
from api.openapi.parameters import JOB, LAST_EVENT_ID
from api.openapi.schemas import ref

_CHANGE: shapes.Change = {
    "id": examples.JOB_ID,
    "status": examples.JOB["status"],
    "finished": None,
    "images": {"pending": 1, "complete": 1, "failed": 1},
    "changed": [examples.UPLOADED_IMAGE],
}

#: One event, its fields by name.
_EVENT: Part = {
    "type": "object",
    "properties": {
        "event": {"enum": ["snapshot", "change"]},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"anyOf": [ref(shapes.Job), ref(shapes.Change)]},
        },
        "id": {"type": "string"},
        "retry": {"type": "integer"},
    },
}

_events = operation(
    "watchJob",
    "Jobs",
    "Watch a job",
    """Server-sent events (HTML Living Standard §9.2). First `snapshot`: its data is the job as it
    is shown. Then `change`: how many images are in each status, and those that changed, as
    `Change`. After a change of very many images there is a snapshot again. The stream ends when
    the job is complete.""",
    parameters=[LAST_EVENT_ID],
    answers={
        200: {
            "description": "The events. A comment comes where nothing else does for 15 seconds.",
            "content": {
                "text/event-stream": {
                    "schema": _EVENT,
                    "example": {
                        "event": "change",
                        "data": json.dumps(_CHANGE),
                        "id": "1763743709123-0",
                    },
                }
            },
        },
        204: {"description": "The job is complete, and the last event was received before."},
    },
    problems=["unknown-job", "store-unavailable", "too-many-watchers"],
)

PATHS: dict[str, Part] = {
    "/v1/images/upload/{jobId}/events": {"parameters": [JOB], "get": _events},
}
