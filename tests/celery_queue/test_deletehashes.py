"""What is stored of a deletehash."""

import base64

import pytest
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from hypothesis import given
from hypothesis import strategies as st

from celery_queue.deletehashes import Unreadable, sealed_with, unseal

keys = st.binary(min_size=32, max_size=32).map(lambda key: base64.urlsafe_b64encode(key).decode())


@given(st.lists(keys, min_size=1, max_size=3, unique=True), st.text(min_size=1, max_size=30))
def test_all_keys_there_ever_were_read_what_the_first_sealed(
    keys: list[str], deletehash: str
) -> None:
    sealed = sealed_with(keys)(deletehash)
    assert Fernet(keys[0]).decrypt(sealed).decode() == deletehash
    newer = [Fernet.generate_key().decode(), *keys]
    assert MultiFernet(map(Fernet, newer)).decrypt(sealed).decode() == deletehash
    with pytest.raises(InvalidToken):
        Fernet(newer[0]).decrypt(sealed)


@given(st.lists(keys, max_size=3, unique=True), st.text("abcXYZ019", min_size=15, max_size=15))
def test_a_worker_reads_what_it_sealed(keys: list[str], deletehash: str) -> None:
    assert unseal(sealed_with(keys)(deletehash), keys) == deletehash
    newer = [Fernet.generate_key().decode(), *keys]
    assert unseal(sealed_with(keys)(deletehash), newer) == deletehash


def test_without_its_key_it_is_unreadable() -> None:
    sealed = sealed_with([Fernet.generate_key().decode()])("x7K2mPq9LwRt3Vn")
    for keys in ([], [Fernet.generate_key().decode()]):
        with pytest.raises(Unreadable):
            unseal(sealed, keys)


def test_nobody_can_tell_whether_two_are_the_same() -> None:
    seal = sealed_with([Fernet.generate_key().decode()])
    assert seal("x7K2mPq9LwRt3Vn") != seal("x7K2mPq9LwRt3Vn")


def test_without_a_key_it_is_stored_as_it_is() -> None:
    assert sealed_with([])("x7K2mPq9LwRt3Vn") == "x7K2mPq9LwRt3Vn"


@pytest.mark.parametrize("wrong", ["", "secret-b1946ac9", "a" * 44, "\xe9" * 43 + "=", "QUJD"])
def test_what_is_no_key_is_refused_and_not_shown(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"^takes Fernet keys: ") as refused:
        sealed_with([Fernet.generate_key().decode(), wrong])
    assert not wrong or wrong not in str(refused.value)
