"""API keys: what the setting API_KEYS holds of them, and whose a key is. No I/O.

Only their SHA-256 is known here: 256 random bits take no slower hash.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

_PAIR = re.compile(r"([A-Za-z0-9._-]{1,64}):([0-9A-Fa-f]{64})(:admin)?")


@dataclass(frozen=True, slots=True)
class Key:
    """One key. The jobs of its name are its own; an admin's sees those of all."""

    name: str
    digest: str = field(repr=False)
    """The SHA-256 of the key, in lower-case hexadecimal digits."""
    is_admin: bool = False


def parse_keys(text: str) -> tuple[Key, ...]:
    """Keys as API_KEYS has them, between commas or in lines. Raises ValueError.

    A name may have several, so that one can be replaced while both are taken.
    """
    return tuple(_parse(pair) for pair in re.split(r"[\s,]+", text) if pair)


def find_key(keys: Iterable[Key], sent: str) -> Key | None:
    """Which of the keys this is. Takes the same time whichever it is, or none."""
    digest = sha256(sent.encode()).hexdigest()
    found = None
    for key in keys:
        if hmac.compare_digest(key.digest, digest):
            found = key
    return found


def _parse(pair: str) -> Key:
    match = _PAIR.fullmatch(pair)
    if not match:
        raise ValueError(
            "takes name:sha256 or name:sha256:admin, several between commas; "
            "`imgferry key NAME` prints one"
        )
    name, digest, admin = match.groups()
    return Key(name, digest.lower(), is_admin=admin is not None)
