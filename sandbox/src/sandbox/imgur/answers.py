"""The stand-in's answers: Imgur's envelope, its image object, its errors."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.imgur.errors import Refused
from sandbox.imgur.images import Image
from sandbox.imgur.quota import Quota
from sandbox.imgur.shapes import Shape

_EVERYWHERE = {"Access-Control-Allow-Origin": "*", "Server": "cat factory 1.0"}
_JSON = {**_EVERYWHERE, "Content-Type": "application/json"}


def success(data: Any, limits: Mapping[str, str]) -> web.Response:
    """A success; `limits` are the headers that tell what is left."""
    body = {"data": data, "success": True, "status": 200}
    return web.Response(body=_dumped(body), headers={**_JSON, **limits})


def refusal(refused: Refused, request: web.Request, limits: Mapping[str, str]) -> web.Response:
    """An error in shape 1 or, with a code, in shape 2."""
    error: str | dict[str, Any] = refused.error
    if refused.code is not None:
        error = {
            "code": refused.code,
            "message": refused.error,
            "type": "ImgurException",
            "exception": [],
        }
    data = {"error": error, "request": request.path, "method": request.method}
    # With a code, the status in the body is 400 whatever the HTTP status is.
    status = refused.status if refused.code is None else 400
    body = {"data": data, "success": False, "status": status}
    return web.Response(status=refused.status, body=_dumped(body), headers={**_JSON, **limits})


def _dumped(body: dict[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def recorded(shape: Shape, quota: Quota) -> web.Response:
    """A recorded error, as it was but for its waits: they pass at the speed of the clock."""
    headers = {
        name: quota.hasten_reset(value) if name.endswith("reset") else value
        for name, value in shape.headers.items()
    }
    return web.Response(
        status=shape.status,
        body=quota.hasten_text(shape.body).encode(),
        headers={**_EVERYWHERE, **headers},
    )


def image_object(image: Image, public_url: str) -> dict[str, Any]:
    """All fields of an anonymous upload recorded in July 2021 but `deletehash`."""
    return {
        "id": image.id,
        "title": image.title,
        "description": image.description,
        "datetime": image.datetime,
        "type": image.type,
        "animated": image.animated,
        "width": image.width,
        "height": image.height,
        "size": image.size,
        "views": 0,
        "bandwidth": 0,
        "vote": None,
        "favorite": False,
        "nsfw": None,
        "section": None,
        "account_url": None,
        "account_id": 0,
        "is_ad": False,
        "in_most_viral": False,
        "has_sound": False,
        "tags": [],
        "ad_type": 0,
        "ad_url": "",
        "edited": "0",
        "in_gallery": False,
        "name": image.name,
        "link": f"{public_url}/{image.id}.{image.extension}",
    }
