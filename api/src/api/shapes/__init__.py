"""What answers hold, as JSON: the members of each, their types, and what they mean.

`api.presenting` makes them, mypy holds it to them, and `api.openapi` describes them as they stand
here, the sentences below the members included. At run time they are plain dicts.
"""

from api.shapes.deliveries import Deliveries, Delivery
from api.shapes.destination import Destination, Pause, Window
from api.shapes.events import Change
from api.shapes.health import Health, Readiness
from api.shapes.images import Deletion, Failure, Image, Images, Links, UploadedImage
from api.shapes.jobs import (
    Holdup,
    Job,
    Jobs,
    OlderJob,
    OlderStatus,
    OlderUploadedURLs,
    Retried,
    Submitted,
    UploadedURLs,
)
from api.shapes.problems import ImageFailed, NotReady, Problem, QuotaExceeded, WrongPlace
from jobs.shapes import Counts, JobComplete, Summary

__all__ = [
    "Change",
    "Counts",
    "Deletion",
    "Deliveries",
    "Delivery",
    "Destination",
    "Failure",
    "Health",
    "Holdup",
    "Image",
    "ImageFailed",
    "Images",
    "Job",
    "JobComplete",
    "Jobs",
    "Links",
    "NotReady",
    "OlderJob",
    "OlderStatus",
    "OlderUploadedURLs",
    "Pause",
    "Problem",
    "QuotaExceeded",
    "Readiness",
    "Retried",
    "Submitted",
    "Summary",
    "UploadedImage",
    "UploadedURLs",
    "Window",
    "WrongPlace",
]
