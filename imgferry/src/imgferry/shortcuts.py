"""Shortcuts on disk: a small file for each image that opens its link when it is clicked."""

import plistlib
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePath

from imgferry.formats import safe_link


def webloc(link: str) -> bytes:
    """A shortcut of macOS: a property list."""
    return plistlib.dumps({"URL": safe_link(link)})


def url(link: str) -> bytes:
    """A shortcut of Windows and most Linux desktops: an INI file."""
    return f"[InternetShortcut]\r\nURL={safe_link(link)}\r\n".encode()


SHORTCUTS: dict[str, Callable[[str], bytes]] = {"webloc": webloc, "url": url}
"""By their extension."""


class ShortcutFolder:
    """Takes a shortcut for each image, of one kind, and overwrites no file."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._folder = folder
        self._kind = kind
        self._tried: Counter[Path] = Counter()

    def write(self, place: PurePath, link: str) -> Path:
        """Write the shortcut of the image at `place` in the folder: `a/cat.jpg.webloc`.

        The image's own extension stays, so cat.png and cat.jpg have one each. Where another file
        has the name it is `cat.jpg (2).webloc`; a file of an earlier run that says the same is kept
        as it is. Raises OSError.
        """
        content = SHORTCUTS[self._kind](link)
        target = self._folder.joinpath(*map(safe_name, place.parts or [""]))
        target.parent.mkdir(parents=True, exist_ok=True)
        while True:
            self._tried[target] += 1  # not from 1 each time: ten thousand may have one name
            number = self._tried[target]
            name = target.name if number == 1 else f"{target.name} ({number})"
            path = target.with_name(f"{name}.{self._kind}")
            try:
                with path.open("xb") as file:
                    file.write(content)
            except FileExistsError:
                if not path.is_file() or path.read_bytes() != content:
                    continue
            return path


def safe_name(name: str) -> str:
    """A file's name that every system takes, and that leads nowhere else."""
    name = re.sub(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|]', "_", name).strip(". ")
    short = name.encode(errors="replace")[:200].decode(errors="ignore")
    return short or "_"
