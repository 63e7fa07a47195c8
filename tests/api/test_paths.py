"""What a path says before Flask has a route for it, beside the routes that Flask has."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Rule

from api.app import create_app
from api.paths import is_deletion, is_health, is_page, job_at, split_job
from api.settings import ApiSettings
from jobs.dispatch import Dispatcher
from jobs.settings import JobsSettings
from jobs.store import JobStore

JOB = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"


@pytest.fixture(scope="module")
def app() -> Flask:
    settings = JobsSettings(redis_url="redis://127.0.0.1:1/0")  # nobody asks it anything
    store = JobStore.connect(settings)
    return create_app(ApiSettings(), store, Dispatcher.connect(settings, store))


def path_of(rule: Rule) -> str:
    values = {"job_id": JOB}
    built = rule.build({name: values.get(name, "x") for name in rule.arguments})
    assert built
    return built[1]


def test_a_path_is_taken_for_what_its_route_is(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        path, blueprint = path_of(rule), rule.endpoint.partition(".")[0]
        is_file = rule.endpoint == "deletion.static"
        assert is_health(path) == (blueprint == "health")
        assert is_page(path) == (blueprint in {"page", "docs"} or is_file)
        assert is_deletion(path) == (blueprint == "deletion" and not is_file)
        assert split_job(path)[0] == (JOB if "job_id" in rule.arguments else None)
        assert job_at(path) == (JOB if str(rule.rule).endswith("<uuid:job_id>") else None)


PARTS = [
    *(
        "",
        "/",
        "//",
        "v1",
        "images",
        "delete",
        "upload",
        "uploaded",
        "retry",
        JOB,
        "docs",
        "static",
    ),
    *("page.css", "deletion", "healthz", "readyz", "openapi.json", "x", "..", "%2f"),
]


@given(st.lists(st.sampled_from(PARTS), max_size=6).map("/".join))
def test_no_path_passes_for_what_its_route_is_not(app: Flask, path: str) -> None:
    path = "/" + path.lstrip("/")  # as all are read
    urls = app.url_map.bind("")
    try:
        endpoint, _ = urls.match(path)
    except MethodNotAllowed:
        endpoint = "jobs"
    except HTTPException:
        return  # nothing is there
    blueprint = endpoint.partition(".")[0]
    assert is_health(path) == (blueprint == "health")
    assert is_page(path) == (blueprint in {"page", "docs"} or endpoint == "deletion.static")
    assert is_deletion(path) == (blueprint == "deletion" and endpoint != "deletion.static")


@pytest.mark.parametrize(
    "path",
    ["", "/docs2", "/statics", "/v1", "/v1/images/delete", "/healthz/", "/HEALTHZ", "/v1/../docs",
     f"/v1/images/upload/{JOB}x", f"/v1/images/{JOB}"],
)  # fmt: skip
def test_of_any_other_nothing_is_known(path: str) -> None:
    kinds = (is_health, is_page, is_deletion)
    assert not any(kind(path) for kind in kinds)
    assert split_job(path) == (None, path)


@pytest.mark.parametrize("rest", ["", "/", "/images", "/x\n"])
def test_a_job_is_found_however_its_id_is_written(rest: str) -> None:
    found, path = split_job(f"/v1/images/upload/{JOB.upper()}{rest}")
    assert found == JOB
    assert path == f"/v1/images/upload/00000000-0000-0000-0000-000000000000{rest}"
    assert job_at(f"/v1/images/uploaded/{JOB.upper()}{rest}") == (None if rest else JOB)
    assert split_job(f"/v1/images/upload/x{JOB}{rest}")[0] is None


def test_no_token_is_kept_in_what_paths_have_in_common() -> None:
    assert split_job("/v1/images/delete/t0ken") == split_job("/v1/images/delete/other")
