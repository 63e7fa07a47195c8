"""Pictures of one's own, through the whole service: files go in beside URLs, and out to Imgur."""

from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.source.photos import photo
from sandbox.stack import Stack
from tests.service import uploads, wait

pytestmark = pytest.mark.slow


def submit(stack: Stack, parts: list[tuple[str, Any]], **headers: str) -> requests.Response:
    """Post a form: a text, or a file as its name and its bytes."""
    files = [(name, value if isinstance(value, tuple) else (None, value)) for name, value in parts]
    return requests.post(f"{stack.api.url}/v1/images/upload", files=files, headers=headers)


def finished(stack: Stack, answer: requests.Response) -> list[dict[str, Any]]:
    """What became of the images of the job that was answered, once it is complete."""
    assert answer.status_code == 202, answer.text
    path = f"{stack.api.url}{answer.headers['Location']}"
    wait(lambda: requests.get(path).json()["status"] == "complete")
    return list(requests.get(f"{path}/images").json()["images"])


def staged(stack: Stack) -> list[Path]:
    return list((stack.directory / "staging").iterdir())


def test_files_and_urls_of_one_form_are_one_job(stack: Stack) -> None:
    png, gif = photo(901, "png", 300_000), photo(902, "gif", 3000)
    url = f"{stack.source.url}/photo/903.jpg"
    before = uploads(stack)
    answer = submit(
        stack,
        [
            ("files", ("../../etc/cat.png", png)),
            ("urls", url),
            ("title", "Both"),
            ("files", ("cat.png", gif)),
        ],
    )
    images = finished(stack, answer)
    assert [image["url"] for image in images] == [url, "file:cat.png", "file:cat.png (2)"]
    assert {image["status"] for image in images} == {"complete"}
    assert requests.get(images[1]["link"]).content == png
    assert requests.get(images[2]["link"]).content == gif
    assert uploads(stack) == before + 3
    wait(lambda: not staged(stack))
    assert "cat.png" not in stack.workers[0].log.read_text() + stack.api.log.read_text()


def test_a_file_that_failed_is_kept_so_that_it_can_run_again(stack: Stack) -> None:
    page = b"<html><body>no image</body></html>"
    answer = submit(stack, [("files", ("page.png", page)), ("files", ("b.png", photo(904, "png")))])
    failed, complete = finished(stack, answer)
    assert (complete["status"], failed["error"]["code"]) == ("complete", "source-not-an-image")
    wait(lambda: len(staged(stack)) == 1)

    [file] = staged(stack)
    file.write_bytes(photo(905, "png"))  # what its owner would mend at a source
    retry = f"{stack.api.url}{answer.headers['Location']}/retry"
    body = {"urls": ["file:page.png"]}
    assert requests.post(retry, json=body).json()["retried"] == 1
    assert [image["status"] for image in finished(stack, answer)] == ["complete"] * 2
    wait(lambda: not staged(stack))


def test_a_file_that_is_not_there_any_more_says_so(stack: Stack) -> None:
    answer = submit(stack, [("files", ("a.png", b"<html>"))])
    [image] = finished(stack, answer)
    [file] = staged(stack)
    file.unlink()
    requests.post(f"{stack.api.url}{answer.headers['Location']}/retry").raise_for_status()
    [image] = finished(stack, answer)
    assert (image["error"]["code"], image["error"]["retryable"]) == ("file-gone", False)


def test_a_repeated_form_is_the_same_job_and_leaves_no_file(stack: Stack) -> None:
    parts = [("files", ("c.png", b"<html>c")), ("priority", "low")]
    first = submit(stack, parts, **{"Idempotency-Key": "files"})
    again = submit(stack, parts, **{"Idempotency-Key": "files"})
    other = submit(stack, [("files", ("c.png", b"<html>d"))], **{"Idempotency-Key": "files"})
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.json()["type"] == "/problems/idempotency-key-reused"
    finished(stack, first)
    assert [file.read_bytes() for file in staged(stack)] == [b"<html>c"]
