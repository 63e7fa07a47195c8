"""How a job's webhook was told that the job is complete, and to tell it again."""

from uuid import UUID

from flask import Blueprint

from api import shapes
from api.access import show_own_jobs_alone
from api.presenting import present_deliveries
from jobs.store import JobStore


def deliveries(store: JobStore) -> Blueprint:
    """The routes, over this store."""
    of_a_job = "/v1/images/upload/<uuid:job_id>/deliveries"
    routes = Blueprint("deliveries", __name__, url_prefix=of_a_job)
    show_own_jobs_alone(routes, store)

    @routes.get("")
    def of_job(job_id: UUID) -> shapes.Deliveries:
        return present_deliveries(store.deliveries(str(job_id)))

    @routes.post("/<delivery_id>/replay")
    def replay(job_id: UUID, delivery_id: str) -> tuple[shapes.Deliveries, int]:
        store.replay(str(job_id), delivery_id)
        return of_job(job_id), 202

    return routes
