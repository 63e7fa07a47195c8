"""The images the stand-in keeps: files in a directory, and a journal that says what each one is.

A line of the journal makes an image exist, so no half-written file is ever served; a second line
takes it away. A restart reads the journal and goes on.
"""

import hashlib
import json
import random
import string
import time
from pathlib import Path
from typing import NamedTuple

from sandbox.imgur.kinds import Kind

_ALPHANUMERIC = string.ascii_letters + string.digits


class Image(NamedTuple):
    """One image kept. `id` names it to everybody; `deletehash` can delete it."""

    id: str
    deletehash: str
    type: str
    extension: str
    width: int
    height: int
    animated: bool
    size: int
    sha256: str
    datetime: int
    name: str
    title: str | None
    description: str | None


class Images:
    """All images of one directory, with their bytes or without. One process at a time."""

    def __init__(self, directory: Path, *, keep_bytes: bool = True) -> None:
        self._directory = directory
        self._keep_bytes = keep_bytes
        self._by_id: dict[str, Image] = {}
        self._ids: dict[str, str] = {}
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / "journal.jsonl"
        if path.exists():
            self._read(path)
        # Unbuffered: what was answered is written, whenever the process is killed.
        self._journal = path.open("ab", buffering=0)

    def keep(
        self, data: bytes, kind: Kind, name: str, title: str | None, description: str | None
    ) -> Image:
        """Write an image and its line of the journal. Raises OSError where the disk refuses."""
        image = Image(
            id=_random(7),
            deletehash=_random(15),
            type=kind.type,
            extension=kind.extension,
            width=kind.width,
            height=kind.height,
            animated=kind.animated,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            datetime=int(time.time()),
            name=name,
            title=title,
            description=description,
        )
        if self._keep_bytes:
            self.path(image).write_bytes(data)
        self._write(image._asdict())
        self._add(image)
        return image

    def get(self, image_id: str) -> Image | None:
        """The image of this id, None when there is none (any more)."""
        return self._by_id.get(image_id)

    def delete(self, deletehash: str) -> bool:
        """Delete the image this deletehash belongs to; False when there is none."""
        image_id = self._ids.pop(deletehash, None)
        if image_id is None:
            return False
        self._write({"deleted": deletehash})
        self.path(self._by_id.pop(image_id)).unlink(missing_ok=True)
        return True

    def path(self, image: Image) -> Path:
        """Where the bytes are."""
        return self._directory / f"{image.id}.{image.extension or image.type.partition('/')[2]}"

    def all(self) -> list[Image]:
        """Every image kept, oldest first."""
        return list(self._by_id.values())

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def _add(self, image: Image) -> None:
        self._by_id[image.id] = image
        self._ids[image.deletehash] = image.id

    def _write(self, entry: dict[str, object]) -> None:
        # Begun with the line break: a line that was cut off does not spoil the next one.
        self._journal.write(b"\n" + json.dumps(entry).encode())

    def _read(self, path: Path) -> None:
        for line in path.read_bytes().splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if "deleted" in entry:
                self._by_id.pop(self._ids.pop(entry["deleted"], ""), None)
            else:
                self._add(Image(**entry))


def _random(length: int) -> str:
    return "".join(random.choices(_ALPHANUMERIC, k=length))
