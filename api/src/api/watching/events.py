"""The route of a job's events, as a stream of server-sent events."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from uuid import UUID

from flask import Blueprint, Response, request

from api.parameters import STREAM_ID
from api.problems import Problem
from api.watching.feed import Feed, TooManyWatchers
from api.watching.frames import HEARTBEAT, RETRY, Event, change_event
from api.watching.topic import Topic
from jobs.errors import JobNotFound, StoreUnavailable
from jobs.store import JobStore

#: Seconds after which a stream that has nothing to tell shows that it lives.
SILENCE = 15
#: Bytes sent at once. What is on its way to a client is copied: of many slow ones, this much each.
PIECE = 65_536


def events(store: JobStore, feed: Feed) -> Blueprint:
    """The route, over this feed."""
    routes = Blueprint("events", __name__)

    @routes.get("/upload/<uuid:job_id>/events")
    def stream(job_id: UUID) -> Response:
        job, last = str(job_id), request.headers.get("Last-Event-ID", "")
        version, is_complete = store.version(job)
        if is_complete and last == version:
            return Response(status=204)  # tells an EventSource not to come back
        with ExitStack() as watching:
            try:
                topic = watching.enter_context(feed.watch(job, version, streams=True))
            except TooManyWatchers:
                raise _too_many() from None
            pieces = _stream(topic, *_first(store, topic, job, last))
            response = Response(pieces, mimetype="text/event-stream")
            response.call_on_close(watching.pop_all().close)
        response.headers["Cache-Control"] = "no-cache, no-transform"
        response.headers["X-Accel-Buffering"] = "no"  # nginx keeps nothing back
        return response

    return routes


def _first(store: JobStore, topic: Topic, job_id: str, last: str) -> tuple[int, Event]:
    """What a client is told first, and the number after which it goes on."""
    if STREAM_ID.fullmatch(last):
        number, change = topic.number, store.changes(job_id, last)
        if change.images is not None:
            return number, change_event(change)
    return topic.snapshot()


def _stream(topic: Topic, number: int, first: Event) -> Iterator[bytes]:
    yield RETRY
    told: Sequence[Event] = [first]
    while True:
        for event in told:
            yield from _pieces(event)
        if topic.is_closed or (told and told[-1].is_last):
            return
        if topic.wait(number, SILENCE):
            try:
                number, told = topic.after(number)
            except (JobNotFound, StoreUnavailable):
                return  # the client comes back, and is told
        else:
            yield HEARTBEAT
            told = ()


def _pieces(event: Event) -> Iterator[bytes]:
    for at in range(0, len(event.data), PIECE):
        yield event.data[at : at + PIECE]


def _too_many() -> Problem:
    detail = "As many watch jobs as this process of the service can hold. Try again later."
    return Problem(503, detail, kind="too-many-watchers", headers={"Retry-After": "5"})
