from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from api.problems import Problem, answer_with_problems
from jobs.errors import JobNotFound, KeyReused, StoreUnavailable

SECRET = "5ecret"


def client_of(view: Callable[[], Any]) -> FlaskClient:
    app = Flask(__name__)
    answer_with_problems(app)
    app.post("/here")(view)
    return app.test_client()


def test_a_problem_has_the_members_of_rfc_9457_and_its_own() -> None:
    def view() -> NoReturn:
        errors = [{"pointer": "/urls", "detail": "Takes an array.", "code": "not-an-array"}]
        raise Problem(422, "Nothing was stored.", kind="invalid-body", errors=errors)

    answer = client_of(view).post("/here")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.get_json() == {
        "type": "/problems/invalid-body",
        "title": "The body is not what is taken here",
        "status": 422,
        "detail": "Nothing was stored.",
        "requestId": None,
        "errors": [{"pointer": "/urls", "detail": "Takes an array.", "code": "not-an-array"}],
    }


def test_an_unexpected_error_is_logged_with_its_cause_and_answered_without() -> None:
    def view() -> NoReturn:
        raise ValueError(SECRET)

    with capture_logs() as logs:
        answer = client_of(view).post("/here")
    assert (answer.status_code, answer.get_json()["type"]) == (500, "about:blank")
    assert SECRET not in answer.text
    assert [str(line["exc_info"]) for line in logs] == [SECRET]


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (JobNotFound(SECRET), 404, "/problems/unknown-job"),
        (KeyReused(SECRET), 422, "/problems/idempotency-key-reused"),
        (StoreUnavailable(SECRET), 503, "/problems/store-unavailable"),
    ],
)
def test_errors_of_the_store_are_problems(error: Exception, status: int, kind: str) -> None:
    def view() -> NoReturn:
        raise error

    answer = client_of(view).post("/here")
    assert (answer.status_code, answer.get_json()["type"]) == (status, kind)
    assert SECRET not in answer.text
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/here/", f"/{SECRET}", "/%00", "/%ff"])
def test_a_path_that_leads_nowhere_is_a_problem_that_does_not_repeat_it(path: str) -> None:
    answer = client_of(lambda: "").post(path)
    assert (answer.status_code, answer.get_json()["title"]) == (404, "Not Found")
    assert SECRET not in answer.text


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_a_method_that_is_not_taken_is_told_which_are(method: str) -> None:
    answer = client_of(lambda: "").open("/here", method=method)
    assert answer.status_code == 405
    assert answer.content_type == "application/problem+json"
    assert {allowed.strip() for allowed in answer.headers["Allow"].split(",")} == {
        "POST",
        "OPTIONS",
    }
