"""How settings are read: from the environment, from files, and what a wrong one says."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from jobs.settings import FileSettings, JobsSettings, WebhookSettings
from jobs.webhooks import make_secret


def test_defaults_need_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_URL", "BROKER_URL", "JOB_RETENTION_DAYS"):
        monkeypatch.delenv(name, raising=False)
    settings = JobsSettings.load()
    assert settings.broker == settings.redis_url == "redis://127.0.0.1:6379/0"
    assert settings.job_retention_days == 30


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "redis_url"
    secret.write_text("redis://:password@redis:6379/1\n")
    monkeypatch.setenv("REDIS_URL", "redis://ignored/0")
    monkeypatch.setenv("REDIS_URL_FILE", str(secret))
    assert JobsSettings.load().redis_url == "redis://:password@redis:6379/1"


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("REDIS_URL", "localhost:6379", "takes a URL such as redis://host:6379/0"),
        ("JOB_RETENTION_DAYS", "soon", "valid number"),
        ("LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("REDIS_URL_FILE", "/no/such/file", "No such file"),
    ],
)
def test_a_wrong_value_ends_the_process_and_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, takes: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as end:
        JobsSettings.load()
    message = str(end.value)
    assert message.startswith((f"{name}: ", "/no/such/file: "))
    assert takes in message
    assert value not in message or name == "REDIS_URL_FILE"


@pytest.mark.parametrize("url", ["staging", "/var/staging", "file:///staging", "s3://bucket/a"])
def test_files_wait_in_a_folder_or_where_fsspec_can_go(url: str) -> None:
    assert FileSettings(staging_url=url).staging_url == url


@pytest.mark.parametrize("url", ["s4://bucket/a", "adl://store/a"])
def test_a_place_that_fsspec_cannot_go_to_is_told_at_once(url: str) -> None:
    with pytest.raises(ValidationError, match="takes a folder"):
        FileSettings(staging_url=url)


def test_one_secret_or_two_sign_webhooks(monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = make_secret(), make_secret()
    monkeypatch.setenv("WEBHOOK_SECRETS", f"{new}, {old}")
    settings = WebhookSettings.load()
    assert [secret.get_secret_value() for secret in settings.webhook_secrets] == [new, old]
    assert new not in repr(settings)
    monkeypatch.setenv("WEBHOOK_SECRETS", "")
    assert WebhookSettings.load().webhook_secrets == ()


@pytest.mark.parametrize(
    ("value", "takes"),
    [
        ("secret", "takes whsec_ and 24 to 64 bytes in base64"),
        (",".join(make_secret() for _ in range(3)), "takes one secret, or two"),
    ],
)
def test_a_wrong_secret_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, value: str, takes: str
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRETS", value)
    with pytest.raises(SystemExit) as end:
        WebhookSettings.load()
    assert str(end.value) == f"WEBHOOK_SECRETS: {takes}"
