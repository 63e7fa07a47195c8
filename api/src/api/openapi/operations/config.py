"""The configurations of other programs."""

from typing import Any

from api.openapi.operation import Part, operation


def _file(name: str, program: str, media_type: str, schema: Part, example: Any) -> Part:
    return operation(
        name,
        "Service",
        f"Configure {program}",
        f"What {program} needs to upload through this service: its URL as it was asked, and the "
        "API key with which it was.",
        answers={
            200: {
                "description": "The file.",
                "content": {media_type: {"schema": schema, "example": example}},
            }
        },
        problems=[400],
    )


_OBJECT: Part = {"type": "object"}
_JSON = "application/json"

PATHS: dict[str, Part] = {
    "/v1/config/sharex.sxcu": {
        "get": _file("configureShareX", "ShareX", _JSON, _OBJECT, {"Name": "Imgferry"})
    },
    "/v1/config/picgo.json": {
        "get": _file("configurePicGo", "PicGo", _JSON, _OBJECT, {"picBed": {}})
    },
    "/v1/config/flameshot.sh": {
        "get": _file(
            "configureFlameshot",
            "Flameshot",
            "text/x-shellscript",
            {"type": "string"},
            "#!/bin/sh\n",
        )
    },
}
