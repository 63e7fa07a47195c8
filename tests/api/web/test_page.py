"""How the page is served, and what its files promise."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api import web
from tests.api.conftest import Open

STATIC = Path(web.__file__).parent / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))
INDEX = (STATIC / "index.html").read_text()


def test_the_page_runs_nothing_but_its_own_scripts(client: FlaskClient) -> None:
    with client.get("/") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/html")
    policy = dict(
        directive.split(" ", 1)
        for directive in answer.headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in str(policy)
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("app.js", {"text/javascript", "application/javascript"}),
        ("page.css", {"text/css"}),
        ("favicon.svg", {"image/svg+xml"}),
    ],
)
def test_a_file_is_sent_again_only_when_it_is_another(
    client: FlaskClient, name: str, types: set[str]
) -> None:
    with client.get(f"/static/{name}") as answer:
        assert answer.status_code == 200
        assert answer.mimetype in types
        assert answer.headers["Cache-Control"] == "no-cache"
        etag = {"If-None-Match": answer.headers["ETag"]}
    with client.get(f"/static/{name}", headers=etag) as answer:
        assert answer.status_code == 304


def test_the_page_takes_no_key_and_nothing_else_is_open(open_api: Open) -> None:
    client = open_api(api_keys=f"ann:{64 * '0'}", limit_requests_per_minute=1)
    expected = {"/": 200, "/static/app.js": 200, "/static/none.js": 404, "/v1/images": 401}
    for path, status in expected.items():
        with client.get(path) as answer:
            assert (path, answer.status_code) == (path, status)


def test_without_keys_the_page_is_for_this_machine_alone(client: FlaskClient) -> None:
    foreign = {"Host": "imgferry.example.org"}
    assert client.get("/", headers=foreign).status_code == 403
    assert client.get("/static/app.js", headers=foreign).status_code == 403


def test_scripts_and_style_stay_small() -> None:
    assert sum(len(file.read_bytes()) for file in [*SCRIPTS, STATIC / "page.css"]) < 60_000


def test_every_script_is_asked_for_at_once() -> None:
    named = re.findall(r'(?:src|href)="static/([a-z-]+\.js)"', INDEX)
    assert sorted(named) == [script.name for script in SCRIPTS]


def test_nothing_that_was_read_becomes_markup() -> None:
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(")
    assert [script.name for script in SCRIPTS if markup.search(script.read_text())] == []


def test_nothing_is_asked_of_another_origin() -> None:
    style = (STATIC / "page.css").read_text()
    assert not re.search(r"url\(|@import", style)
    assert not re.search(r'(?:src|href)="(?:[a-z]+:|//)', INDEX)
