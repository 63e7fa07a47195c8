"""The configurations of ShareX and PicGo, and a script for Flameshot, each for who asks.

They have the URL by which this service was asked, and the API key with which it was.
"""

import json
import re
from shlex import quote
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for


def config() -> Blueprint:
    """The routes."""
    routes = Blueprint("config", __name__, url_prefix="/v1/config", template_folder="templates")

    @routes.get("/sharex.sxcu")
    def sharex() -> Response:
        return _file("imgferry.sxcu", "application/json", _sharex())

    @routes.get("/picgo.json")
    def picgo() -> Response:
        return _file("picgo.json", "application/json", _picgo())

    @routes.get("/flameshot.sh")
    def flameshot() -> Response:
        script = render_template("flameshot.sh", url=quote(_url()), key=quote(_key()))
        return _file("flameshot-imgferry", "text/x-shellscript; charset=utf-8", script + "\n")

    return routes


def _sharex() -> str:
    """By getsharex.com/docs/custom-uploader; double-clicked, it becomes ShareX's image uploader."""
    uploader: dict[str, Any] = {
        "Version": "15.0.0",
        "Name": "Imgferry",
        "DestinationType": "ImageUploader",
        "RequestMethod": "POST",
        "RequestURL": _literal(_url()),
        "Headers": {name: _literal(value) for name, value in _headers().items()},
        "Body": "MultipartFormData",
        "FileFormName": "image",
        "URL": "{json:link}",
        "DeletionURL": "{json:deletionUrl}",
        "ErrorMessage": "{json:detail}",
    }
    return json.dumps(uploader, indent=2) + "\n"


def _literal(text: str) -> str:
    """Text as it is, where ShareX looks for its syntax in braces."""
    return re.sub(r"([\\{}|])", r"\\\1", text)


def _picgo() -> str:
    """PicGo's `config.json`, for its plugin web-uploader, which takes the headers as a text."""
    headers = _headers()
    uploader = {
        "url": _url(),
        "paramName": "image",
        "jsonPath": "link",
        "customHeader": json.dumps(headers) if headers else "",
        "customBody": "",
    }
    beds = {"current": "web-uploader", "uploader": "web-uploader", "web-uploader": uploader}
    plugins = {"picgo-plugin-web-uploader": True}
    return json.dumps({"picBed": beds, "picgoPlugins": plugins}, indent=2) + "\n"


def _url() -> str:
    return url_for("one_image.upload", _external=True)


def _key() -> str:
    sent = request.authorization
    return sent.token or "" if sent and sent.type == "bearer" else ""


def _headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {_key()}"} if _key() else {}


def _file(name: str, kind: str, content: str) -> Response:
    headers = {
        "Content-Type": kind,
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",  # the key may be in it
    }
    return make_response(content, headers)
