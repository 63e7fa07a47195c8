"""The routes of the image source.

* /photo/<n>.<jpg|png|gif|bmp|tiff|webp>?bytes=100000   a photo; how it comes: see Delivery
* /flaky/<n>.<...>?fails=2    503 so many times for each path, then the photo
* /cookie/<n>.<...>           a photo that comes with a cookie; 400 for who brings one back
* /redirect/<n>?to=URL        n redirects, then URL (a photo when not given)
* /redirect-to?url=URL        one redirect
* /deleted/<anything>         a redirect to /removed.png, as i.imgur.com does
* /page.html /drawing.svg     what is not an image
* /endless /hang /reset       a body without end, no answer, a closed connection
* /_source/stats              what was asked for since the start
"""

import asyncio
from collections import Counter

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.removed import REMOVED_PNG
from sandbox.source.delivery import Delivery, number
from sandbox.source.photos import FORMATS, PhotoTooSmall, photo

PAGE = b"<!doctype html><title>A page</title><p>This is a page, not an image.</p>\n"
DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9"/></svg>\n'
)
SOME_KILOBYTES = bytes(8192)
COOKIE = "cookie-d41f7a09"

routes = web.RouteTableDef()
requests = web.AppKey("requests", Counter[str])
failures = web.AppKey("failures", Counter[str])
at_once = web.AppKey("at_once", Counter[str])
"""How many requests are being answered `now`, and how many were at `most`."""
PHOTO = r"{number:\d{1,9}}.{extension:" + "|".join(FORMATS) + "}"


def build(_address: str) -> web.Application:
    """The application."""
    app = web.Application(middlewares=[_count])
    app[requests] = Counter()
    app[failures] = Counter()
    app[at_once] = Counter()
    app.add_routes(routes)
    return app


@web.middleware
async def _count(request: web.Request, handler: Handler) -> web.StreamResponse:
    request.app[requests][request.path] += 1
    counts = request.app[at_once]
    counts["now"] += 1
    counts["most"] = max(counts["most"], counts["now"])
    try:
        return await handler(request)
    finally:
        counts["now"] -= 1


@routes.get("/photo/" + PHOTO)
async def _photo(request: web.Request) -> web.StreamResponse:
    extension = request.match_info["extension"]
    size = int(number(request, "bytes", 0)) or None
    try:
        body = photo(int(request.match_info["number"]), extension, size)
    except PhotoTooSmall as error:
        raise web.HTTPBadRequest(text=f"bytes: {error}\n") from None
    return await Delivery.of(request).answer(request, body, FORMATS[extension].content_type)


@routes.get("/flaky/" + PHOTO)
async def _flaky(request: web.Request) -> web.StreamResponse:
    failed = request.app[failures]
    if failed[request.path] < number(request, "fails", 2):
        failed[request.path] += 1
        raise web.HTTPServiceUnavailable
    return await _photo(request)


@routes.get("/cookie/" + PHOTO)
async def _cookie(request: web.Request) -> web.StreamResponse:
    if request.cookies:
        raise web.HTTPBadRequest
    response = await _photo(request)
    response.set_cookie("session", COOKIE)
    return response


@routes.get(r"/redirect/{hops:\d{1,3}}")
async def _redirect(request: web.Request) -> web.StreamResponse:
    hops = int(request.match_info["hops"])
    if hops > 1:
        raise web.HTTPFound(request.url.with_path(f"/redirect/{hops - 1}", keep_query=True))
    raise web.HTTPFound(request.query.get("to", "/photo/1.jpg"))


@routes.get("/redirect-to")
async def _redirect_to(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(request.query.get("url", "/photo/1.jpg"))


@routes.get("/deleted/{name}")
async def _deleted(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/removed.png")


@routes.get("/removed.png")
async def _removed(_request: web.Request) -> web.StreamResponse:
    return web.Response(body=REMOVED_PNG, content_type="image/png")


@routes.get("/page.html")
async def _page(request: web.Request) -> web.StreamResponse:
    return await Delivery.of(request).answer(request, PAGE, "text/html")


@routes.get("/drawing.svg")
async def _drawing(request: web.Request) -> web.StreamResponse:
    return await Delivery.of(request).answer(request, DRAWING, "image/svg+xml")


@routes.get("/endless")
async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
    await response.prepare(request)
    await response.write(photo(1, "jpg"))
    while True:
        await response.write(SOME_KILOBYTES)
        await asyncio.sleep(0)


@routes.get("/hang")
async def _hang(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise web.HTTPNoContent


@routes.get("/reset")
async def _reset(request: web.Request) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    raise web.HTTPNoContent


@routes.get("/_source/stats")
async def _stats(request: web.Request) -> web.StreamResponse:
    paths = request.app[requests]
    most = request.app[at_once]["most"]
    return web.json_response({"requests": paths.total(), "mostAtOnce": most, "paths": paths})
