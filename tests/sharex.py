"""What ShareX does with a .sxcu file, of getsharex.com/docs/custom-uploader, as far as we go."""

import re
from pathlib import Path
from typing import Any

import requests

#: A character behind a backslash stands for itself; braces hold what is looked up in the answer.
_SYNTAX = re.compile(r"\\(.)|\{json:([^{}|\\]+)\}|([{}\\])")
_NAMES = {
    *("Version", "Name", "DestinationType", "RequestMethod", "RequestURL", "Parameters", "Headers"),
    *("Body", "Arguments", "FileFormName", "URL", "ThumbnailURL", "DeletionURL", "ErrorMessage"),
}


class ShareX:
    """An uploader that was imported."""

    def __init__(self, uploader: dict[str, Any]) -> None:
        assert uploader.keys() <= _NAMES
        assert (uploader["DestinationType"], uploader["Body"]) == (
            "ImageUploader",
            "MultipartFormData",
        )
        self._uploader = uploader

    def upload(self, path: Path) -> dict[str, str]:
        """The URLs that ShareX shows of an uploaded file, or the error."""
        given = self._uploader
        answer = requests.request(
            given["RequestMethod"],
            _evaluate(given["RequestURL"], None),
            headers={name: _evaluate(value, None) for name, value in given["Headers"].items()},
            files={given["FileFormName"]: (path.name, path.read_bytes(), "image/png")},
        )
        shown = ("URL", "DeletionURL") if answer.ok else ("ErrorMessage",)
        return {name: _evaluate(given[name], answer.json()) for name in shown}


def _evaluate(text: str, answer: Any) -> str:
    def replace(found: re.Match[str]) -> str:
        literal, path, stray = found.groups()
        assert not stray, f"{text} has a stray {stray}"
        value = answer
        for name in (path or "").split(".") if path else ():
            value = value[name]
        return literal or str(value)

    return _SYNTAX.sub(replace, text)
