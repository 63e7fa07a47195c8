"""The scripts of the page that turn text into something else, in the browser."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from api import web

pytestmark = pytest.mark.slow

STATIC = Path(web.__file__).parent / "static"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of an origin that has the scripts."""

    def serve(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        route.fulfill(path=STATIC / name) if name else route.fulfill(body="")

    with browser.new_page() as page:
        page.route("**/*", serve)
        page.goto("http://imgferry.invalid/")
        yield page


def call(page: Page, script: str, function: str, *arguments: Any) -> Any:
    return page.evaluate(
        f"async (given) => (await import('/{script}.js')).{function}(...given)", list(arguments)
    )


@pytest.mark.parametrize(
    ("text", "urls", "without"),
    [
        ("", [], 0),
        ("http://a.example/1.jpg\r\n\n  https://a.example/2.jpg?x=(1)  \n", 2, 0),
        ("# http://a.example/no.jpg\nnot a link\n", [], 1),
        ("cat.jpg\nwww.example.org/cat.jpg", [], 2),
        (
            "![a](https://a.example/1.jpg) and ![b](https://a.example/b_(2).jpg).",
            ["https://a.example/1.jpg", "https://a.example/b_(2).jpg"],
            0,
        ),
        (
            "<img src=\"https://a.example/1.jpg\"><a href='http://a.example/2'>x</a>",
            ["https://a.example/1.jpg", "http://a.example/2"],
            0,
        ),
        ("See https://a.example/1.jpg, or not.", ["https://a.example/1.jpg"], 0),
        ("[img]https://a.example/1.jpg[/img]", ["https://a.example/1.jpg"], 0),
        ('{"url": "https://a.example/1.jpg", "n": 1}', ["https://a.example/1.jpg"], 0),
    ],
)
def test_urls_are_found_in_any_text(
    page: Page, text: str, urls: list[str] | int, without: int
) -> None:
    found = call(page, "lists", "urlsIn", text)
    assert found["without"] == without
    assert (len(found["urls"]) if isinstance(urls, int) else found["urls"]) == urls


IMAGES = [
    {"url": "https://a.example/1.jpg", "title": 'a "quoted", title'},
    {"url": "https://a.example/2,3.jpg", "title": "two\nlines"},
    {"url": "https://a.example/4.jpg", "title": ""},
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_is_read_as_python_writes_it(page: Page, newline: str) -> None:
    written = io.StringIO()
    writer = csv.DictWriter(written, ["url", "title"], lineterminator=newline)
    writer.writeheader()
    writer.writerows(IMAGES)
    expected = [*IMAGES[:2], {"url": "https://a.example/4.jpg"}]
    for text in (written.getvalue(), "\ufeff" + written.getvalue().rstrip()):
        assert call(page, "lists", "imagesIn", "list.csv", text) == expected


def test_a_csv_file_says_more_of_its_images(page: Page) -> None:
    text = 'Title,URL,other\n"a, b",https://a.example/1.jpg,x\n,,\n,https://a.example/2.jpg\n'
    assert call(page, "lists", "imagesIn", "list.CSV", text) == [
        {"url": "https://a.example/1.jpg", "title": "a, b"},
        {"url": "https://a.example/2.jpg"},
    ]
    plain = "https://a.example/1.jpg\nhttps://a.example/2.jpg"
    assert call(page, "lists", "imagesIn", "list.csv", plain) == [
        {"url": url} for url in plain.splitlines()
    ]


@pytest.mark.parametrize("comma", [";", "\t"])
def test_csv_as_spreadsheets_of_other_countries_write_it(page: Page, comma: str) -> None:
    rows = [["Title", "url"], ["a, b", "https://a.example/1,2.jpg"], ["", "https://a.example/3"]]
    text = "\r\n".join(comma.join(row) for row in rows)
    assert call(page, "lists", "imagesIn", "list.csv", text) == [
        {"url": "https://a.example/1,2.jpg", "title": "a, b"},
        {"url": "https://a.example/3"},
    ]


def image(url: str, link: str = "https://i.imgur.com/abcdefg.jpg") -> dict[str, Any]:
    sizes = {"width": 640, "height": 480, "bytes": 100_000}
    return {"url": url, "link": link, "type": "image/jpeg", **sizes, "attempts": 1}


TRICKY = "https://a.example/a%20%5Bb%5D%20%22c%22,%20%3Cd%3E%20&_e_.jpg"


def test_names_do_not_break_out_of_a_format(page: Page) -> None:
    link = "https://i.imgur.com/abcdefg.jpg"

    def written(name: str, *images: dict[str, Any]) -> str:
        return str(
            page.evaluate(
                "async ([name, images]) => (await import('/formats.js')).FORMATS[name](images)",
                [name, list(images)],
            )
        )

    tricky = image(TRICKY)
    assert written("Markdown", tricky) == f'![a \\[b\\] "c", \\<d\\> \\&\\_e\\_]({link})'
    assert written("HTML", tricky) == (
        f'<img src="{link}" alt="a [b] &quot;c&quot;, &lt;d&gt; &amp;_e_">'
    )
    assert written("Markdown", image("file:)](x.png")) == f"![)\\](x]({link})"
    assert written("BBCode", image(TRICKY, "https://x.example/[/img]")) == (
        "[img]https://x.example/%5B/img%5D[/img]"
    )
    formula = image('=HYPERLINK("http://evil.example","a")')
    rows = list(csv.reader(io.StringIO(written("CSV", formula, tricky))))
    assert rows[0] == ["url", "link", "type", "width", "height", "bytes"]
    assert rows[1][:2] == ["'" + formula["url"], link]
    assert rows[2] == [TRICKY, link, "image/jpeg", "640", "480", "100000"]
    assert json.loads(written("JSON", tricky)) == [{name: tricky[name] for name in rows[0]}]


def test_a_link_of_the_gallery_has_no_name(page: Page) -> None:
    write = (
        "async () => (await import('/formats.js')).FORMATS.Markdown([{link: 'https://a.b/c.png'}])"
    )
    assert page.evaluate(write) == "![](https://a.b/c.png)"


EVENTS = (
    'retry: 3000\n\n: heartbeat\n\nid: 1-0\nevent: snapshot\ndata: {"a":\ndata: 1}\n\n'
    "id: 2-0\nevent: change\ndata:{}\n\nevent: cut off\ndata: {"
)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_events_are_read_however_they_are_cut(page: Page, size: int) -> None:
    read = """async ([text, size]) => {
      const { readEvents } = await import('/events.js');
      const bytes = new TextEncoder().encode(text);
      const body = new ReadableStream({ start(controller) {
        for (let at = 0; at < bytes.length; at += size)
          controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      } });
      const events = [];
      for await (const event of readEvents(new Response(body))) events.push(event);
      return events;
    }"""
    assert page.evaluate(read, [EVENTS, size]) == [
        {"type": "snapshot", "data": '{"a":\n1}', "id": "1-0"},
        {"type": "change", "data": "{}", "id": "2-0"},
    ]
