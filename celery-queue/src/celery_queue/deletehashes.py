"""How a deletehash is kept. Who has one can delete the image: a secret.

With keys it is a Fernet token of the first; `MultiFernet` of all the keys there ever were reads it.
"""

from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

Seal = Callable[[str], str]
"""From a deletehash to what is stored of it."""

#: What every Fernet token begins with, and no deletehash: its version, and a time before 2106.
_SEALED = "gAAAA"


class Unreadable(Exception):
    """None of the keys opens what is stored of a deletehash."""


def sealed_with(keys: Sequence[str]) -> Seal:
    """Seal with the first of these keys; without keys a deletehash is stored as it is.

    Raises ValueError for what is no key; the message does not show it.
    """
    if not keys:
        return str
    fernet = _fernet(keys)
    return lambda deletehash: fernet.encrypt(deletehash.encode()).decode()


def unseal(stored: str, keys: Sequence[str]) -> str:
    """The deletehash of what is stored of it, be it sealed or not. Raises Unreadable."""
    if not stored.startswith(_SEALED):
        return stored
    try:
        return _fernet(keys).decrypt(stored).decode()
    except (InvalidToken, ValueError):
        raise Unreadable from None


def _fernet(keys: Sequence[str]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ValueError("takes Fernet keys: 32 bytes each, in URL-safe base64") from None
