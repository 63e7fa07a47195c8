"""Bodies of parts (multipart/form-data, RFC 7578), read as they come: files go to staging at once.

What is held in memory is bounded, whatever is sent. What is wrong is raised as a Problem that names
the part, never what it holds.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from api.problems import Problem
from api.settings import ApiSettings
from jobs.errors import FileTooLarge
from jobs.staging import JobFiles, StagedFile

#: Bytes that are read at once, and that are held of a part before some of it can go.
_READ, _HELD = 65_536, 1_000_000
#: Parts beside those of URLs and files.
_OTHERS = 100


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form in their order, and its files, each with the name that it came by."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    files: list[tuple[str, StagedFile]] = field(default_factory=list)


def read_form(settings: ApiSettings, files: JobFiles, file_parts: Collection[str]) -> Form:
    """The form that the request holds. Parts of these names are files, all others fields.

    Raises Problem 400 for what is no form, 413 for more than is taken, 422 for what is no file.
    """
    form = Form()
    parts, room = _events(settings), settings.max_body
    for part in parts:
        match part:
            case File(name=str(name), filename=str(filename)) if name in file_parts and filename:
                files.check_room(settings.max_files_bytes)
                form.files.append((filename, _receive(name, parts, form, files, settings)))
            case File(name=str(name)) | Field(name=str(name)):
                content = b"".join(_within(room, _content(parts)))
                room -= len(content)
                if name not in file_parts:
                    form.fields.append((name, content))
                elif content:  # an input of a page in which no file was chosen has none
                    raise _wrong(422, name, form, "not-a-file", "Takes a file with its name.")
            case File() | Field():
                raise _malformed("A part has no name.")
    return form


def _receive(
    name: str, parts: Iterator[Event], form: Form, files: JobFiles, settings: ApiSettings
) -> StagedFile:
    room = settings.max_files_bytes - files.size
    try:
        file = files.receive(_within(room, _content(parts)))
    except FileTooLarge as error:
        detail = f"Takes a file of at most {error.max_bytes} bytes."
        raise _wrong(413, name, form, "too-large", detail) from None
    except RequestEntityTooLarge:
        detail = f"Takes files of at most {settings.max_files_bytes} bytes in one request."
        raise _wrong(413, name, form, "too-much", detail) from None
    if not file.size:
        raise _wrong(422, name, form, "empty", "Takes a file that is not empty.")
    return file


def _events(settings: ApiSettings) -> Iterator[Event]:
    boundary = request.mimetype_params.get("boundary")
    if not boundary:
        raise _malformed("Takes a boundary with its Content-Type.")
    request.max_content_length = settings.max_files_bytes + settings.max_body
    most = settings.max_urls_per_job + _OTHERS
    decoder = MultipartDecoder(boundary.encode(), _HELD, max_parts=most)
    try:
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, NeedData):
                decoder.receive_data(request.stream.read(_READ) or None)
            else:
                yield event
    except ValueError:
        raise _malformed("The parts are not as RFC 7578 has them, or break off.") from None


def _content(parts: Iterator[Event]) -> Iterator[bytes]:
    """What the part holds that has just begun."""
    for part in parts:
        if isinstance(part, Data):
            yield part.data
            if not part.more_data:
                return


def _within(room: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same, of so many bytes at most."""
    for chunk in chunks:
        room -= len(chunk)
        if room < 0:
            raise RequestEntityTooLarge
        yield chunk


def _wrong(status: int, name: str, form: Form, code: str, detail: str) -> Problem:
    number = len(form.files) + 1
    errors = [{"part": name, "number": number, "detail": detail, "code": code}]
    return Problem(status, f"File {number}: {detail}", kind="invalid-body", errors=errors)


def _malformed(detail: str) -> Problem:
    errors = [{"detail": detail, "code": "not-a-form"}]
    return Problem(400, detail, kind="malformed-body", errors=errors)
