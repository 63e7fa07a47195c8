"""A client id that Imgur does not know: nothing is lost, and all goes on when it is mended."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from imgferry import Client
from sandbox.stack import Stack
from tests.service import wait

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_a_wrong_client_id_pauses_and_costs_no_image_until_it_is_mended(tmp_path: Path) -> None:
    only = ("--client-id=another", "--user-limit=0", "--client-limit=0", "--post-limit=0")
    with Stack(tmp_path, stand_in_options=only) as stack, Client(stack.api.url) as client:
        url = f"{stack.source.url}/photo/1.png"
        job_id = client.upload([url])
        ready = f"{stack.api.url}/readyz"
        wait(lambda: requests.get(ready).json()["pause"])
        pause = requests.get(ready).json()["pause"]
        assert pause["reason"] == "imgur-unauthorized"
        assert next(client.images(job_id)).status == "pending"
        assert client.job(job_id).body["waiting"]["reason"] == "imgur-unauthorized"

        worker = stack.workers[0]
        worker.stop()
        worker.environment = {**worker.environment, "IMGUR_CLIENT_ID": "another"}
        worker.start()
        assert client.wait(job_id).complete == [url]
        assert next(client.images(job_id)).attempts == 1
        assert datetime.now(UTC) < datetime.fromisoformat(pause["until"])
