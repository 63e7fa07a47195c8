"""The demo batch: what is in it, and ferrying it before somebody's eyes."""

import json

from rich.console import Console

from imgferry.client import Client
from imgferry.errors import ImgferryError
from imgferry.progress import progress

PHOTOS = ["jpg"] * 4 + ["png"] * 12 + ["gif"] * 6
"""Few JPEGs: the source encodes each in pure Python, in a fifth of a second."""


def demo_batch(source_url: str) -> list[str]:
    """24 URLs of the image source: 22 photos, and two that fail, to show what a failure is."""
    photos = [f"{source_url}/photo/{n}.{extension}" for n, extension in enumerate(PHOTOS, 1)]
    return [*photos, f"{source_url}/photo/23.jpg?status=404", f"{source_url}/page.html"]


def ferry_demo_batch(client: Client, source_url: str, console: Console) -> None:
    """Ferry the batch; show the progress, the job, the links and the failures.

    Raises ImgferryError, also when another number of images came through than should.
    """
    urls = demo_batch(source_url)
    job_id = client.upload(urls)
    console.print(f"Job {job_id}: {len(urls)} images to ferry")
    with progress(console) as show:
        job = client.wait(job_id, show)
    console.print_json(json.dumps(job.body))
    console.print("\nTheir links:")
    for image in client.images(job.id, "complete"):
        console.print(f"  {image.link}")
    console.print("\nFailed, and why (two of the batch do, to show how that looks):")
    for image in client.images(job.id, "failed"):
        console.print(f"  {image.url}\n    {image.error.message if image.error else ''}")
    if len(job.complete) != len(PHOTOS):
        raise ImgferryError(f"{len(job.complete)} images came through instead of {len(PHOTOS)}.")
