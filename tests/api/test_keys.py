"""API keys: what the setting takes, and whose a key is."""

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.keys import Key, find_key, parse_keys
from api.settings import ApiSettings

ADA, BOB = (sha256(name.encode()).hexdigest() for name in ("ada's key", "bob's key"))


@pytest.mark.parametrize(
    "text",
    [
        f"ada:{ADA},bob:{BOB}:admin",
        f" ada:{ADA} ,\n bob:{BOB.upper()}:admin,\n",
        f"ada:{ADA}\nbob:{BOB}:admin\n",
    ],
)
def test_keys_stand_between_commas_or_in_lines(text: str) -> None:
    assert parse_keys(text) == (Key("ada", ADA), Key("bob", BOB, is_admin=True))


@pytest.mark.parametrize(
    "pair",
    [
        "ada",
        "ada:",
        f":{ADA}",
        ADA,
        f"ada:{ADA}0",
        f"ada:{ADA[1:]}",
        f"ada:{ADA}:root",
        f"ada:{ADA}:",
        f"ädä:{ADA}",
        f"{'a' * 65}:{ADA}",
        f"a:b:{ADA}",
        f"ada:{ADA};bob:{BOB}",
    ],
)
def test_what_is_no_pair_is_refused_and_not_shown(pair: str) -> None:
    with pytest.raises(ValueError, match="takes name:sha256 or name:sha256:admin") as refused:
        parse_keys(f"bob:{BOB},{pair}")
    assert ADA not in str(refused.value)


def test_a_key_is_found_by_what_was_sent() -> None:
    keys = parse_keys(f"ada:{ADA},bob:{BOB},ada:{sha256(b'her next key').hexdigest()}")
    assert find_key(keys, "ada's key") == Key("ada", ADA)
    assert find_key(keys, "bob's key") == Key("bob", BOB)
    assert find_key(keys, "her next key") == keys[2]
    assert find_key((), "ada's key") is None


@given(st.text().filter(lambda text: text != "ada's key"))
def test_nothing_else_is_a_key(sent: str) -> None:
    assert find_key((Key("ada", ADA),), sent) is None


@pytest.mark.parametrize("sent", ["", ADA, f"ada:{ADA}"])
def test_what_the_setting_holds_opens_nothing(sent: str) -> None:
    assert find_key((Key("ada", ADA),), sent) is None


def test_keys_come_from_the_environment_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_KEYS", f"ada:{ADA}")
    assert ApiSettings.load().api_keys == (Key("ada", ADA),)
    (tmp_path / "keys").write_text(f"ada:{ADA}\nbob:{BOB}:admin\n")
    monkeypatch.setenv("API_KEYS_FILE", str(tmp_path / "keys"))
    settings = ApiSettings.load()
    assert settings.api_keys == (Key("ada", ADA), Key("bob", BOB, is_admin=True))
    assert ADA not in repr(settings)


def test_a_wrong_key_ends_the_process_by_the_name_of_the_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("API_KEYS", f"ada:{ADA[1:]}")
    with pytest.raises(SystemExit, match=r"^API_KEYS: takes name:sha256") as ended:
        ApiSettings.load()
    assert ADA[1:] not in str(ended.value)
