"""How a deletehash is kept. Who has one can delete the image: a secret.

With keys it is a Fernet token of the first; `MultiFernet` of all the keys there ever were reads it.
"""

from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, MultiFernet

Seal = Callable[[str], str]
"""From a deletehash to what is stored of it."""


def sealed_with(keys: Sequence[str]) -> Seal:
    """Seal with the first of these keys; without keys a deletehash is stored as it is.

    Raises ValueError for what is no key; the message does not show it.
    """
    if not keys:
        return str
    try:
        fernet = MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ValueError("takes Fernet keys: 32 bytes each, in URL-safe base64") from None
    return lambda deletehash: fernet.encrypt(deletehash.encode()).decode()
