"""What finished jobs leave: text on stdout, shortcuts, a list of what failed, an exit code."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import click

from imgferry.client import Client
from imgferry.formats import FORMATS, name_of, one_line
from imgferry.model import Image
from imgferry.sending import Sent
from imgferry.shortcuts import SHORTCUTS, ShortcutFolder
from imgferry.sources import Source, Unusable, write_list

NAMED = 20
"""How many failures are named; `imgferry images` names all."""

SOME_FAILED = 1


@dataclass(frozen=True, slots=True)
class Output:
    """Where the results go, as the options say."""

    format: str
    folder: Path | None
    failed_to: Path | None

    def prepare(self) -> None:
        """Find out now, and not after hours, what cannot be written. Raises OSError."""
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        if self.failed_to:
            self.failed_to.open("a").close()

    def as_options(self) -> list[str]:
        """The words of a command line that mean this."""
        words = [] if self.format == "links" else ["--format", self.format]
        words += ["-o", str(self.folder)] if self.folder else []
        return words + (["--failed-to", str(self.failed_to)] if self.failed_to else [])

    def deliver(
        self, results: Sequence[tuple[Source, Image]], unusable: Sequence[Unusable] = ()
    ) -> int:
        """Give out what became of the images; gives the exit code. Raises OSError."""
        images = [replace(image, url=source.name) for source, image in results]
        if self.format in FORMATS:
            click.echo(FORMATS[self.format](images), nl=False)
        failed = [
            (image.url, image.error.message)
            for image in images
            if image.status == "failed" and image.error
        ]
        code = self.tell_failed([*((one.name, one.reason) for one in unusable), *failed])
        if self.folder:
            self._write_shortcuts(self.folder, results)
        click.echo(
            f"{len(images) - len(failed)} uploaded, {len(failed) + len(unusable)} failed.", err=True
        )
        return code

    def tell_failed(self, failed: Sequence[tuple[str, str]]) -> int:
        """Say what failed, each with its reason; gives the exit code. Raises OSError."""
        if self.failed_to:
            self.failed_to.write_text(write_list(failed), encoding="utf-8")
        for name, reason in failed[:NAMED]:
            click.echo(f"Failed: {one_line(name)}\n        {one_line(reason)}", err=True)
        if len(failed) > NAMED:
            click.echo(f"        and {len(failed) - NAMED} more", err=True)
        return SOME_FAILED if failed else 0

    def _write_shortcuts(self, folder: Path, results: Iterable[tuple[Source, Image]]) -> None:
        shortcuts = ShortcutFolder(folder, self.format if self.format in SHORTCUTS else "webloc")
        for source, image in results:
            if image.link:
                place = source.place or PurePath(name_of(source.name))
                shortcuts.write(place, image.link)


def results_of(client: Client, sent: Sent) -> Iterator[tuple[Source, Image]]:
    """What became of the job's images, each with its source, in the order of the sources.

    The service has URLs before files, and other names for files.
    """
    images = client.images(sent.job_id)
    if sent.sources is None:
        yield from ((Source(image.url), image) for image in images)
        return
    sources = sorted(sent.sources, key=lambda source: source.path is not None)
    found = dict(zip(sources, images, strict=True))
    yield from ((source, found[source]) for source in sent.sources)
