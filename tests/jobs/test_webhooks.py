"""What is signed can be verified by the library that receivers use."""

import base64
import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from jobs.model import JobStatus, Summary
from jobs.webhooks import body_of, make_secret, read_secret, sign

WHEN = datetime(2026, 11, 21, 16, 48, 29, 123_000, UTC)
JOB = Summary(
    id="55355b7c-9b86-4a1a-b32e-6cdd6db07183",
    created=WHEN,
    finished=WHEN,
    status=JobStatus.COMPLETE,
    pending=0,
    complete=2,
    failed=1,
    title="Straße",
    labels=["a"],
)


def whsec(key: bytes) -> str:
    return f"whsec_{base64.b64encode(key).decode()}"


def headers(*secrets: str, body: bytes) -> dict[str, str]:
    timestamp = int(datetime.now(UTC).timestamp())
    keys = [read_secret(secret) for secret in secrets]
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(keys, "msg_1", timestamp, body),
    }


def test_the_signature_is_that_of_the_specification() -> None:
    """The example that its reference libraries test with."""
    key = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = sign([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_replaced_old_and_new_verify() -> None:
    new, old, other = make_secret(), make_secret(), make_secret()
    body = body_of(JOB)
    sent = headers(new, old, body=body)
    for secret in (new, old):
        assert Webhook(secret).verify(body, sent)["data"]["id"] == JOB.id
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(body, sent)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(body + b" ", sent)


def test_the_body_is_the_job_as_in_the_list_of_jobs() -> None:
    assert json.loads(body_of(JOB)) == {
        "type": "job.complete",
        "timestamp": "2026-11-21T16:48:29.123Z",
        "data": {
            "id": JOB.id,
            "title": "Straße",
            "labels": ["a"],
            "created": "2026-11-21T16:48:29.123Z",
            "finished": "2026-11-21T16:48:29.123Z",
            "status": "complete",
            "images": {"pending": 0, "complete": 2, "failed": 1},
        },
    }


@pytest.mark.parametrize("length", [24, 64])
def test_a_secret_has_24_to_64_bytes(length: int) -> None:
    assert read_secret(whsec(b"k" * length)) == b"k" * length


@pytest.mark.parametrize(
    "text",
    [
        whsec(b"k" * 23),
        whsec(b"k" * 65),
        whsec(b"k" * 32).removeprefix("whsec_"),
        whsec(b"k" * 32) + "\n",
        "whsec_" + "é" * 40,
        "whsec_",
        "",
    ],
)
def test_anything_else_is_none_and_not_shown(text: str) -> None:
    with pytest.raises(ValueError, match=r"^takes whsec_ and 24 to 64 bytes in base64$"):
        read_secret(text)
