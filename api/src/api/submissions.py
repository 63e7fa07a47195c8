"""What a request submits, whichever kind of body it has: URLs and files, and a job's options."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import request

from api.bodies import Where, parse_image, parse_job, validate, wrong
from api.documents import read_body, read_document
from api.forms import read_form
from api.problems import Problem
from api.requests import Context, OptionsRequest
from api.settings import ApiSettings
from api.texts import KINDS, parse_lines
from jobs.model import ImageOptions, JobOptions
from jobs.staging import JobFiles

FORM = "multipart/form-data"
#: The options of a job as they stand in the query or in a form, by the members they become. Those
#: of the body win.
_OPTIONS = {"title": "title", "priority": "priority", "label": "labels", "webhook": "webhook"}
_NAMES = {member: name for name, member in _OPTIONS.items()}
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Submission:
    """A job to add: its URLs, each once, what is asked for with them, and its files' SHA-256s."""

    urls: Sequence[str]
    options: JobOptions
    digests: Sequence[str] = ()

    def meaning(self) -> str:
        """The same for two that ask for the same, however they are written."""
        images = {n: replace(of, staged=None) for n, of in self.options.images.items()}
        options = asdict(replace(self.options, images=images))
        return json.dumps([self.urls, options, self.digests])


def read_submission(settings: ApiSettings, files: JobFiles) -> Submission:
    """What the request submits; files that it holds are received.

    Raises Problem 415 for another kind of body than it takes, and for a wrong one 400, 413 or 422.
    """
    kind = request.mimetype
    if kind == "application/json":
        return _read_json(settings)
    if kind in KINDS:
        return _read_lines(kind, settings)
    if kind == FORM:
        return _read_parts(settings, files)
    kinds = ", ".join(["application/json", *KINDS, FORM])
    raise Problem(415, f"Takes one of these as Content-Type: {kinds}; text in UTF-8.")


def read_image(settings: ApiSettings, files: JobFiles) -> Submission:
    """The one image that the request submits; a file is received. Raises like read_submission."""
    if request.mimetype == "application/json":
        return Submission(*parse_image(read_document(settings), Context.of(settings)))
    if request.mimetype != FORM:
        raise Problem(415, f"Takes one of these as Content-Type: application/json, {FORM}.")
    form = read_form(settings, files, {"image", "file"})
    fields = {name: text.decode(errors="surrogateescape") for name, text in form.fields}
    match form.files:
        case [(filename, staged)] if not fields:
            options = JobOptions(images={0: ImageOptions(staged=staged.name)})
            return Submission(list(_names([filename])), options, [staged.sha256])
        case [] if "url" in fields:
            return Submission(*parse_image(fields, Context.of(settings), _part))
    detail = "Takes one file as the part image, and nothing beside it; or a field url."
    raise wrong([{"part": "image", "detail": detail, "code": "not-one-image"}])


def _part(where: Where) -> dict[str, Any]:
    return {"part": where[0]} if where else {}


def _read_json(settings: ApiSettings) -> Submission:
    document = {**_in_query(settings), **read_document(settings)}
    return Submission(*parse_job(document, Context.of(settings)))


def _read_lines(kind: str, settings: ApiSettings) -> Submission:
    options = _in_query(settings)
    lines, elements = parse_lines(kind, read_body(settings), settings.max_urls_per_job)

    def place(where: Where) -> dict[str, Any]:
        match where:
            case ("urls",):
                return {"line": lines[-1] if lines else 1}
            case ("urls", int(n)):
                return {"line": lines[n]}
            case ("urls", int(n), member, *_):
                return {"line": lines[n], "field": member}
        return {}

    return Submission(*parse_job({**options, "urls": elements}, Context.of(settings), place))


def _read_parts(settings: ApiSettings, files: JobFiles) -> Submission:
    form = read_form(settings, files, {"files"})
    text = b"\n".join(content for name, content in form.fields if name == "urls")
    lines, elements = parse_lines("text/plain", text, settings.max_urls_per_job)
    fields = ((name, text.decode(errors="surrogateescape")) for name, text in form.fields)
    options = _options((field for field in fields if field[0] != "urls"), "part")

    def place(where: Where) -> dict[str, Any]:
        match where:
            case ("urls", int(n)):
                return {"part": "urls", "line": lines[n]}
            case (member, *_):
                return {"part": _NAMES.get(str(member), member)}
        return {}

    context = Context.of(settings, len(form.files))
    document = {**_in_query(settings), **options, "urls": elements}
    urls, of_job = parse_job(document, context, place)
    staged = [file for _, file in form.files]
    of_files = {n: ImageOptions(staged=file.name) for n, file in enumerate(staged, len(urls))}
    return Submission(
        [*urls, *_names(filename for filename, _ in form.files)],
        replace(of_job, images={**of_job.images, **of_files}),
        [file.sha256 for file in staged],
    )


def _in_query(settings: ApiSettings) -> dict[str, Any]:
    """The options of the job that stand in the query; valid, though the body have others."""
    options = _options(request.args.items(multi=True), "parameter")

    def place(where: Where) -> dict[str, Any]:
        return {"parameter": _NAMES[str(where[0])]}

    validate(OptionsRequest, options, Context.of(settings), place)
    return options


def _options(given: Iterable[tuple[str, str]], kind: str) -> dict[str, Any]:
    """The members of a JobRequest that these names and texts are; `kind` is what errors call them.

    Raises Problem 422 for a name that is none, and for one that is there twice.
    """
    options: dict[str, Any] = {}
    for name, text in given:
        if name not in _OPTIONS:
            others = ["files", "urls"] if kind == "part" else []
            detail = f"Takes none but {', '.join([*others, *_OPTIONS])}."
            raise wrong([{kind: "", "detail": detail, "code": f"unknown-{kind}"}])
        if name == "label":
            options.setdefault("labels", []).append(text)
        elif name in options:
            raise wrong([{kind: name, "detail": "Takes it once.", "code": f"duplicate-{kind}"}])
        elif text or kind == "parameter":  # a field that is empty is one that was not filled in
            options[name] = text
    return options


def _names(filenames: Iterable[str]) -> Iterable[str]:
    """What files are called among the URLs of their job, each another."""
    taken: set[str] = set()
    times: Counter[str] = Counter()
    for filename in filenames:
        last = re.split(r"[/\\]", filename)[-1]
        name = "".join(filter(str.isprintable, last)).strip()[-_LONGEST_NAME:] or "unnamed"
        url = f"file:{name}"
        while url in taken:
            times[name] += 1
            url = f"file:{name} ({times[name] + 1})"
        taken.add(url)
        yield url
