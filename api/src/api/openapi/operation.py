"""What an operation is made of, so that each is written in its own words and no others."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.openapi.headers import RATE_LIMIT, REQUEST_ID
from api.openapi.problems import OF_EVERY_ROUTE, response, responses
from api.openapi.schemas import ref

Part = dict[str, Any]
"""A part of an OpenAPI document (OpenAPI 3.1.0 §4.8)."""

#: Whoever asks may have a key, and needs one where keys are set.
_KEY_OR_NONE: list[Part] = [{"ApiKey": []}, {}]


def operation(  # noqa: PLR0913 - what OpenAPI says of an operation
    name: str,
    tag: str,
    summary: str,
    description: str,
    *,
    parameters: Sequence[Part] = (),
    body: Part | None = None,
    answers: Mapping[int, Part],
    problems: Sequence[str | int] = (),
    keyless: bool = False,
    counted: bool = True,
) -> Part:
    """An operation. `name` is its operationId; `problems` are kinds, or statuses that say all.

    The headers of every answer, and the problems of every route, come by themselves: but for that
    of a missing key where the route is `keyless`, and for those of limits and of the store where
    requests to it are not `counted`.
    """
    headers = {**REQUEST_ID, **RATE_LIMIT} if counted else REQUEST_ID
    too_long = [414] if any(parameter["in"] == "query" for parameter in parameters) else []
    made: Part = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "description": " ".join(description.split()),
        "security": [] if keyless else _KEY_OR_NONE,
    }
    if parameters:
        made["parameters"] = list(parameters)
    if body:
        made["requestBody"] = body
    answered = {
        str(status): {**part, "headers": {**headers, **part.get("headers", {})}}
        for status, part in answers.items()
    }
    made["responses"] = {**answered, **responses([*problems, *too_long], headers)}
    if counted:
        for status, (name_of_response, _) in OF_EVERY_ROUTE.items():
            if not (keyless and status == 401):
                reference = {"$ref": f"#/components/responses/{name_of_response}"}
                made["responses"].setdefault(str(status), reference)
    return made


def responses_of_every_route() -> Part:
    """What `operation` refers to, by name."""
    headers = {**REQUEST_ID, **RATE_LIMIT}
    return {name: response(*of, headers=headers) for name, of in OF_EVERY_ROUTE.values()}


def answer(
    description: str,
    shape: type,
    example: Any = None,
    *,
    examples: Part | None = None,
    headers: Part | None = None,
    links: Part | None = None,
) -> Part:
    """A JSON answer of this shape, with an example, or with several of `named`."""
    shown = {"examples": examples} if examples else {"example": example}
    made: Part = {
        "description": description,
        "content": {"application/json": {"schema": ref(shape), **shown}},
    }
    if headers:
        made["headers"] = headers
    if links:
        made["links"] = links
    return made


def named(**examples: tuple[str, Any]) -> Part:
    """Examples by name, each with what it shows."""
    return {name: {"summary": text, "value": value} for name, (text, value) in examples.items()}
