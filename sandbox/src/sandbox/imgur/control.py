"""The stand-in's own routes, no part of Imgur: what it counted, and what it shall do wrong.

* GET /_stand-in/stats
* GET /_stand-in/images?limit=100       the newest first
* PUT, DELETE /_stand-in/faults         [{"name": "too-fast", "times": 3, "after": 10}, ...]
* PUT /_stand-in/delay                  {"seconds": 0.1} for every upload from now on
"""

import math
from collections import Counter
from typing import Any

from aiohttp import web

from sandbox.imgur.faults import Fault
from sandbox.imgur.images import Image
from sandbox.imgur.quota import UNLIMITED, Window
from sandbox.imgur.standin import STAND_IN

routes = web.RouteTableDef()


@routes.get("/_stand-in/stats")
async def _stats(request: web.Request) -> web.StreamResponse:
    here = request.app[STAND_IN]
    images = here.images.all()
    copies = Counter(image.sha256 for image in images)
    limits = (here.quota.user, here.quota.client, here.quota.posts)
    return web.json_response(
        {
            "uploads": here.uploads.total(),
            "refusals": here.refusals.total(),
            "faults": here.faults.happened,
            "addresses": {
                address: {"uploads": here.uploads[address], "refusals": here.refusals[address]}
                for address in here.uploads | here.refusals
            },
            "images": len(images),
            "bytes": sum(image.size for image in images),
            "duplicates": len(images) - len(copies),
            "windows": [_window(window) for limit in limits for window in limit.history()],
        }
    )


def _window(window: Window) -> dict[str, Any]:
    return {
        "name": window.name,
        "limit": window.limit if window.limit != UNLIMITED else None,
        "used": window.used,
        "refusals": window.refusals,
        "started": window.started,
        "ends": window.ends,
        "latest": window.latest,
    }


@routes.get("/_stand-in/images")
async def _images(request: web.Request) -> web.StreamResponse:
    here = request.app[STAND_IN]
    try:
        limit = int(request.query.get("limit", 100))
    except ValueError:
        raise web.HTTPBadRequest(text="limit: takes a whole number\n") from None
    newest = here.images.all()[::-1][: max(limit, 0)]
    return web.json_response([_listed(image) for image in newest])


def _listed(image: Image) -> dict[str, Any]:
    return {
        "id": image.id,
        "name": image.name,
        "type": image.type,
        "bytes": image.size,
        "sha256": image.sha256,
    }


@routes.put("/_stand-in/faults")
async def _set_faults(request: web.Request) -> web.StreamResponse:
    wanted = await _json(request)
    if not isinstance(wanted, list):
        raise web.HTTPBadRequest(text="takes a list of faults\n")
    try:
        request.app[STAND_IN].faults.set([Fault.from_json(fault) for fault in wanted])
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"{error}\n") from None
    return web.Response(status=204)


@routes.delete("/_stand-in/faults")
async def _clear_faults(request: web.Request) -> web.StreamResponse:
    request.app[STAND_IN].faults.set([])
    return web.Response(status=204)


@routes.put("/_stand-in/delay")
async def _set_delay(request: web.Request) -> web.StreamResponse:
    match await _json(request):
        case {"seconds": int() | float() as seconds} if 0 <= seconds < math.inf:
            request.app[STAND_IN].delay = seconds
            return web.Response(status=204)
    raise web.HTTPBadRequest(text='takes {"seconds": a number, 0 or more}\n')


async def _json(request: web.Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="takes JSON\n") from None
