"""The examples of the document. The type checker holds them to the shapes that they show."""

from api import shapes
from jobs.model import DeletionStatus, DeliveryStatus, ImageStatus, JobStatus

JOB_ID = "55355b7c-9b86-4a1a-b32e-6cdd6db07183"
DELIVERY_ID = f"{JOB_ID}-1"
CAT, DOG, MISSING = (
    "https://example.org/black-cat.jpg",
    "https://example.org/dog.png",
    "https://example.org/missing.jpg",
)

SUBMITTED: shapes.Submitted = {"jobId": JOB_ID}

RETRIED: shapes.Retried = {"jobId": JOB_ID, "retried": 1}

JOB: shapes.Job = {
    "id": JOB_ID,
    "title": "Pets",
    "labels": ["pets", "2026"],
    "created": "2026-11-21T16:48:29.123Z",
    "finished": None,
    "status": JobStatus.IN_PROGRESS,
    "uploaded": {"pending": [DOG], "complete": [CAT], "failed": [MISSING]},
    "estimate": "2026-11-21T17:00:03.000Z",
    "waiting": {"reason": "imgur-user-limit", "resumesAt": "2026-11-21T17:00:00.000Z"},
}

COMPLETE_JOB: shapes.Job = {
    "id": JOB_ID,
    "created": "2026-11-21T16:48:29.123Z",
    "finished": "2026-11-21T17:00:02.456Z",
    "status": JobStatus.COMPLETE,
    "uploaded": {"pending": [], "complete": [CAT, DOG], "failed": [MISSING]},
}

OLDER_JOB: shapes.OlderJob = {
    "id": JOB_ID,
    "created": "2026-11-21T16:48:29.123Z",
    "finished": "2026-11-21T17:00:02.456Z",
    "status": "completed",
    "uploaded": {"pending": [], "completed": [CAT, DOG], "failed": [MISSING]},
}

SUMMARY: shapes.Summary = {
    "id": JOB_ID,
    "created": "2026-11-21T16:48:29.123Z",
    "finished": "2026-11-21T17:00:02.456Z",
    "status": JobStatus.COMPLETE,
    "images": {"pending": 0, "complete": 2, "failed": 1},
}

JOBS: shapes.Jobs = {"jobs": [SUMMARY], "next": None}

UPLOADED_IMAGE: shapes.Image = {
    "index": 0,
    "url": CAT,
    "status": ImageStatus.COMPLETE,
    "link": "https://i.imgur.com/gAGub9k.jpg",
    "id": "gAGub9k",
    "type": "image/jpeg",
    "width": 1024,
    "height": 768,
    "bytes": 183_211,
    "attempts": 1,
    "deduplicated": False,
    "possiblyDuplicated": False,
    "deleted": False,
    "error": None,
    "retryAt": None,
}

FAILED_IMAGE: shapes.Image = {
    "index": 2,
    "url": MISSING,
    "status": ImageStatus.FAILED,
    "link": None,
    "id": None,
    "type": None,
    "width": None,
    "height": None,
    "bytes": None,
    "attempts": 1,
    "deduplicated": False,
    "possiblyDuplicated": False,
    "deleted": False,
    "error": {
        "code": "source-not-found",
        "message": "There is nothing at the URL (any more).",
        "retryable": False,
    },
    "retryAt": None,
}

IMAGES: shapes.Images = {"images": [UPLOADED_IMAGE, FAILED_IMAGE], "next": None}

LINKS: shapes.Links = {
    "uploaded": ["https://i.imgur.com/Kz3u1Pq.png", "https://i.imgur.com/gAGub9k.jpg"],
    "next": "1763743709123-0",
}

ONE_IMAGE: shapes.UploadedImage = {
    "link": "https://i.imgur.com/gAGub9k.jpg",
    "deletionUrl": "https://ferry.example.org/v1/images/delete/Vq3yNn2sX0m8c1Kp5tRw7A",
    "id": "gAGub9k",
    "type": "image/jpeg",
    "width": 1024,
    "height": 768,
    "bytes": 183_211,
    "jobId": JOB_ID,
}

DELETED: shapes.Deletion = {
    "status": DeletionStatus.DELETED,
    "link": "https://i.imgur.com/gAGub9k.jpg",
}

DELETION: shapes.Deletion = {**DELETED, "status": DeletionStatus.PENDING}

DELIVERIES: shapes.Deliveries = {
    "deliveries": [
        {
            "id": DELIVERY_ID,
            "type": "job.complete",
            "created": "2026-11-21T17:00:02.456Z",
            "attempts": 2,
            "status": DeliveryStatus.PENDING,
            "lastStatus": 500,
            "lastError": "The receiver answered with HTTP status 500.",
            "nextAttempt": "2026-11-21T17:05:15.123Z",
        }
    ]
}

REPLAYED: shapes.Deliveries = {
    "deliveries": [
        {
            **DELIVERIES["deliveries"][0],
            "attempts": 0,
            "lastStatus": None,
            "lastError": None,
            "nextAttempt": "2026-11-21T17:01:40.789Z",
        }
    ]
}

JOB_COMPLETE: shapes.JobComplete = {
    "type": "job.complete",
    "timestamp": "2026-11-21T17:00:02.456Z",
    "data": SUMMARY,
}

DESTINATION: shapes.Destination = {
    "windows": [
        {"name": "user", "limit": 50, "remaining": 0, "resetsAt": "2026-11-21T17:00:00.000Z"},
        {"name": "client", "limit": 1250, "remaining": 1180, "resetsAt": None},
    ],
    "pause": {"reason": "imgur-rate-limited", "until": "2026-11-21T17:00:00.000Z"},
    "inFlight": 0,
    "waiting": 412,
    "due": 3,
    "imagesPerSecond": 1.5,
}

READY: shapes.Readiness = {"ready": True, "redis": True, "workers": 2, "pause": None}
