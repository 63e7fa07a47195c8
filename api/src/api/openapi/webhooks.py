"""What the service sends: the webhook of a job, as Standard Webhooks 1.0.0 has it."""

from typing import Any

from api import shapes
from api.openapi import examples
from api.openapi.schemas import ref


def _header(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


_job_complete: dict[str, Any] = {
    "operationId": "jobComplete",
    "tags": ["Webhooks"],
    "summary": "A job is complete",
    "description": "Sent to the `webhook` of a job each time that none of its images is pending "
    "any more. What is not answered with 2xx within 15 seconds is sent again for more than a day, "
    "with the same id.",
    "security": [],
    "parameters": [
        _header(
            "webhook-id", "The same at each attempt: drop what you know.", examples.DELIVERY_ID
        ),
        _header("webhook-timestamp", "The attempt's, in seconds since the epoch.", "1763744402"),
        _header(
            "webhook-signature",
            "`v1,` and the HMAC-SHA256 of `<id>.<timestamp>.<body>` in base64, by each secret of "
            "the service, with a space between.",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ],
    "requestBody": {
        "required": True,
        "description": "What happened.",
        "content": {
            "application/json": {
                "schema": ref(shapes.JobComplete),
                "example": examples.JOB_COMPLETE,
            }
        },
    },
    "responses": {
        "2XX": {"description": "Taken."},
        "410": {"description": "Send this no more."},
        "default": {
            "description": "Sent again later; with 429, 502, 503 and 504 not before `Retry-After`."
        },
    },
}

WEBHOOKS: dict[str, Any] = {"job.complete": {"post": _job_complete}}
