"""What every path has in common: what it takes, and how it refuses the rest."""

import pytest
from flask.testing import FlaskClient

UPLOAD = "/v1/images/upload"
NO_JOB = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/v1/images", "limit", "0"),
        ("/v1/images", "limit", "1001"),
        ("/v1/images", "cursor", "newest"),
        ("/v1/images", "cursor", "5"),
        ("/v1/images", "cursor", "0-0"),
        (UPLOAD, "limit", "0"),
        (UPLOAD, "limit", "1001"),
        (UPLOAD, "cursor", "1763712345678-0"),
        (UPLOAD, "status", "failed"),
        (f"{UPLOAD}/{NO_JOB}/images", "limit", "0"),
        (f"{UPLOAD}/{NO_JOB}/images", "limit", "1001"),
        (f"{UPLOAD}/{NO_JOB}/images", "cursor", "-1"),
        (f"{UPLOAD}/{NO_JOB}/images", "status", "done"),
    ],
)
def test_a_wrong_query_parameter_is_named(
    client: FlaskClient, path: str, name: str, value: str
) -> None:
    answer = client.get(path, query_string={name: value})
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert [error["parameter"] for error in answer.get_json()["errors"]] == [name]


@pytest.mark.parametrize(
    "job_id",
    [NO_JOB, "d9428888-122b-11e1-b85c-61cd3cbb3210", "1", "..", "x" * 5000, "%00", "{}", "*"],
)
@pytest.mark.parametrize(
    ("method", "part"),
    [
        *(
            (method, part)
            for method in ("GET", "HEAD")
            for part in ("upload/{}", "upload/{}/images", "uploaded/{}")
        ),
        ("DELETE", "upload/{}"),
        ("POST", "upload/{}/retry"),
    ],
)
def test_an_id_of_no_job_is_not_found(
    client: FlaskClient, method: str, part: str, job_id: str
) -> None:
    answer = client.open(f"/v1/images/{part.format(job_id)}", method=method)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (UPLOAD, {"GET", "HEAD", "POST", "OPTIONS"}),
        (f"{UPLOAD}/{NO_JOB}", {"GET", "HEAD", "DELETE", "OPTIONS"}),
        (f"{UPLOAD}/{NO_JOB}/retry", {"POST", "OPTIONS"}),
        (f"/v1/images/uploaded/{NO_JOB}", {"GET", "HEAD", "OPTIONS"}),
        (f"{UPLOAD}/{NO_JOB}/images", {"GET", "HEAD", "OPTIONS"}),
        ("/v1/images", {"GET", "HEAD", "OPTIONS", "POST"}),
    ],
)
def test_what_a_path_takes_is_in_allow(client: FlaskClient, path: str, allowed: set[str]) -> None:
    wrong = client.put(path)
    assert (wrong.status_code, wrong.content_type) == (405, "application/problem+json")
    options = client.options(path)
    assert options.status_code == 200
    for answer in (wrong, options):
        assert {method.strip() for method in answer.headers["Allow"].split(",")} == allowed
