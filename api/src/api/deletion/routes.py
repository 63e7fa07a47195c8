"""Deleting an image by its token: a page that asks, its form, and DELETE for programs.

Whoever has the token may delete the image; no API key is asked for, which a browser could not send.
"""

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api import shapes
from api.accepting import run_after_the_answer
from api.dispatching import DispatchSoon
from jobs.model import DeletionStatus
from jobs.store import JobStore

#: The page's own: nothing but its style sheet and its form, and nobody keeps it or frames it.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}


def deletion(store: JobStore, dispatch: DispatchSoon) -> Blueprint:
    """The routes, over this store."""
    routes = Blueprint(
        "deletion",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static/deletion",
    )
    path = "/v1/images/delete/<token>"

    @routes.get(path)
    def ask(token: str) -> Response:
        page = render_template("deletion.html", deletion=store.deletion(token))
        return make_response(page, HEADERS)

    @routes.post(path)
    def confirm(token: str) -> AnyResponse:
        _delete(token)
        return redirect(request.path, 303)

    @routes.delete(path)
    def delete(token: str) -> tuple[shapes.Deletion, int]:
        _delete(token)
        found = store.deletion(token)
        status = 200 if found.status is DeletionStatus.DELETED else 202
        return {"status": found.status, "link": found.link}, status

    def _delete(token: str) -> None:
        store.delete(token)
        run_after_the_answer(dispatch)

    return routes
