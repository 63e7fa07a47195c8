"""What a request submits, whichever of the kinds of body it has: the URLs of a job, its options."""

from collections.abc import Iterable
from typing import Any

from flask import request

from api.bodies import Where, parse_job, wrong
from api.documents import read_body, read_document
from api.problems import Problem
from api.requests import Context
from api.settings import ApiSettings
from api.texts import KINDS, parse_lines
from jobs.model import JobOptions

#: The options of a job that stand beside a body of lines, or of parts, by the members they become.
_OPTIONS = {"title": "title", "priority": "priority", "label": "labels", "webhook": "webhook"}
_NAMES = {member: name for name, member in _OPTIONS.items()}


def read_submission(settings: ApiSettings) -> tuple[list[str], JobOptions]:
    """The URLs of the job that the request is to add, and what is asked for with them.

    Raises Problem 415 for another kind of body than it takes, and for a wrong one 400, 413 or 422.
    """
    kind = request.mimetype
    if kind == "application/json":
        return parse_job(read_document(settings), Context.of(settings))
    if kind in KINDS:
        return _read_lines(kind, settings)
    kinds = ", ".join(["application/json", *KINDS])
    raise Problem(415, f"Takes one of these as Content-Type: {kinds}, in UTF-8.")


def _read_lines(kind: str, settings: ApiSettings) -> tuple[list[str], JobOptions]:
    options = options_among(request.args.items(multi=True), "parameter")
    lines, elements = parse_lines(kind, read_body(settings), settings.max_urls_per_job)

    def place(where: Where) -> dict[str, Any]:
        match where:
            case ("urls",):
                return {"line": lines[-1] if lines else 1}
            case ("urls", int(n)):
                return {"line": lines[n]}
            case ("urls", int(n), member, *_):
                return {"line": lines[n], "field": member}
            case (member, *_):
                return {"parameter": _NAMES[str(member)]}
        return {}

    return parse_job({**options, "urls": elements}, Context.of(settings), place)


def options_among(given: Iterable[tuple[str, str]], kind: str) -> dict[str, Any]:
    """The members of a JobRequest that these names and texts are; `kind` is what errors call them.

    Raises Problem 422 for a name that is none, and for one that is there twice.
    """
    options: dict[str, Any] = {}
    for name, text in given:
        if name not in _OPTIONS:
            detail = f"Takes none but {', '.join(_OPTIONS)}."
            raise wrong([{kind: "", "detail": detail, "code": f"unknown-{kind}"}])
        if name == "label":
            options.setdefault("labels", []).append(text)
        elif name in options:
            raise wrong([{kind: name, "detail": "Takes it once.", "code": f"duplicate-{kind}"}])
        elif text:
            options[name] = text
    return options
