"""The routes of the documentation: `/openapi.json` for programs, `/docs` for people.

The page is Swagger UI as it comes from npm (`static/swagger-ui`, with its licence) over that
document. Whoever can reach the service may read both: they are the same everywhere.
"""

from flask import Blueprint, Response

from api.openapi.document import document
from api.openapi.operation import Part
from api.pages import content_security_policy

#: The renderer's style sheet has its pictures in it.
CONTENT_SECURITY_POLICY = content_security_policy(images="data:")


def docs() -> Blueprint:
    """The routes: `/openapi.json`, `/docs`, and the files of the page below it."""
    routes = Blueprint("docs", __name__, static_folder="static", static_url_path="/docs")

    @routes.get("/openapi.json")
    def openapi() -> Part:
        return document()

    @routes.get("/docs")
    def page() -> Response:
        response = routes.send_static_file("index.html")
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return routes
