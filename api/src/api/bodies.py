"""What the body of a request asks for: a job to add, or images of one to retry. No I/O.

Both raise Problem 422 for an object that is not as their model says: where, and what is taken.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from api.documents import error_at
from api.problems import Problem
from api.requests import MAX_ERRORS, OBJECT, TEXT, Context, ImageRequest, JobRequest, RetryRequest
from jobs.model import ImageOptions, JobOptions
from jobs.store.clients import Which

_NO_OPTIONS = ImageOptions()

Body = TypeVar("Body", bound=BaseModel)
Where = tuple[int | str, ...]
"""The way from the body to what is wrong in it: names of members, and numbers of elements."""
Place = Callable[[Where], dict[str, Any]]
"""From there to how it is called to the client."""

#: Errors of pydantic's own: our code, and what is taken. Those of ours are of none of these types.
_ERRORS = {
    "missing": ("{name}-missing", "Takes an object with the member {name}."),
    "list_type": ("not-an-array", "Takes an array."),
    "string_type": ("not-a-string", "Takes a string."),
    "string_unicode": ("surrogates", "Takes no lone surrogates: they are not characters."),
    "string_too_short": ("empty", "Takes at least {min_length} character."),
    "string_too_long": ("too-long", "Takes at most {max_length} characters."),
    "too_long": ("too-many", "Takes at most {max_length} of them."),
    "enum": ("unknown-priority", "Takes one of: {expected}."),
    "literal_error": ("unknown-choice", "Takes: {expected}."),
}


def pointer(where: Where) -> dict[str, Any]:
    """A JSON pointer into the body (RFC 6901)."""
    return {"pointer": "".join(f"/{part}" for part in where)}


def parse_job(
    document: dict[str, Any], context: Context, place: Place = pointer
) -> tuple[list[str], JobOptions]:
    """The URLs of a job in the order sent, each once, and what is asked for with them.

    `place` says how clients call a place in the document; it may be made of another kind of body.
    """
    job = validate(JobRequest, document, context, place)
    images: dict[str, ImageOptions] = {}
    for image in job.urls:
        if isinstance(image, ImageRequest):
            images.setdefault(image.url, _options_of(image))
        else:
            images.setdefault(image, _NO_OPTIONS)
    options_of = {n: of for n, of in enumerate(images.values()) if of != _NO_OPTIONS}
    labels = tuple(dict.fromkeys(job.labels))
    return list(images), JobOptions(job.priority, job.title, labels, job.webhook, options_of)


def parse_image(
    document: dict[str, Any], context: Context, place: Place = pointer
) -> tuple[list[str], JobOptions]:
    """The same of a document that is one image."""
    image = validate(ImageRequest, document, context, place)
    options = _options_of(image)
    return [image.url], JobOptions(images={} if options == _NO_OPTIONS else {0: options})


def parse_retry(document: dict[str, Any], context: Context) -> Which | list[str]:
    """Which failed images to retry: all for `{}`, or `{"only": "retryable"}`, or `{"urls": [...]}`.

    The URLs stay as sent, so that their places can be named.
    """
    retry = validate(RetryRequest, document, context, pointer)
    if "urls" in retry.model_fields_set:
        return retry.urls
    return "retryable" if "only" in retry.model_fields_set else "all"


def unknown_urls(positions: Sequence[int]) -> Problem:
    """The answer to URLs, named by their places in the body, that are not of the job."""
    detail = "Takes a URL of this job, as it was submitted."
    return wrong([error_at(f"/urls/{n}", "unknown-url", detail) for n in positions])


def validate(model: type[Body], document: dict[str, Any], context: Context, place: Place) -> Body:
    """The document as this model. Raises Problem 422."""
    try:
        return model.model_validate(document, context=context)
    except ValidationError as invalid:
        found = invalid.errors(include_url=False, include_input=False)
    raise wrong([{**place(_where(error)), **_what(error)} for error in found])


def wrong(errors: list[dict[str, Any]]) -> Problem:
    """The answer to a body in which these places are wrong."""
    detail = f"Nothing was done. `errors` says what is wrong, in {MAX_ERRORS} places at most."
    return Problem(422, detail, kind="invalid-body", errors=errors[:MAX_ERRORS])


def _options_of(image: ImageRequest) -> ImageOptions:
    return ImageOptions(image.title, image.description, image.referer)


def _where(error: ErrorDetails) -> Where:
    # The third part of /urls/<n>/... is the kind of the element; of what is missing, its name last.
    where = error["loc"]
    if len(where) > 2 and where[2] in {TEXT, OBJECT}:
        where = where[:2] + where[3:]
    return where[:-1] if error["type"] == "missing" else where


def _what(error: ErrorDetails) -> dict[str, str]:
    code, detail = _ERRORS.get(error["type"], (error["type"], "{detail}"))
    facts = {**error.get("ctx", {}), "name": "".join(map(str, error["loc"][-1:]))}
    return {"detail": detail.format(**facts), "code": code.format(**facts)}
