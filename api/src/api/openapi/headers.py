"""The headers of answers."""

from typing import Any

REQUEST_ID: dict[str, Any] = {
    "X-Request-ID": {
        "description": "The id of the request in the log: the one that was sent, or a new one.",
        "schema": {"type": "string"},
        "required": True,
        "example": "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d",
    }
}

RATE_LIMIT: dict[str, Any] = {
    "RateLimit-Policy": {
        "description": "The limits of this client, each with its window in seconds "
        "(draft-ietf-httpapi-ratelimit-headers). Absent where there is none.",
        "schema": {"type": "string"},
        "example": '"requests";q=1200;w=60, "urls";q=100000;w=3600',
    },
    "RateLimit": {
        "description": "What is left of them, and in how many seconds all of it is there again.",
        "schema": {"type": "string"},
        "example": '"requests";r=1199;t=1, "urls";r=99998;t=1',
    },
}

LOCATION: dict[str, Any] = {
    "Location": {
        "description": "Where the job is.",
        "schema": {"type": "string", "format": "uri-reference"},
        "required": True,
        "example": "/v1/images/upload/55355b7c-9b86-4a1a-b32e-6cdd6db07183",
    }
}

RETRY_AFTER: dict[str, Any] = {
    "Retry-After": {
        "description": "After how many seconds to ask again.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 1,
    }
}

REPLAYED: dict[str, Any] = {
    "Idempotent-Replayed": {
        "description": "There when an earlier request with the same key had stored the job.",
        "schema": {"type": "string", "const": "true"},
        "example": "true",
    }
}

ETAG: dict[str, Any] = {
    "ETag": {
        "description": "Which state of the job this is: another one with every change.",
        "schema": {"type": "string"},
        "example": 'W/"1763743709123-0"',
    }
}

APPLIED: dict[str, Any] = {
    "Preference-Applied": {
        "description": "For how many seconds the answer was held back at most.",
        "schema": {"type": "string"},
        "example": "wait=20",
    }
}

CHALLENGE: dict[str, Any] = {
    "WWW-Authenticate": {
        "description": "How to say who asks.",
        "schema": {"type": "string"},
        "required": True,
        "example": "Bearer",
    }
}
