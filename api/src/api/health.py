"""Whether this process lives, and whether the service can do its work."""

from flask import Blueprint

from api import shapes
from api.presenting import present_pause
from api.problems import Problem
from jobs.errors import StoreUnavailable
from jobs.store import JobStore


def health(store: JobStore) -> Blueprint:
    """The two routes, outside the versions of the contract."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> shapes.Health:
        """200 while this process answers, whatever Redis does: restarting it would not help."""
        return {"status": "ok"}

    @routes.get("/readyz")
    def readyz() -> shapes.Readiness:
        """200 when Redis answers and a worker lives; a pause of the destination is no fault."""
        try:
            workers, pause = len(store.workers()), store.paused()
        except StoreUnavailable:
            raise _not_ready("Redis does not answer.", {"ready": False, "redis": False}) from None
        state: shapes.Readiness = {
            "ready": workers > 0,
            "redis": True,
            "workers": workers,
            "pause": present_pause(pause),
        }
        if not workers:
            raise _not_ready("No worker lives: jobs are taken, and wait.", state)
        return state

    return routes


def _not_ready(detail: str, state: shapes.Readiness) -> Problem:
    return Problem(503, detail, kind="not-ready", headers={"Retry-After": "5"}, **state)
