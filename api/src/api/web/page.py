"""The route of the web page, and of the files it is made of: HTML, style and scripts as they are.

The page asks the API as any other client does, so it needs no key itself: it asks its reader for
one. Its files are checked for a newer version at every visit (ETag), and else not sent again.
"""

from flask import Blueprint, Response

from api.pages import content_security_policy

#: Images come from Imgur by https, and from a stand-in on this machine by http.
CONTENT_SECURITY_POLICY = content_security_policy(
    images="https: http://127.0.0.1:* http://localhost:*"
)


def page() -> Blueprint:
    """The routes: `/`, and `/static/...`."""
    routes = Blueprint("page", __name__, static_folder="static", static_url_path="/static")

    @routes.get("/")
    def index() -> Response:
        response = routes.send_static_file("index.html")
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return routes
