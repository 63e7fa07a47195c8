"""Jobs: submitted, listed, looked at, cancelled, retried."""

from api import shapes
from api.openapi import examples
from api.openapi.headers import APPLIED, ETAG, LOCATION, REPLAYED, RETRY_AFTER
from api.openapi.operation import Part, answer, named, operation
from api.openapi.parameters import (
    CURSOR,
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    JOB,
    JOB_OPTIONS,
    LABEL,
    PREFER,
    limit,
    status,
)
from api.openapi.schemas import ref
from api.openapi.submission import SUBMISSION
from api.requests import RetryRequest
from jobs.model import JobStatus

_TAG = "Jobs"

SHOW_JOB = {
    "operationId": "showJob",
    "parameters": {"jobId": "$response.body#/jobId"},
    "description": "How far the job is.",
}
_LIST_IMAGES = {
    "operationId": "listImagesOfJob",
    "parameters": {"jobId": "$response.body#/jobId"},
    "description": "What became of each image.",
}
_CANCEL = {
    "operationId": "cancelJob",
    "parameters": {"jobId": "$response.body#/jobId"},
    "description": "Cancels the job.",
}

_submit = operation(
    "submitJob",
    _TAG,
    "Submit images",
    """Stores a job and answers at once. Workers fetch each image and upload it to Imgur, however
    long that takes. Of equal URLs the first is kept.""",
    parameters=[IDEMPOTENCY_KEY, *JOB_OPTIONS],
    body=SUBMISSION,
    answers={
        202: answer(
            "The job is stored. Its images are uploaded when Imgur allows it.",
            shapes.Submitted,
            examples.SUBMITTED,
            headers={**LOCATION, **RETRY_AFTER, **REPLAYED},
            links={"job": SHOW_JOB, "images": _LIST_IMAGES, "cancel": _CANCEL},
        )
    },
    problems=[
        "malformed-body",
        "invalid-header",
        408,
        413,
        415,
        "invalid-body",
        "idempotency-key-reused",
        "store-unavailable",
        "staging-unavailable",
        "staging-full",
    ],
)

_list = operation(
    "listJobs",
    _TAG,
    "List jobs",
    "The jobs of this client without their URLs, newest first.",
    parameters=[status(JobStatus), LABEL, limit(100), CURSOR],
    answers={200: answer("A page of jobs.", shapes.Jobs, examples.JOBS)},
    problems=["invalid-parameter"],
)

_WATCHED = {**ETAG, **APPLIED, **RETRY_AFTER}
_NOT_MODIFIED = {"description": "The job is as it was.", "headers": _WATCHED}

_show = operation(
    "showJob",
    _TAG,
    "Show a job",
    """How far a job is: the submitted URLs in three arrays, each URL in exactly one of them at
    every moment. An image that waits for another attempt, or for Imgur's budget, is pending.""",
    parameters=[IF_NONE_MATCH, PREFER],
    answers={
        200: answer(
            "The job.",
            shapes.Job,
            examples=named(
                inProgress=("A job that waits for Imgur's budget", examples.JOB),
                complete=("A complete job", examples.COMPLETE_JOB),
            ),
            headers=_WATCHED,
        ),
        304: _NOT_MODIFIED,
    },
    problems=["unknown-job"],
)

_cancel = operation(
    "cancelJob",
    _TAG,
    "Cancel a job",
    """Images that no worker has begun fail with the code `cancelled`; what is under way goes on.
    To cancel again, or a job that is complete, changes nothing.""",
    answers={
        200: answer(
            "The job as it is now.", shapes.Job, examples.JOB, headers={**ETAG, **RETRY_AFTER}
        )
    },
    problems=["unknown-job"],
)

_retry = operation(
    "retryJob",
    _TAG,
    "Retry failed images",
    """Makes failed images of a job wait again: all, those whose failure may pass, or those of
    these URLs. Without a body: all.""",
    body={
        "description": "Which images.",
        "content": {
            "application/json": {
                "schema": ref(RetryRequest),
                "examples": named(
                    all=("All that failed", {}),
                    retryable=("Those whose failure may pass", {"only": "retryable"}),
                    urls=("Some", {"urls": [examples.MISSING]}),
                ),
            }
        },
    },
    answers={
        202: answer(
            "The images wait again.",
            shapes.Retried,
            examples.RETRIED,
            headers={**LOCATION, **RETRY_AFTER},
            links={"job": SHOW_JOB},
        )
    },
    problems=["malformed-body", "unknown-job", 408, 413, 415, "invalid-body"],
)

_show_in_older_dialect = operation(
    "showJobInOlderDialect",
    _TAG,
    "Show a job in the older dialect",
    "The same job with `completed` for `complete`, as a status and as a key.",
    parameters=[IF_NONE_MATCH, PREFER],
    answers={
        200: answer("The job.", shapes.OlderJob, examples.OLDER_JOB, headers=_WATCHED),
        304: _NOT_MODIFIED,
    },
    problems=["unknown-job"],
)

PATHS: dict[str, Part] = {
    "/v1/images/upload": {"post": _submit, "get": _list},
    "/v1/images/upload/{jobId}": {"parameters": [JOB], "get": _show, "delete": _cancel},
    "/v1/images/upload/{jobId}/retry": {"parameters": [JOB], "post": _retry},
    "/v1/images/uploaded/{jobId}": {"parameters": [JOB], "get": _show_in_older_dialect},
}
