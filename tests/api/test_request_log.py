import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.testing import capture_logs

from api.request_log import log_requests

JOB = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"
PATH = f"/v1/images/upload/{JOB}"


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    app.get("/v1/images/upload/<uuid:job_id>")(lambda job_id: "")
    app.get("/v1/images/upload/<uuid:job_id>/<path:other>", endpoint="o")(lambda job_id, other: "")
    app.wsgi_app = log_requests(app.wsgi_app, app.url_map)  # type: ignore[assignment,method-assign]
    return app.test_client()


@pytest.mark.parametrize("sent", ["abc", "550e8400-e29b-41d4-a716-446655440000", "a.b_c~d+e/f=:9"])
def test_a_sane_request_id_is_kept(client: FlaskClient, sent: str) -> None:
    answer = client.get(PATH, headers={"X-Request-ID": sent})
    assert answer.headers["X-Request-ID"] == sent


@pytest.mark.parametrize("sent", [None, "", "a b", "a\x1bb", '"', "ä", "x" * 129])
def test_any_other_is_replaced_by_one_of_ours(client: FlaskClient, sent: str | None) -> None:
    headers = {} if sent is None else {"X-Request-ID": sent}
    answers = [client.get(PATH, headers=headers) for _ in range(2)]
    ids = [answer.headers["X-Request-ID"] for answer in answers]
    assert all(re.fullmatch("[0-9a-f]{32}", request_id) for request_id in ids)
    assert ids[0] != ids[1]


def test_a_request_is_one_line_with_ids_and_without_what_was_asked(client: FlaskClient) -> None:
    with capture_logs(processors=[merge_contextvars]) as logs:
        client.get(f"{PATH}?token=5ecret", headers={"X-Request-ID": "one"})
        client.get("/5ecret", headers={"X-Request-ID": "two"})
        client.get(f"{PATH}/5ecret%1b[2J", headers={"X-Request-ID": "three"})
    milliseconds = [line.pop("ms") for line in logs]
    assert all(0 <= ms < 10_000 for ms in milliseconds)
    line = {"event": "request", "log_level": "info", "method": "GET"}
    route = "/v1/images/upload/<uuid:job_id>"
    assert logs == [
        {**line, "route": route, "status": 200, "request_id": "one", "job_id": JOB},
        {**line, "route": None, "status": 404, "request_id": "two"},
        {
            **line,
            "route": f"{route}/<path:other>",
            "status": 200,
            "request_id": "three",
            "job_id": JOB,
        },
    ]


def test_checks_of_health_and_polls_in_vain_are_not_worth_a_line() -> None:
    app = Flask(__name__)
    statuses = {"/healthz": 200, "/polled": 304, "/news": 200}
    for path, status in statuses.items():
        app.add_url_rule(path, path, lambda status=status: ("", status))
    app.wsgi_app = log_requests(app.wsgi_app, app.url_map)  # type: ignore[assignment,method-assign]
    with capture_logs() as logs:
        for path in statuses:
            app.test_client().get(path)
    assert [line["log_level"] for line in logs] == ["debug", "debug", "info"]


def test_what_is_logged_after_a_request_is_not_of_it(client: FlaskClient) -> None:
    client.get(PATH)
    assert get_contextvars() == {}
