"""The idiomatic way: a Celery task per URL, with requests, as both their documents have it.

A Celery application of its own, told where things are by CELERY_BROKER_URL and IMGUR_API_URL. It is
kept fast where its documents say how: no result is stored, connections are kept by a session.
"""

import os

import requests
from celery import Celery

from imgur import calls

app = Celery("idiomatic")
app.conf.task_ignore_result = True

# Forked with the module, unused: every process opens connections of its own.
session = requests.Session()


@app.task(  # type: ignore[untyped-decorator]
    autoretry_for=(requests.RequestException,), retry_backoff=True
)
def upload_image(url: str) -> None:
    """Fetch one image and upload it."""
    image = session.get(url, timeout=30)
    image.raise_for_status()
    answer = session.post(
        os.environ["IMGUR_API_URL"] + calls.UPLOAD_PATH,
        headers=calls.authorization("bench"),
        data=calls.upload_fields(),
        files={calls.IMAGE_PART: ("image.jpeg", image.content, "image/jpeg")},
        timeout=60,
    )
    answer.raise_for_status()
