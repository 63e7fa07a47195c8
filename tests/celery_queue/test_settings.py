"""The worker's settings as an operator writes them."""

import re

import pytest

from celery_queue.settings import WorkerSettings


def test_several_values_stand_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FETCH_ALLOW", "10.1.0.0/16, images.internal ,::1")
    monkeypatch.setenv("FETCH_PORTS", "80,443,8080")
    settings = WorkerSettings.load()
    assert settings.fetch_allow == ("10.1.0.0/16", "images.internal", "::1")
    assert settings.fetch_ports == (80, 443, 8080)


def test_nothing_inward_is_open_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FETCH_ALLOW", raising=False)
    settings = WorkerSettings.load()
    assert settings.fetch_allow == ()
    assert settings.fetch_ports == (80, 443)
    assert settings.imgur_api_url == "https://api.imgur.com"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DELETEHASH_KEY", "secret"),
        ("FETCH_ALLOW", "10.0.0.1/8"),
        ("FETCH_PORTS", "http"),
        ("FETCH_TIMEOUT", "0"),
        ("IMGUR_API_URL", "api.imgur.com"),
        ("WORKER_IMAGES_AT_ONCE", "none"),
    ],
)
def test_a_wrong_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=f"^{name}: "):
        WorkerSettings.load()


@pytest.mark.parametrize(("strip", "images"), [("0", 2), ("1", 4)])
def test_too_little_memory_for_the_largest_image_says_how_much_it_takes(
    monkeypatch: pytest.MonkeyPatch, strip: str, images: int
) -> None:
    monkeypatch.setenv("STRIP_METADATA", strip)
    monkeypatch.setenv("FETCH_MAX_BYTES", "200000000")
    with pytest.raises(SystemExit) as refused:
        WorkerSettings.load()
    told = re.match(r"WORKER_BYTES_AT_ONCE: takes at least (\d+), ", str(refused.value))
    assert told
    least = int(told[1])
    assert images * 200_000_000 < least < 3 * images * 200_000_000
    monkeypatch.setenv("WORKER_BYTES_AT_ONCE", str(least - 1))
    with pytest.raises(SystemExit, match=r"^WORKER_BYTES_AT_ONCE: "):
        WorkerSettings.load()
    monkeypatch.setenv("WORKER_BYTES_AT_ONCE", str(least))
    assert WorkerSettings.load().worker_bytes_at_once == least
