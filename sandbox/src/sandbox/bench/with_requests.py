"""One image by requests: a GET, and the POST of what came. All threads here do this."""

import threading
from functools import cached_property

import requests

from imgur import calls


class _Own(threading.local):
    """Of each thread, and so of each forked process: requests promises nothing to two at once."""

    @cached_property
    def session(self) -> requests.Session:
        return requests.Session()


_own = _Own()


def ferry(url: str, imgur_url: str) -> None:
    """Fetch the image and upload it, over connections that are kept. Raises RequestException."""
    image = _own.session.get(url, timeout=30)
    image.raise_for_status()
    answer = _own.session.post(
        imgur_url + calls.UPLOAD_PATH,
        headers=calls.authorization("bench"),
        data=calls.upload_fields(),
        files={calls.IMAGE_PART: ("image.jpeg", image.content, "image/jpeg")},
        timeout=60,
    )
    answer.raise_for_status()
