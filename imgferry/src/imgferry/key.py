"""A new API key. It is kept nowhere: the service is given its hash, the client the key itself."""

from hashlib import sha256
from secrets import token_urlsafe


def new_key(name: str, *, admin: bool = False) -> tuple[str, str]:
    """A key of 256 random bits, and what goes into the service's setting API_KEYS for it."""
    key = f"imgferry_{token_urlsafe(32)}"
    pair = f"{name}:{sha256(key.encode()).hexdigest()}"
    return key, f"{pair}:admin" if admin else pair
