"""Imgferry's command line and Python client: `from imgferry import Client`."""

from typing import TYPE_CHECKING, Any

from imgferry.errors import ImgferryError, JobNotFound, Refused, ServiceUnreachable
from imgferry.model import Event, Failure, Image, Job, JobSummary, Waiting

if TYPE_CHECKING:
    from imgferry.client import Client

__all__ = [
    "Client",
    "Event",
    "Failure",
    "Image",
    "ImgferryError",
    "Job",
    "JobNotFound",
    "JobSummary",
    "Refused",
    "ServiceUnreachable",
    "Waiting",
]


def __getattr__(name: str) -> Any:
    # Only on demand: requests takes longer to import than `imgferry --help` to answer.
    if name == "Client":
        from imgferry.client import Client  # noqa: PLC0415

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
