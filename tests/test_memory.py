"""A worker's memory is bounded, however many large images arrive at once."""

from pathlib import Path

import pytest
import requests

from imgferry import Client
from sandbox.bench.usage import memory, peak_memory
from sandbox.stack import Stack
from tests.service import uploads

pytestmark = pytest.mark.slow

IMAGES, BYTES = 60, 4_000_000
SETTINGS = {
    "FETCH_MAX_BYTES": "5000000",
    "WORKER_BYTES_AT_ONCE": "25000000",
    "WORKER_IMAGES_AT_ONCE": str(IMAGES),
}


def test_large_images_at_once_are_uploaded_and_never_all_in_memory(tmp_path: Path) -> None:
    with Stack(tmp_path, environment=SETTINGS) as stack, Client(stack.api.url) as client:
        photo = f"{stack.source.url}/photo/%d.jpg?bytes=%d"
        client.wait(client.upload([photo % (n, 100_000) for n in range(100)]))
        before = memory(stack.workers[0].pid)
        # Held up, so that all would be in memory if all could.
        requests.put(f"{stack.imgur.url}/_stand-in/delay", json={"seconds": 0.2})
        large = [photo % (n, BYTES) for n in range(100, 100 + IMAGES)]
        job_id = client.upload(large)
        assert client.wait(job_id).complete == large
        assert {image.attempts for image in client.images(job_id)} == {1}
        assert uploads(stack) == 100 + IMAGES
        assert peak_memory(stack.workers[0].pid) - before < 100
