"""What no schema can tell Schemathesis: which URLs and texts are what the service takes.

`SOURCE` is the image source of the service that is tested. Examples are read there too: nothing
asks the world outside.
"""

import json
import os
import re
from contextlib import suppress
from typing import Any
from uuid import uuid4

import schemathesis
from hypothesis import strategies as st

from api.parameters import parse_idempotency_key
from api.problems import Problem

LINES = {"text/plain", "text/csv", "application/x-ndjson"}
SOURCE = os.environ["SOURCE"]

URL = st.builds("{}/photo/{}.png?bytes=5000".format, st.just(SOURCE), st.integers(1, 10**6))
IMAGE = URL | st.fixed_dictionaries({"url": URL, "title": st.sampled_from(["Minka", "Rex"])})


def lines(line: st.SearchStrategy[str], *first: str) -> st.SearchStrategy[str]:
    several = st.lists(line, min_size=1, max_size=3)
    return several.map(lambda lines: "\n".join([*first, *lines]))


schemathesis.openapi.format("iri", URL)
schemathesis.openapi.format("url-lines", lines(URL))
schemathesis.openapi.format("csv", lines(URL, "url"))
schemathesis.openapi.format("ndjson", lines(IMAGE.map(json.dumps)))


@schemathesis.serializer("application/x-ndjson")
def as_text(_context: Any, value: Any) -> bytes:
    return str(value).encode()


@schemathesis.hook
def filter_case(_context: Any, case: Any) -> bool:
    # In a form all is text: what is of a wrong type elsewhere is none there.
    if case.media_type == "multipart/form-data" and case.meta.generation.mode.is_negative:
        return False
    # Now and then it makes a text of no format.
    of_format = SOURCE in str(case.body) or "https://example.org" in str(case.body)
    return case.media_type not in LINES or of_format


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    # A key belongs to one body; one that is made twice would come with two.
    if "Idempotency-Key" in (case.headers or {}):
        with suppress(Problem):
            parse_idempotency_key(case.headers["Idempotency-Key"])
            case.headers["Idempotency-Key"] = f'"{uuid4()}"'
    if "Prefer" in (case.headers or {}):  # nobody waits for what does not come
        case.headers["Prefer"] = re.sub(r"wait=\d+", "wait=1", case.headers["Prefer"])
    if case.body:
        case.body = at_source(case.body)


def at_source(value: Any) -> Any:
    """The same with the URLs of examples read from the source."""
    match value:
        case str():
            return re.sub(
                r"https://example\.org/[\w.-]*", f"{SOURCE}/photo/1.png?bytes=5000", value
            )
        case list():
            return [at_source(element) for element in value]
        case dict():
            return {name: at_source(member) for name, member in value.items()}
        case _:
            return value
