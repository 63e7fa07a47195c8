"""A Flask application that answers a constant: what Flask and gunicorn cost by themselves."""

from flask import Flask, Response

app = Flask(__name__)


@app.get("/")
def constant() -> Response:
    """As long as the job of an image or two."""
    return Response(b"{" + b" " * 300 + b"}", content_type="application/json")
