"""Images as text: whatever a name says, it stays a name."""

import csv
import html.parser
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgferry.formats import FORMATS, csv_table, html_images, name_of, safe_link
from imgferry.model import Image

LINK = "https://i.imgur.com/gAGub9k.jpg"


def image(url: str, link: str | None = LINK) -> Image:
    error = {"code": "source-timeout", "message": "It took too long.", "retryable": True}
    return Image.read(
        {
            "index": 0, "url": url, "status": "complete" if link else "failed", "link": link,
            "id": None, "type": "image/jpeg", "width": 3, "height": 2, "bytes": 9, "attempts": 1,
            "deduplicated": False, "possiblyDuplicated": False, "deleted": False,
            "error": None if link else error, "retryAt": None,
        }
    )  # fmt: skip


CAT, DOG = image("https://example.org/a/black%20cat.jpg?x=1"), image("https://example.org/", None)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("links", f"{LINK}\n"),
        ("markdown", f"![black cat\\.jpg]({LINK})\n"),
        ("bbcode", f"[img]{LINK}[/img]\n"),
        ("html", f'<img src="{LINK}" alt="black cat.jpg">\n'),
        (
            "csv",
            "url,status,link,error,type,width,height,bytes\n"
            f"{CAT.url},complete,{LINK},,image/jpeg,3,2,9\n"
            "https://example.org/,failed,,source-timeout: It took too long.,image/jpeg,3,2,9\n",
        ),
    ],
)
def test_each_format(name: str, text: str) -> None:
    assert FORMATS[name]([CAT, DOG]) == text


def test_json_has_all_that_is_known() -> None:
    assert json.loads(FORMATS["json"]([CAT, DOG])) == [CAT.body, DOG.body]
    assert FORMATS["json"]([]) == "[]\n"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/a/cat.jpg", "cat.jpg"),
        ("https://example.org/a/cat.jpg?size=1#top", "cat.jpg"),
        ("https://example.org/%C3%A4.png", "ä.png"),
        ("https://example.org/%FF.png", "\ufffd.png"),
        ("https://example.org:81", "example.org:81"),
        ("file:cat.jpg", "cat.jpg"),
        ("file:cat?.jpg", "cat?.jpg"),
    ],
)
def test_what_an_image_is_called(url: str, name: str) -> None:
    assert name_of(url) == name


def test_markup_in_a_name_is_text() -> None:
    mean = image("file:a](http://evil.example)[b]<img src=x onerror=y>*_`")
    assert FORMATS["markdown"]([mean]) == (
        f"![evil\\.example\\)\\[b\\]\\<img src\\=x onerror\\=y\\>\\*\\_\\`]({LINK})\n"
    )
    assert "<img src=x" not in FORMATS["html"]([mean])


def test_a_link_ends_where_it_ends() -> None:
    mean = "https://i.imgur.com/a.jpg)](x)[/img]\"'><b>\r\nX: y"
    assert safe_link(mean) == (
        "https://i.imgur.com/a.jpg%29%5D%28x%29%5B/img%5D%22%27%3E%3Cb%3E%0D%0AX:%20y"
    )


@given(st.text(), st.text())
def test_a_name_is_never_a_second_line(name: str, other: str) -> None:
    images = [image(f"file:{name}"), image(f"https://example.org/{other}")]
    for text in ("markdown", "bbcode", "html", "links"):
        assert len(FORMATS[text](images).splitlines()) == 2


@given(st.text())
def test_html_is_one_element_with_the_name(name: str) -> None:
    found: list[tuple[str, list[tuple[str, str | None]]]] = []

    class Parser(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, attrs))

        def handle_data(self, data: str) -> None:
            assert not data.strip()

    Parser().feed(html_images([image(f"file:{name}")]))
    [(tag, attributes)] = found
    assert tag == "img"
    assert [key for key, _ in attributes] == ["src", "alt"]


@given(st.text(min_size=1), st.sampled_from(["", "=", "+", "-", "@", "\t=", "\r@", " ="]))
def test_no_cell_is_a_formula(name: str, before: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_table([image(before + name)]))))
    assert len(rows) == 2
    assert not rows[1][0].lstrip().startswith(("=", "+", "-", "@"))
