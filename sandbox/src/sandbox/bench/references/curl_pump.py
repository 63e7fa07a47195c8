"""The physical limit: libcurl moves the bytes, and Python only hands it the next request.

One thread, one `CurlMulti`. Each of its handles fetches an image, uploads it, and takes the next.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO

import pycurl

from imgur import calls
from sandbox.bench.references import timing

MOST_READ, MOST_SENT = 1 << 19, 1 << 21
"""Bytes at once, as many as libcurl allows (CURLOPT_BUFFERSIZE, CURLOPT_UPLOAD_BUFFERSIZE)."""


class Lane:
    """One handle, which is sending or receiving one image."""

    def __init__(self, urls: Iterator[str], imgur_url: str) -> None:
        self._urls = urls
        self._upload_url = imgur_url + calls.UPLOAD_PATH
        self._headers = [f"{name}: {text}" for name, text in calls.authorization("bench").items()]
        self._fields = list(calls.upload_fields().items())
        self._fetched: BytesIO | None = None
        self.curl = pycurl.Curl()

    def next(self) -> bool:
        """Set the handle to its next request. False when there is none."""
        if self._fetched is None:
            return self._fetch()
        self._upload(self._fetched.getvalue())
        self._fetched = None
        return True

    def _fetch(self) -> bool:
        url = next(self._urls, None)
        if url is not None:
            self._fetched = BytesIO()
            self._request(url, self._fetched)
        return url is not None

    def _upload(self, image: bytes) -> None:
        self._request(self._upload_url, BytesIO())
        part = (
            *(pycurl.FORM_BUFFER, "image.jpeg", pycurl.FORM_BUFFERPTR, image),
            *(pycurl.FORM_CONTENTTYPE, "image/jpeg"),
        )
        # Without this, curl asks first whether it may send, and waits for the answer.
        self.curl.setopt(pycurl.HTTPHEADER, [*self._headers, "Expect:"])
        self.curl.setopt(pycurl.HTTPPOST, [*self._fields, (calls.IMAGE_PART, part)])

    def _request(self, url: str, answer: BytesIO) -> None:
        self.curl.reset()  # keeps the connections
        self.curl.setopt(pycurl.URL, url)
        self.curl.setopt(pycurl.FAILONERROR, True)
        self.curl.setopt(pycurl.BUFFERSIZE, MOST_READ)
        self.curl.setopt(pycurl.UPLOAD_BUFFERSIZE, MOST_SENT)
        self.curl.setopt(pycurl.WRITEDATA, answer)


def ferry(urls: Sequence[str], imgur_url: str, at_once: int) -> None:
    """Ferry all images. Raises pycurl.error."""
    waiting = iter(urls)
    lanes = {lane.curl: lane for lane in (Lane(waiting, imgur_url) for _ in range(at_once))}
    multi = pycurl.CurlMulti()
    multi.setopt(pycurl.M_MAXCONNECTS, 2 * at_once)
    under_way = 0
    for lane in lanes.values():
        if lane.next():
            multi.add_handle(lane.curl)
            under_way += 1
    while under_way:
        multi.perform()
        _, done, failed = multi.info_read(at_once)
        if failed:
            raise pycurl.error(*failed[0][1:])
        for curl in done:
            multi.remove_handle(curl)
            if lanes[curl].next():
                multi.add_handle(curl)
            else:
                under_way -= 1
        if not done:
            multi.select(1)


if __name__ == "__main__":
    timing.run(ferry)
