"""What the repository promises of itself."""

import re
from pathlib import Path

from api.settings import ApiSettings
from celery_queue.settings import WorkerSettings
from jobs.settings import JobsSettings
from sandbox.settings import SandboxSettings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_readme_lists_every_setting_with_its_default() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \| (\S*) ?\| (.+) \|$", README, re.MULTILINE)
    written = {name: (default.strip("`"), text) for name, default, text in table}
    known = {}
    for settings in (SandboxSettings, JobsSettings, ApiSettings, WorkerSettings):
        for name, field in settings.model_fields.items():
            several = isinstance(field.default, tuple)
            values = field.default if several else [field.default]
            default = ",".join(str(value) for value in values if value is not None)
            known[name.upper()] = (default, field.description)
    assert written == known


def test_no_module_outgrows_its_reader() -> None:
    modules = [*ROOT.glob("*/src/**/*.py"), *ROOT.glob("*/src/**/*.lua")]
    assert len(modules) > 50
    long = {m.name: n for m in modules if (n := len(m.read_text().splitlines())) > 250}
    assert long == {}


def test_no_module_is_a_drawer() -> None:
    names = {path.stem for path in ROOT.glob("*/src/**/*.py")}
    assert names.isdisjoint({"utils", "common", "helpers", "core", "manager", "misc"})
