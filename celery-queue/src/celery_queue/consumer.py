"""What of the queue reaches Celery's worker: messages as `jobs.dispatch` sends them.

Celery takes more than that (other tasks, callbacks, time limits, a wait until some date), and
some of what it does not understand ends the worker.
"""

from collections.abc import Callable
from typing import Any

import structlog
from celery.worker.consumer import Consumer
from kombu.message import Message

from celery_queue.share import Share
from jobs.queue import DELETE_IMAGE, UPLOAD_IMAGES

log = structlog.get_logger(__name__)

_NOT_UNDERSTOOD = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


class OurConsumer(Consumer):  # type: ignore[misc]
    """Celery's consumer. It drops what is not ours, and outlives what is no message at all."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # kombu raises them for what it cannot unpack: by then it is gone from the queue.
        self.channel_errors += _NOT_UNDERSTOOD

    def create_task_handler(self, *arguments: Any, **named: Any) -> Callable[[Message], None]:
        """The function that is called with every message."""
        handle = super().create_task_handler(*arguments, **named)
        share: Share = self.controller.share
        self._take_no_more_than(share)

        def handle_ours(message: Message) -> None:
            if _is_ours(message):
                if images := _images(message):
                    share.take(message.headers["id"], images)
                handle(message)
            else:
                log.warning("message not understood")

        return handle_ours

    def _take_no_more_than(self, share: Share) -> None:
        qos = self.task_consumer.channel.qos
        has_thread = qos.can_consume  # as worker_disable_prefetch has it
        qos.can_consume = lambda: share.has_room() and has_thread()
        share.on_room = lambda: self.hub.call_soon(lambda: None)  # by itself it looks once a second
        # Of a message that is not acknowledged nothing is kept, but Celery would let Redis look.
        qos.ack = lambda _: None


def _is_ours(message: Message) -> bool:
    headers = message.headers
    try:
        arguments, named, embed = message.payload
        return (
            headers["task"] in (UPLOAD_IMAGES, DELETE_IMAGE)
            and isinstance(headers["id"], str)
            and isinstance(arguments, list)
            and isinstance(named, dict)
            and not any(embed.values())
            and not any(headers.get(name) for name in ("eta", "expires", "group"))
            and not any(headers.get("timelimit") or ())
        )
    except Exception:
        return False


def _images(message: Message) -> int:
    """How many images it brings to ferry."""
    match message.payload[0]:
        case (_, list(indexes)):
            return len(indexes)
    return 0
