"""The configurations of other programs: theirs by form, and this service's by what is in them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.api.test_access import KEYS

Open = Callable[..., FlaskClient]

CONFIG = "/v1/config"
ADA = {"Authorization": "Bearer ada-5ecret"}
FILES = ["sharex.sxcu", "picgo.json", "flameshot.sh"]


def test_sharex_finds_what_it_knows_and_nothing_else(client: FlaskClient) -> None:
    uploader = client.get(f"{CONFIG}/sharex.sxcu").get_json()
    assert uploader == {
        "Version": "15.0.0",
        "Name": "Imgferry",
        "DestinationType": "ImageUploader",
        "RequestMethod": "POST",
        "RequestURL": "http://localhost/v1/images",
        "Headers": {},
        "Body": "MultipartFormData",
        "FileFormName": "image",
        "URL": "{json:link}",
        "DeletionURL": "{json:deletionUrl}",
        "ErrorMessage": "{json:detail}",
    }


def test_picgo_finds_its_uploader_and_its_plugin(client: FlaskClient) -> None:
    found = client.get(f"{CONFIG}/picgo.json").get_json()
    assert found["picBed"]["uploader"] == found["picBed"]["current"] == "web-uploader"
    assert found["picBed"]["web-uploader"] == {
        "url": "http://localhost/v1/images",
        "paramName": "image",
        "jsonPath": "link",
        "customHeader": "",
        "customBody": "",
    }
    assert found["picgoPlugins"] == {"picgo-plugin-web-uploader": True}


def test_the_key_that_asks_is_in_them(open_api: Open) -> None:
    locked = open_api(api_keys=KEYS)
    assert [locked.get(f"{CONFIG}/{file}").status_code for file in FILES] == [401] * 3
    sharex, picgo, flameshot = (locked.get(f"{CONFIG}/{file}", headers=ADA) for file in FILES)
    assert sharex.get_json()["Headers"] == ADA
    assert json.loads(picgo.get_json()["picBed"]["web-uploader"]["customHeader"]) == ADA
    assert "\nkey=ada-5ecret\n" in flameshot.text
    for answer in (sharex, picgo, flameshot):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")


def test_a_key_means_nothing_to_shell_or_sharex(client: FlaskClient, tmp_path: Path) -> None:
    key = r"a{json:link}|\'$(touch${IFS}made)"
    headers = {"Authorization": f"Bearer {key}"}
    uploader = client.get(f"{CONFIG}/sharex.sxcu", headers=headers).get_json()
    escaped = r"Bearer a\{json:link\}\|\\'$(touch$\{IFS\}made)"
    assert uploader["Headers"]["Authorization"] == escaped
    script = client.get(f"{CONFIG}/flameshot.sh", headers=headers).text
    settings = script.partition("shot=")[0]
    shown = subprocess.run(
        ["sh", "-c", f'{settings}\nprintf %s "$key"'], cwd=tmp_path, capture_output=True, check=True
    )
    assert shown.stdout.decode() == key
    assert list(tmp_path.iterdir()) == []


def test_behind_a_proxy_they_have_its_url(open_api: Open) -> None:
    forwarded = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "ferry.example.org",
    }
    client = open_api(proxies=1, allow_anonymous=True)
    uploader = client.get(f"{CONFIG}/sharex.sxcu", headers=forwarded).get_json()
    assert uploader["RequestURL"] == "https://ferry.example.org/v1/images"


@pytest.mark.parametrize("headers", [{}, ADA])
def test_shellcheck_finds_nothing_in_the_script(
    client: FlaskClient, headers: dict[str, str], tmp_path: Path
) -> None:
    script = tmp_path / "flameshot-imgferry"
    script.write_text(client.get(f"{CONFIG}/flameshot.sh", headers=headers).text)
    shellcheck = Path(sys.executable).with_name("shellcheck")
    found = subprocess.run([shellcheck, script], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")
