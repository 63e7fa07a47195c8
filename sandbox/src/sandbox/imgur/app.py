"""Imgur's API v3 as far as this service speaks it, and i.imgur.com beside it.

* POST /3/image, POST /3/upload     keep an image
* GET /3/image/<id>                 what is known of it
* DELETE /3/image/<deletehash>      delete it
* GET /3/credits                    what the limits still cover
* GET /<id>.<ext>                   the bytes; a redirect to /removed.png where there is none
* GET /removed.png
"""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.imgur import control
from sandbox.imgur.answers import image_object, recorded, refusal, success
from sandbox.imgur.errors import Refused
from sandbox.imgur.faults import LOST_ANSWER, RESET
from sandbox.imgur.form import read_form
from sandbox.imgur.images import Image
from sandbox.imgur.kinds import kind_of
from sandbox.imgur.quota import CALL_COST, UPLOAD_COST, Account
from sandbox.imgur.shapes import SHAPES
from sandbox.imgur.standin import STAND_IN, StandIn
from sandbox.removed import REMOVED_PNG

MAX_BODY = 200_000_000
"""Bytes: the most that Imgur ever said of a file, for videos."""

IMAGE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""The bytes are anybody's: no browser may take them for a page."""

routes = web.RouteTableDef()


def build(here: StandIn) -> web.Application:
    """The application."""
    app = web.Application(middlewares=[_answer_errors], client_max_size=MAX_BODY)
    app[STAND_IN] = here
    app.add_routes(routes)
    app.add_routes(control.routes)
    return app


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    here = request.app[STAND_IN]
    try:
        return await handler(request)
    except Refused as refused:
        return refusal(refused, request, here.limits(request))
    except web.HTTPRequestEntityTooLarge:
        return recorded(SHAPES["over-size-413"], here.quota)


@routes.post("/3/image")
@routes.post("/3/upload")
async def _upload(request: web.Request) -> web.StreamResponse:
    here = request.app[STAND_IN]
    # First of all: who is still sending does not read an answer.
    body = await request.read()
    client_id = here.authorize(request)
    fault = here.faults.next()
    if here.delay or fault:
        await asyncio.sleep(here.delay + (fault.seconds if fault else 0))
    if fault and fault.name == RESET:
        return _close(request)
    if fault and fault.name in SHAPES:
        return recorded(SHAPES[fault.name], here.quota)
    account = here.charge(request, client_id, UPLOAD_COST)
    image = _keep(here, request, body)
    if fault and fault.name == LOST_ANSWER:
        return _close(request)
    data = image_object(image, here.public_url) | {"deletehash": image.deletehash}
    return success(data, here.quota.headers(account))


def _keep(here: StandIn, request: web.Request, body: bytes) -> Image:
    form = read_form(request.headers.get("Content-Type", ""), body)
    if len(form.image) > here.max_bytes:
        raise Refused(400, "File is over the size limit", code=1002)
    kind = kind_of(form.image)
    name = form.filename.rpartition(".")[0] or form.filename
    image = here.images.keep(
        form.image, kind, name, form.fields.get("title"), form.fields.get("description")
    )
    here.uploads[request.remote or ""] += 1
    return image


def _close(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer: what is returned goes nowhere."""
    if request.transport:
        request.transport.abort()
    return web.Response()


def _charged(request: web.Request) -> tuple[StandIn, Account]:
    """Let in a call that is no upload."""
    here = request.app[STAND_IN]
    return here, here.charge(request, here.authorize(request), CALL_COST)


@routes.get("/3/credits")
async def _credits(request: web.Request) -> web.StreamResponse:
    here, account = _charged(request)
    return success(here.quota.credits(account), here.quota.headers(account))


@routes.get("/3/image/{id}")
async def _image(request: web.Request) -> web.StreamResponse:
    here, account = _charged(request)
    image_id = request.match_info["id"]
    image = here.images.get(image_id)
    if image is None:
        raise Refused(404, f"Unable to find an image with the id, {image_id}")
    return success(image_object(image, here.public_url), here.quota.headers(account))


@routes.delete("/3/image/{deletehash}")
async def _delete(request: web.Request) -> web.StreamResponse:
    here, account = _charged(request)
    if not here.images.delete(request.match_info["deletehash"]):
        raise Refused(403, "Unauthorized")
    return success(True, here.quota.headers(account))


@routes.get("/removed.png")
async def _removed(_request: web.Request) -> web.StreamResponse:
    return web.Response(body=REMOVED_PNG, content_type="image/png", headers=IMAGE_HEADERS)


@routes.get(r"/{id:[A-Za-z0-9]{7}}.{extension:[a-z0-9]*}")
async def _bytes(request: web.Request) -> web.StreamResponse:
    images = request.app[STAND_IN].images
    image = images.get(request.match_info["id"])
    if image is None:
        raise web.HTTPFound("/removed.png")
    headers = {**IMAGE_HEADERS, "Content-Type": image.type}
    return web.FileResponse(images.path(image), headers=headers)
