"""The document is valid, and says of every route what the code does."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.openapi.document import document
from api.openapi.problems import STATUSES
from api.problems import TITLES

#: What is for people: pages, and the files that they are made of.
PAGES = {
    "/",
    "/static/<path:filename>",
    "/static/deletion/<path:filename>",
    "/docs",
    "/docs/<path:filename>",
}

METHODS = ("get", "put", "post", "delete", "patch")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def described_rule(rule: str) -> str:
    """`<uuid:job_id>` as `{jobId}`."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), path)


def test_the_document_is_openapi_3_1() -> None:
    assert list(OpenAPIV31SpecValidator(document()).iter_errors()) == []


def test_every_route_is_described_and_every_description_has_its_route(client: FlaskClient) -> None:
    routes = {
        (described_rule(rule.rule), method.lower())
        for rule in client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule not in PAGES
    }
    assert {(path, method) for path, method, _ in operations()} == routes


def test_every_kind_of_problem_has_its_status_and_is_described() -> None:
    assert STATUSES.keys() == TITLES.keys()
    text = json.dumps(document())
    assert [kind for kind in TITLES if f'"/problems/{kind}"' not in text] == []


def test_what_is_served_is_the_document(client: FlaskClient) -> None:
    answer = client.get("/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.get_json() == json.loads(json.dumps(document()))


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every place where the document says what JSON is there."""
    for path, method, operation in operations():
        where = f"{method} {path}"
        yield f"{where} body", operation.get("requestBody", {}).get("content", {})
        for status, response in operation["responses"].items():
            yield f"{where} {status}", response.get("content", {})
    for name, response in document()["components"]["responses"].items():
        yield name, response["content"]


def examples() -> Iterator[Any]:
    for where, content in bodies():
        for media_type, of_it in content.items():
            named = of_it.get("examples", {"": {"value": of_it.get("example")}})
            for name, example in named.items():
                yield pytest.param(
                    of_it["schema"], example["value"], id=f"{where} {media_type} {name}"
                )
    for path, method, operation in operations():
        item = document()["paths"][path]
        for parameter in [*item.get("parameters", []), *operation.get("parameters", [])]:
            schema, of = parameter["schema"], f"{method} {path} {parameter['name']}"
            yield pytest.param(
                schema, parameter.get("example", *schema.get("examples", [])[:1]), id=of
            )


@pytest.mark.parametrize(("schema", "example"), list(examples()))
def test_every_body_and_parameter_has_an_example_that_is_as_its_schema_says(
    schema: dict[str, Any], example: Any
) -> None:
    root = {**schema, "components": document()["components"]}
    validator = OAS31Validator(root, format_checker=oas31_format_checker)
    assert example is not None
    assert [error.message for error in validator.iter_errors(example)] == []
