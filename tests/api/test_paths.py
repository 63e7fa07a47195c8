"""What a path says before Flask has a route for it, beside the routes that Flask has."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from api.paths import is_deletion, is_health, is_page, job_at, job_within, without_job

JOB = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"


@pytest.fixture
def rules(client: FlaskClient) -> list[Rule]:
    app = client.application
    assert isinstance(app, Flask)
    return list(app.url_map.iter_rules())


def path_of(rule: Rule) -> str:
    values = {"job_id": JOB}
    built = rule.build({name: values.get(name, "x") for name in rule.arguments})
    assert built
    return built[1]


def test_a_path_is_taken_for_what_its_route_is(rules: list[Rule]) -> None:
    for rule in rules:
        path, blueprint = path_of(rule), rule.endpoint.partition(".")[0]
        is_file = rule.endpoint == "deletion.static"
        assert is_health(path) == (blueprint == "health")
        assert is_page(path) == (blueprint in {"page", "docs"} or is_file)
        assert is_deletion(path) == (blueprint == "deletion" and not is_file)
        assert job_within(path) == (JOB if "job_id" in rule.arguments else None)
        assert job_at(path) == (JOB if str(rule.rule).endswith("<uuid:job_id>") else None)


@pytest.mark.parametrize(
    "path",
    ["", "//", "//docs", "/docs2", "/statics", "/v1", "/v1/images/delete", "/healthz/", "/HEALTHZ",
     "/v1/../docs", "//healthz", "//static/x", f"//v1/images/upload/{JOB}"],
)  # fmt: skip
def test_of_any_other_nothing_is_known(path: str) -> None:
    kinds = (is_health, is_page, is_deletion, job_within)
    assert not any(kind(path) for kind in kinds)


@pytest.mark.parametrize("rest", ["", "/", "/images", "/x\n"])
def test_a_job_is_found_however_its_id_is_written(rest: str) -> None:
    path = f"/v1/images/upload/{JOB.upper()}{rest}"
    assert job_within(path) == JOB
    assert without_job(path).count("0") == 32
    assert job_at(path) == (None if rest else JOB)
    assert job_within(f"/v1/images/upload/x{JOB}{rest}") is None
