"""Webhooks as Standard Webhooks 1.0.0 has them: their secrets, signatures and bodies. No I/O."""

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Iterable
from typing import Literal

from jobs.model import Summary
from jobs.presenting import present_summary
from jobs.shapes import JobComplete

#: What happened, in the words of the body: a job is complete.
JOB_COMPLETE: Literal["job.complete"] = "job.complete"
_PREFIX = "whsec_"


def make_secret() -> str:
    """A new secret of 32 random bytes."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def read_secret(text: str) -> bytes:
    """The bytes of a secret, `whsec_` and 24 to 64 bytes in base64. Raises ValueError."""
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError("takes whsec_ and 24 to 64 bytes in base64")
    return key


def body_of(job: Summary) -> bytes:
    """What is posted when this job is complete, the same bytes at every attempt."""
    data = present_summary(job)
    document: JobComplete = {
        "type": JOB_COMPLETE,
        "timestamp": data["finished"] or data["created"],
        "data": data,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def sign(keys: Iterable[bytes], webhook_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: a signature by each key, so that a key can be replaced.

    `timestamp` is the attempt's, in seconds since the epoch.
    """
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    digests = (hmac.digest(key, signed, "sha256") for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
