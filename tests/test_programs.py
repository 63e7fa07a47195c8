"""Other programs upload through the service, by the configurations that it makes for them."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from imgferry.cli import main
from sandbox.source.photos import photo
from sandbox.stack import Stack
from tests.sharex import ShareX

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

NPM = Path(__file__).parent / "npm/node_modules"
KEY = "api-key-of-a-program"
API_KEYS = f"program:{sha256(KEY.encode()).hexdigest()}"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The service with an API key, which all of them have to send."""
    directory = tmp_path_factory.mktemp("stack")
    with Stack(directory, environment={"API_KEYS": API_KEYS}) as stack:
        yield stack


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    """A picture, of other bytes in every test."""
    path = tmp_path / "black cat.png"
    path.write_bytes(photo(sum(map(ord, tmp_path.name)), "png", 5000))
    return path


def config(stack: Stack, program: str) -> str:
    """As the command line prints it."""
    arguments = ["config", program, "--server", stack.api.url]
    done = CliRunner().invoke(main, arguments, env={"IMGFERRY_API_KEY": KEY})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_sharex_shows_the_link_and_deletes(stack: Stack, cat: Path) -> None:
    shown = ShareX(json.loads(config(stack, "sharex"))).upload(cat)
    assert requests.get(shown["URL"]).content == cat.read_bytes()
    page = requests.get(shown["DeletionURL"])
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_sharex_shows_why_an_upload_failed(stack: Stack, cat: Path) -> None:
    cat.write_text("<html>")
    shown = ShareX(json.loads(config(stack, "sharex"))).upload(cat)
    assert shown == {"ErrorMessage": "The source is not an image: it is a web page."}


def test_flameshot_s_script_prints_the_link(stack: Stack, cat: Path) -> None:
    script = cat.with_name("flameshot-imgferry")
    script.write_text(config(stack, "flameshot"))
    done = subprocess.run(["sh", script, cat], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert requests.get(done.stdout.strip()).content == cat.read_bytes()
    assert requests.get(done.stderr.removeprefix("Delete it: ").strip()).status_code == 200


def test_flameshot_s_script_says_why_there_is_no_link(stack: Stack, cat: Path) -> None:
    script = cat.with_name("flameshot-imgferry")
    script.write_text(config(stack, "flameshot"))
    cat.write_text("<html>")
    done = subprocess.run(["sh", script, cat], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The source is not an image: it is a web page.\n"


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js")
@pytest.mark.skipif(not (NPM / "picgo").exists(), reason="PicGo is not in tests/npm/node_modules")
def test_picgo_uploads_a_file_and_a_url(stack: Stack, cat: Path) -> None:
    home = cat.parent
    (home / "config.json").write_text(config(stack, "picgo"))
    plugin = "picgo-plugin-web-uploader"
    (home / "package.json").write_text(json.dumps({"dependencies": {plugin: "*"}}))
    (home / "node_modules").mkdir()
    (home / "node_modules" / plugin).symlink_to(NPM / plugin)
    url = f"{stack.source.url}/photo/77.png?bytes=5000"
    for what in (str(cat), url):
        picgo = ["node", str(NPM / "picgo/bin/picgo"), "-c", str(home / "config.json"), "upload"]
        done = subprocess.run([*picgo, what], capture_output=True, text=True, check=False)
        link = done.stdout.strip().splitlines()[-1]
        content = cat.read_bytes() if what == str(cat) else requests.get(url).content
        assert requests.get(link).content == content, done.stdout + done.stderr
