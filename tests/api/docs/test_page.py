"""The documentation for people, as a browser shows it."""

import hashlib
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect, sync_playwright

import api.docs
from api.keys import Key
from api.openapi.document import document
from sandbox.redis import RedisServer
from tests.api.conftest import SHIPPED, Open, serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.slow
@pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium; on Debian: apt install chromium"
)
def test_the_page_shows_every_operation_and_asks_no_other_host(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    args = [*SHIPPED, "--bind", "127.0.0.1:0"]
    complaints: list[str] = []
    asked: list[str] = []
    with (
        serving(args, tmp_path, {"REDIS_URL": redis_server.url}) as api,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser,
    ):
        page = browser.new_page(color_scheme="dark")
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{api.url}/docs")
        items = [*document()["paths"].values(), *document()["webhooks"].values()]
        operations = sum("responses" in part for item in items for part in item.values())
        expect(page.locator(".opblock")).to_have_count(operations)
        page.get_by_text("Submit images").click()
        expect(page.get_by_text("Try it out")).to_be_visible()
        expect(page.locator("html.dark-mode")).to_have_count(1)
    assert complaints == []
    assert [url for url in asked if not url.startswith(api.url)] == []


def status(client: FlaskClient, path: str, **headers: str) -> int:
    with client.get(path, headers=headers) as answer:
        return answer.status_code


@pytest.mark.parametrize("path", ["/docs", "/docs/docs.js", "/openapi.json"])
def test_who_has_no_key_may_read(open_api: Open, path: str) -> None:
    client = open_api(api_keys=(Key("ann", hashlib.sha256(b"secret").hexdigest()),))
    assert status(client, path, Host="example.org") == 200


@pytest.mark.parametrize("path", ["/docs", "/docs/docs.js", "/openapi.json"])
def test_without_keys_this_machine_alone_may_read(client: FlaskClient, path: str) -> None:
    assert status(client, path) == 200
    assert status(client, path, Host="example.org") == 403


def test_the_page_may_run_what_comes_from_here_alone(client: FlaskClient) -> None:
    with client.get("/docs") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_licence_of_the_renderer_is_beside_it() -> None:
    renderer = Path(*api.docs.__path__) / "static/swagger-ui"
    assert "Apache License" in (renderer / "LICENSE").read_text()
