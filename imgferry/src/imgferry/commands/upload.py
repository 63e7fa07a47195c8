"""`imgferry upload`."""

import json
from collections.abc import Sequence
from typing import IO, Unpack

import click

from imgferry.client import Client
from imgferry.content import JobOptions
from imgferry.following import see_through, way_back
from imgferry.formats import one_line
from imgferry.options import asks_service, gives_output, job_ids
from imgferry.output import NAMED, Output
from imgferry.sending import Sent, send
from imgferry.sources import Source, Unusable, find, is_table, read_list


@click.command(
    epilog="""
\b
Examples:
  imgferry upload https://example.org/cat.jpg https://example.org/dog.png
  imgferry upload *.jpg                        files
  imgferry upload -r photos -o links           a folder, and a shortcut for each image
  imgferry upload 'photos/**/*.png'            a quoted glob
  imgferry upload -i urls.txt                  a list: a URL, file or glob a line
  grep -o 'https://[^"]*jpg' page.html | imgferry upload -
  imgferry upload -i urls.txt --failed-to failed.txt || imgferry upload -i failed.txt
  imgferry upload --no-wait -i urls.txt        print the job's id, and go
  imgferry upload --resume JOB --format csv    wait for it, as if it had been this call

\b
The links come on stdout, all else on stderr. Exit codes: 0 all uploaded, 1 some
failed, 2 wrong usage, 3 the service cannot be reached, 130 Ctrl-C.
"""
)
@click.argument("words", metavar="[URL|FILE|FOLDER|GLOB|-]...", nargs=-1, type=click.Path())
@click.option("-r", "--recursive", is_flag=True, help="Upload all images in folders.")
@click.option(
    "-i",
    "--input",
    "lists",
    metavar="FILE",
    multiple=True,
    type=click.File(encoding="utf-8"),
    help="Upload what a list names, one a line; # begins a comment; - is stdin.",
)
@click.option("--title", help="The job's title.")
@click.option("--label", "labels", multiple=True, help="A label of the job; may be repeated.")
@click.option("--priority", type=click.Choice(["high", "normal", "low"]), help="The job's turn.")
@click.option("--webhook", metavar="URL", help="Told when the job is complete.")
@click.option("--wait/--no-wait", default=True, help="Wait until all is done; --wait is usual.")
@click.option(
    "--resume",
    metavar="JOB",
    multiple=True,
    shell_complete=job_ids,
    help="Submit nothing; wait for this job.",
)
@gives_output
@asks_service
def upload(  # noqa: PLR0913 - an argument is an option
    client: Client,
    *,
    output: Output,
    words: Sequence[str],
    recursive: bool,
    lists: Sequence[IO[str]],
    resume: Sequence[str],
    wait: bool,
    **options: Unpack[JobOptions],
) -> None:
    """Upload images to Imgur and print their links.

    Each is a URL, a file, a folder (with -r), a glob, or - for a list on stdin. All together are
    one job, or several where they are very many. Ctrl-C ends this command alone: the service goes
    on, and --resume comes back to it.
    """
    if resume:
        if words or lists or not wait:
            raise click.UsageError("--resume submits nothing, and waits: it takes JOBs alone.")
        output.prepare()
        see_through(client, [Sent(job_id) for job_id in resume], output)
    sources, unusable = _read(words, lists, recursive)
    output.prepare()
    jobs: list[Sent] = []
    with way_back(jobs, output):
        for sent in send(client, sources, options, unusable):
            count = len(sent.sources or ())
            click.echo(f"Job {sent.job_id}: {count} image{'s' * (count != 1)}", err=True)
            jobs.append(sent)
    if not jobs:
        raise click.UsageError(_all_unusable(unusable))
    if wait:
        see_through(client, jobs, output, unusable)
    ids = [sent.job_id for sent in jobs]
    as_json = output.format == "json"
    click.echo(json.dumps({"jobIds": ids}) if as_json else "\n".join(ids))
    raise SystemExit(output.tell_failed([(one.name, one.reason) for one in unusable]))


def _read(
    words: Sequence[str], lists: Sequence[IO[str]], recursive: bool
) -> tuple[list[Source], list[Unusable]]:
    """What the words and lists stand for, each once."""
    texts: list[IO[str]] = list(lists)
    if "-" in words:
        texts.append(click.open_file("-", encoding="utf-8"))
    all_words = [word for word in words if word != "-"]
    for text in texts:
        if text.isatty():
            click.echo("Type or paste a list, one a line; Ctrl-D ends it.", err=True)
        try:
            listed = read_list(text.read())
        except UnicodeDecodeError:
            raise click.UsageError(f"{text.name} is no list: it is not UTF-8 text.") from None
        if is_table(listed):
            raise click.UsageError(
                f"{text.name} is CSV; a list has a URL, file or glob a line. "
                "The page and the API take CSV."
            )
        all_words += listed
    if not all_words:
        raise click.UsageError("There is nothing to upload. imgferry upload --help has examples.")
    found = {one.name: one for one in find(all_words, recursive=recursive)}
    sources = [one for one in found.values() if isinstance(one, Source)]
    unusable = [one for one in found.values() if isinstance(one, Unusable)]
    if not sources:
        raise click.UsageError(_all_unusable(unusable))
    return sources, unusable


def _all_unusable(unusable: Sequence[Unusable]) -> str:
    lines = [f"{one_line(one.name)}: {one.reason}" for one in unusable[:NAMED]]
    return "\n".join(["There is nothing to upload.", *lines])
