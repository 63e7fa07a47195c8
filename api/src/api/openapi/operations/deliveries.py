"""Deliveries to the webhook of a job: looked at, replayed."""

from api import shapes
from api.openapi import examples
from api.openapi.operation import Part, answer, operation
from api.openapi.parameters import DELIVERY, JOB

_TAG = "Webhooks"

_list = operation(
    "listDeliveries",
    _TAG,
    "List the deliveries of a job",
    "How the job's webhook was told that the job is complete, latest first.",
    answers={200: answer("The last 100.", shapes.Deliveries, examples.DELIVERIES)},
    problems=["unknown-job"],
)

_replay = operation(
    "replayDelivery",
    _TAG,
    "Make a delivery again",
    """Tells the webhook again, at once and as if never tried, whatever became of it. The
    `webhook-id` stays the same.""",
    answers={202: answer("It is due.", shapes.Deliveries, examples.REPLAYED)},
    problems=["unknown-job", "unknown-delivery"],
)

PATHS: dict[str, Part] = {
    "/v1/images/upload/{jobId}/deliveries": {"parameters": [JOB], "get": _list},
    "/v1/images/upload/{jobId}/deliveries/{deliveryId}/replay": {
        "parameters": [JOB, DELIVERY],
        "post": _replay,
    },
}
