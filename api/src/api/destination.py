"""The route that says how the destination, Imgur, stands."""

from flask import Blueprint

from api import shapes
from api.presenting import present_destination
from jobs.store import JobStore


def destination(store: JobStore) -> Blueprint:
    """The route, over this store."""
    routes = Blueprint("destination", __name__, url_prefix="/v1/destination")

    @routes.get("")
    def show() -> shapes.Destination:
        return present_destination(store.destination())

    return routes
