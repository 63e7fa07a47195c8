"""The names and the form of what goes over Celery: the contract of who sends and who runs it."""

from celery import Celery

from jobs.settings import JobsSettings

#: The task that ferries images of one job: `upload_images(job_id, [index, ...])`. No URL ever.
UPLOAD_IMAGES = "imgferry.upload_images"
#: The task that deletes an image at the destination: `delete_image(job_id, index)`.
DELETE_IMAGE = "imgferry.delete_image"
#: The queue, and the Redis list, that the messages wait in.
QUEUE = "imgferry"


def make_celery(settings: JobsSettings) -> Celery:
    """The Celery application as both sides need it; connects when it is used."""
    app = Celery(
        "imgferry",
        broker=settings.broker,
        backend=settings.redis_url,
        set_as_current=False,
        fixups=(),  # Django's would load the worker, in the API too
    )
    app.conf.update(
        task_default_queue=QUEUE,
        # A lost message is harmless (leases), so none is kept until somebody has acknowledged it.
        task_queues={QUEUE: {"exchange": QUEUE, "no_ack": True}},
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        # The state of a job is in the store; a stored result would only cost.
        task_ignore_result=True,
        # The store is asked again every second: better to fail at once than to hold a request.
        task_publish_retry=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # for ever: Redis may be away for longer than that
        broker_channel_error_retry=True,  # else a Redis that is read-only for a time ends workers
        broker_transport_options={
            "socket_connect_timeout": 2,
            "socket_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 30,
            "max_retries": 1,
            "interval_start": 0,
        },
        timezone="UTC",
    )
    return app
