"""Every error answer of Imgur that was recorded or reported, by name. Data only.

The bodies are verbatim from the fixtures of Imgur's clients (DamienDennehy/Imgur.API, node-imgur,
php-imgur-api-client, PyImgur, ShareX) and from the issues of these and other projects. Where only
a text is known it stands in the form of shape 1, or in a plain page; `(...)` in a known text was
filled in. The HTTP status is the recorded one; else the body's, or 503 where that is none of HTTP.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_JSON: Mapping[str, str] = {"Content-Type": "application/json"}
_VND: Mapping[str, str] = {"Content-Type": "application/vnd.imgur.v1+json"}
_HTML: Mapping[str, str] = {"Content-Type": "text/html"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One answer: HTTP status, body and headers."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=lambda: _JSON)


def classic(error: str, status: int, path: str = "/3/image", method: str = "POST") -> str:
    """A body of shape 1: the error is a string."""
    return (
        f'{{"data":{{"error":"{error}","request":"{path}","method":"{method}"}},'
        f'"success":false,"status":{status}}}'
    )


def exception(code: int, message: str, status: int, path: str, method: str) -> str:
    """A body of shape 2: the error is an object."""
    return (
        f'{{"status":{status},"success":false,"data":{{"error":{{"code":{code},'
        f'"message":"{message}","type":"ImgurException","exception":[]}},'
        f'"request":"{path}","method":"{method}"}}}}'
    )


def _told(error: str, status: int) -> Shape:
    return Shape(status, classic(error, status))


_TOO_FAST = exception(
    429, "You are uploading too fast. Please wait 59 more minutes.", 400, "/3/image.json", "POST"
)
_FILE_TYPE = exception(1003, "File type invalid (1)", 400, "/3/image", "POST")
_CAPACITY = (
    '{"data":{"error":"Imgur is temporarily over capacity. Please try again later."},'
    '"success":false,"status":%d}'
)
_FORBIDDEN = '{"data":{"error":"These actions are forbidden."},"success":false,"status":%d}'
_EDGE = {**_JSON, "CDN-Error": "yes", "Retry-After": "0", "Server": "cat, factory, 1.0"}
_LIMITS_2025 = {
    **_VND,
    "x-post-rate-limit-limit": "1250",
    "x-post-rate-limit-remaining": "1206",
    "x-post-rate-limit-reset": "1648",
    "x-ratelimit-clientlimit": "12500",
    "x-ratelimit-clientremaining": "12499",
    "x-ratelimit-clientreset": "86400",
    "x-ratelimit-userlimit": "500",
    "x-ratelimit-userremaining": "0",
    "x-ratelimit-userreset": "3600",
    "Server": "cat factory 1.0",
}
_VARNISH = "<html><head><title>503 %s</title></head><body><h1>Error 503 %s</h1></body></html>"

SHAPES: Mapping[str, Shape] = {
    # Shape 1: data.error is a string
    "bad-request": Shape(
        400,
        '{"status":400,"success":false,"data":{"error":"Bad Request",'
        '"request":"/3/upload","method":"POST"}}',
    ),
    "authentication-required": _told("Authentication required", 401),
    "tag-not-found": Shape(
        404,
        r'{"data":{"error":"Tag does not exist","request":"\/3\/account\/me\/follow\/tag\/'
        r'{{tagName}}","method":"POST"},"success":false,"status":404}',
    ),
    "tag-not-followed": Shape(
        409,
        r'{"data":{"error":"Not following tag","request":"\/3\/account\/me\/follow\/tag\/funny",'
        r'"method":"DELETE"},"success":false,"status":409}',
    ),
    "over-capacity-1203": Shape(
        503,
        '{"data":{"error":"Imgur is over capacity. Please try again.", '
        '"request":"/image/MwJTXbW", "method":"POST" }, "success":false, "status":1203 }',
    ),
    "over-size-413": Shape(
        413,
        '{"status":413,"success":false,"data":{"error":"file is over the size limit",'
        '"request":"/3/upload","method":"POST"}}',
    ),
    "invalid-client-id": _told("Invalid client_id", 403),
    "malformed-auth-header": _told("Malformed auth header", 403),
    "unauthorized": _told("Unauthorized", 403),
    "permission-denied": _told("Permission denied", 403),
    "invalid-access-token": _told("The access token provided is invalid.", 403),
    "daily-limit": _told("Daily client requests exceeded", 429),
    "user-limit": _told("User request limit exceeded", 429),
    "too-fast-text": _told("Uploading file too fast!", 400),
    "no-image-data": _told("No image data was sent to the upload api", 400),
    "corrupt": _told("Image format not supported, or image is corrupt.", 400),
    "animated-gif-too-large": _told(
        "Animated GIF is larger than 2MB. Make the image smaller and then try uploading again.", 400
    ),
    "upstream-timeout": _told("Operation timed out after 10000 milliseconds", 400),
    "file-type-not-supported": _told("We don't support that file type!", 400),
    "upload-failed": _told("Image failed to upload.", 400),
    "upload-unprocessed": _told("Unable to process upload!", 400),
    "invalid-url": _told("Invalid URL (https://example.org/)", 400),
    "image-not-found": _told("Unable to find an image with the id, 8pCqe", 404),
    "database": _told("Failed to connect to the DB", 400),
    "banned-country": _told("Banned Country Attempt (IN)", 403),
    # Shape 2: data.error is an object
    "too-fast": Shape(429, _TOO_FAST),
    "too-fast-400": Shape(400, _TOO_FAST),
    "could-not-complete": Shape(
        500,
        '{"data":{"error":{"code":500,"message":"Could not complete request",'
        '"type":"ImgurException","exception":{}},'
        '"request":"/3/account/sarah/gallery_profile","method":"GET"},'
        '"success":false,"status":500}',
    ),
    "forbidden": Shape(
        400,
        '{"data":{"error":{"code":403,"message":"Forbidden","type":"ImgurException",'
        r'"exception":[]},"request":"\/3\/image","method":"POST"},"success":false,"status":400}',
    ),
    "code-without-message": Shape(
        400,
        '{"status":400,"success":false,"data":{"error":{"code":666,"type":"ImgurException",'
        '"exception":[]},"request":"/3/image.json","method":"POST"}}',
    ),
    "over-size-1002": Shape(
        400, exception(1002, "File is over the size limit", 400, "/3/image", "POST")
    ),
    "file-type-1003": Shape(400, _FILE_TYPE),
    "file-type-415": Shape(415, _FILE_TYPE),
    # Shape 3: the edge, or overload
    "over-capacity-403": Shape(403, _CAPACITY % 403),
    "over-capacity-500": Shape(500, _CAPACITY % 500),
    "over-capacity-429": Shape(
        429,
        '{"status":500,"success":false,"data":{"error":'
        '"Imgur is temporarily over capacity. Please try again later."}}',
    ),
    "actions-forbidden": Shape(400, _FORBIDDEN % 400, _EDGE),
    "actions-forbidden-403": Shape(403, _FORBIDDEN % 403, _EDGE),
    # Shape 4: JSON:API errors; with the limit headers recorded in 2025, by which window is spent
    "errors-429": Shape(
        429,
        '{"errors":[{"id":"legacy-api-7dd44684d9-v66jl/6ykBZ3fSll-9984757","code":"429",'
        '"status":"Too Many Requests","detail":"Too Many Requests"}]}',
        _VND,
    ),
    "user-window-spent": Shape(429, classic("Too Many Requests", 429), _LIMITS_2025),
    "client-window-spent": Shape(
        429,
        classic("Too Many Requests", 429),
        {**_LIMITS_2025, "x-ratelimit-userremaining": "499", "x-ratelimit-clientremaining": "0"},
    ),
    "posts-window-spent": Shape(
        429,
        classic("Too Many Requests", 429),
        {
            **_LIMITS_2025,
            "x-ratelimit-userremaining": "490",
            "x-post-rate-limit-remaining": "0",
        },
    ),
    "no-window-spent": Shape(
        429,
        classic("Too Many Requests", 429),
        {**_LIMITS_2025, "x-ratelimit-userremaining": "490"},
    ),
    # Shape 5: a bare error object
    "bare-413": Shape(
        413,
        '{"id":"legacy-api-5b7c4f6c68-2pblb/JYEwsy8Hoj-145368","code":413,'
        '"detail":"file is over the size limit","status":"Request Entity Too Large"}',
    ),
    # Shape 6: data is no object
    "data-text": Shape(500, '{"data":"An error occurred","success":false,"status":500}'),
    "data-false": Shape(400, '{"data":false,"success":false,"status":400}'),
    "data-list": Shape(500, '{"data":[],"success":false,"status":503}'),
    # Shape 7: not JSON
    "html-429": Shape(
        429,
        "<html>\r\n<head><title>429 Too Many Requests</title></head>\r\n<body>\r\n"
        "<center><h1>429 Too Many Requests</h1></center>\r\n<hr><center>nginx</center>\r\n"
        "</body>\r\n</html>\r\n",
        _HTML,
    ),
    "html-405": Shape(
        405,
        "<html>\r\n<head><title>405 Not Allowed</title></head>\r\n<body>\r\n"
        "<center><h1>405 Not Allowed</h1></center>\r\n<hr><center>nginx</center>\r\n"
        "</body>\r\n</html>\r\n",
        _HTML,
    ),
    "html-400": Shape(
        400,
        "<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n"
        "</body></html>\n",
        _HTML,
    ),
    "html-overload": Shape(
        200,
        "<html><head><title>Imgur overloaded. Hang in there with kittens</title></head>"
        "<body><h1>Imgur is over capacity!</h1></body></html>",
        _HTML,
    ),
    "varnish-client-read": Shape(503, _VARNISH % (("client read error",) * 2), _HTML),
    "varnish-backend-write": Shape(503, _VARNISH % (("backend write error",) * 2), _HTML),
    "xml-stub": Shape(200, "\r\n <xml", {"Content-Type": "text/xml"}),
    "empty": Shape(200, ""),
    # Shapes 8 to 10: gateway, mandible, an error inside success
    "gateway": Shape(
        401,
        '{"message":"Missing Mashape application key.Go to http://docs.mashape.com/api-keys '
        'to learn how to get your API application key."}',
    ),
    "mandible": Shape(400, '{"error":"Error downloading URL!","status":400,"success":false}'),
    "error-in-success": Shape(
        200,
        '{"data":{"error":"Unauthorized","request":"/3/account/me/image/487153732",'
        '"method":"DELETE"},"success":true,"status":200}',
    ),
}
