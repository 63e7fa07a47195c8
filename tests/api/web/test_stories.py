"""The page as it is used: whole stories in Chromium, over the real service."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import BrowserContext, FilePayload, Page, ViewportSize, expect

from sandbox.stack import Stack
from tests.api.conftest import PLAIN, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

_numbers = count(1)
NO_JOB = "00000000-0000-4000-8000-000000000000"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PHONE: ViewportSize = {"width": 390, "height": 800}


def photos(stack: Stack, number: int, query: str = "") -> list[str]:
    """URLs of photos that no other story uses."""
    return [
        f"{stack.source.url}/photo/{next(_numbers)}.png?bytes=3000{query}" for _ in range(number)
    ]


def submit(stack: Stack, urls: list[str]) -> str:
    answer = requests.post(f"{stack.api.url}/v1/images/upload", json={"urls": urls})
    return str(answer.json()["jobId"])


def images(page: Page, status: str) -> Any:
    return page.locator(f"#images > li[data-status={status}]")


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_links_are_pasted_and_become_thumbnails(page: Page, stack: Stack) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    text = "Cats:\n" + "\n".join(f"* {url}" for url in photos(stack, 5, "&delay=0.5"))
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.locator("h1").click()
    page.keyboard.press("Control+V")
    expect(page.locator("#contents")).to_have_text("5 links · 1 line without a link")
    page.get_by_text("Options").click()
    page.get_by_label("Title").fill("Cats [2026]")
    page.get_by_role("button", name="Upload").click()

    page.wait_for_url(re.compile(r"#/jobs/[0-9a-f-]{36}$"))
    expect(page.locator("#done")).to_have_text("5 of 5 uploaded")
    expect(page.locator("#status")).to_have_text("Complete")
    expect(images(page, "complete").locator("img")).to_have_count(5)
    page.wait_for_function(
        "[...document.querySelectorAll('#images img')].every((image) => image.naturalWidth)"
    )
    expect(page).to_have_title("Complete · Cats [2026]")
    assert page.evaluate("window.shifted") == []

    origins = {origin(url) for url in asked}
    assert origins == {origin(stack.api.url), origin(stack.imgur.url)}
    assert all(is_image(url) for url in asked if origin(url) == origin(stack.imgur.url))


def test_files_are_dropped_anywhere(page: Page, stack: Stack) -> None:
    picture, *listed = photos(stack, 3)
    files = {
        "cat (1).png": requests.get(picture).content,
        "list.csv": "\n".join(["Title,URL", *(f"a cat,{url}" for url in listed)]).encode(),
    }
    page.goto("/#/gallery")
    transfer = page.evaluate_handle(
        """(files) => {
          const transfer = new DataTransfer();
          for (const [name, text] of files)
            transfer.items.add(
              new File([Uint8Array.from(atob(text), (c) => c.charCodeAt())], name));
          return transfer;
        }""",
        [[name, b64encode(content).decode()] for name, content in files.items()],
    )
    page.dispatch_event("main", "dragenter", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop pictures, text files or CSV")).to_be_visible()
    page.dispatch_event("main", "drop", {"dataTransfer": transfer})
    expect(page.locator("#contents")).to_have_text(
        "2 links and 1 picture · beside pictures, links lose their titles"
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#done")).to_have_text("3 of 3 uploaded")
    expect(page.get_by_text("from this computer")).to_be_visible()
    expect(images(page, "complete").locator("img")).to_have_count(3)


def origin(url: str) -> str:
    return "://".join(urlsplit(url)[:2])


def is_image(url: str) -> bool:
    return re.fullmatch(r"/\w{7}\.png", urlsplit(url).path) is not None


def test_a_reload_in_mid_job_goes_on_where_it_was(page: Page, stack: Stack) -> None:
    page.goto(f"/#/jobs/{submit(stack, [*photos(stack, 2), *photos(stack, 2, '&delay=4')])}")
    expect(page.locator("#done")).to_have_text("2 of 4 uploaded")
    page.reload()
    expect(page.locator("#done")).to_have_text("2 of 4 uploaded")
    expect(page.locator("#status")).to_have_text("Running")
    expect(images(page, "pending")).to_have_count(2)
    expect(page.locator("#done")).to_have_text("4 of 4 uploaded")
    expect(images(page, "complete")).to_have_count(4)
    assert page.evaluate("window.shifted") == []


def test_a_failure_says_why_and_is_tried_again(page: Page, stack: Stack) -> None:
    faults = f"{stack.imgur.url}/_stand-in/faults"
    requests.put(faults, json=[{"name": "file-type-1003", "times": 2}]).raise_for_status()
    page.goto(f"/#/jobs/{submit(stack, [*photos(stack, 2), *photos(stack, 1, '&status=404')])}")
    expect(page.locator("#outlook")).to_contain_text("3 images failed.")
    expect(page.locator("#images > li").nth(0)).to_contain_text("Imgur does not take images")
    expect(page.locator("#images > li").nth(2)).to_contain_text("There is nothing at the URL")

    page.get_by_role("button", name="again").first.click()
    expect(page.locator("#done")).to_have_text("1 of 3 uploaded")
    page.get_by_label("Failed").check()
    expect(page.locator("#images > li")).to_have_count(2)
    page.get_by_role("button", name="Retry failed").click()
    expect(page.locator("#done")).to_have_text("2 of 3 uploaded")
    expect(page.locator("#outlook")).to_contain_text("1 image failed.")
    expect(page.locator("#images > li")).to_have_count(1)


def test_a_job_is_cancelled(page: Page, stack: Stack) -> None:
    page.goto(f"/#/jobs/{submit(stack, photos(stack, 250, '&status=404&delay=2'))}")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#status")).to_have_text("Complete")
    page.get_by_label("Failed").check()
    expect(page.locator("#images > li").first).to_be_visible()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#images > li").last).to_contain_text("cancelled")
    expect(page.get_by_role("button", name="Cancel")).to_be_disabled()


def test_ten_thousand_images_are_a_few_rows_at_a_time(page: Page, stack: Stack) -> None:
    page.goto(f"/#/jobs/{submit(stack, [f'http://[::1]/{n}.png' for n in range(10_000)])}")
    expect(page.locator("#done")).to_have_text("0 of 10,000 uploaded")
    for place in (0.3, 0.9, 0.1, 1):
        page.evaluate("place => scrollTo(0, place * document.body.scrollHeight)", place)
        expect(page.locator("#images > li b").first).to_be_attached()
        assert page.locator("#images > li").count() < 50
    expect(page.get_by_text("9999.png")).to_be_in_viewport()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#status")).to_have_text("Complete")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#images > li").last).to_contain_text("cancelled")
    assert page.evaluate("window.shifted") == []


def test_all_links_are_copied_in_every_format(page: Page, stack: Stack) -> None:
    urls = photos(stack, 3)
    job_id = submit(stack, [urls[0], f"{stack.source.url}/page.html", *urls[1:]])
    page.goto(f"/#/jobs/{job_id}")
    expect(page.locator("#status")).to_have_text("Complete")
    path = f"{stack.api.url}/v1/images/upload/{job_id}/images?status=complete"
    links = [image["link"] for image in requests.get(path).json()["images"]]

    def copied(format_name: str) -> str:
        page.get_by_role("button", name="Copy links").click()
        page.get_by_role("button", name=format_name, exact=True).click()
        expect(page.locator("#toast")).to_have_text(f"3 links copied as {format_name}")
        return clipboard(page)

    assert copied("URL").splitlines() == links
    names = [urlsplit(url).path.rpartition("/")[2].removesuffix(".png") for url in urls]
    both = list(zip(names, links, strict=True))
    assert copied("Markdown").splitlines() == [f"![{name}]({link})" for name, link in both]
    assert copied("HTML").splitlines() == [f'<img src="{k}" alt="{name}">' for name, k in both]
    assert copied("BBCode").splitlines() == [f"[img]{link}[/img]" for link in links]
    assert [line.split(",")[:2] for line in copied("CSV").splitlines()[1:]] == [
        [url, link] for url, link in zip(urls, links, strict=True)
    ]
    assert [image["link"] for image in json.loads(copied("JSON"))] == links

    page.get_by_role("button", name=f"Copy the link of {names[1]}").click()
    page.get_by_role("button", name="URL", exact=True).click()
    expect(page.locator("#toast")).to_have_text("1 link copied as URL")
    assert clipboard(page) == links[1]


def test_a_pause_of_imgur_says_why_and_all_is_there_in_the_end(page: Page, stack: Stack) -> None:
    # Of three hours' worth one is a whole hour, whenever in its hour the first begins.
    job_id = submit(stack, photos(stack, 105))
    page.goto(f"/#/jobs/{job_id}")
    expect(page.locator("#status")).to_have_text("Paused")
    expect(page.locator("#outlook")).to_have_text(
        re.compile(r"Imgur.s hourly limit is used up\. It goes on at \d\d:\d\d, in \d+ seconds?\.")
    )
    expect(page.locator("#status")).to_have_text("Complete")
    expect(page.locator("#done")).to_have_text("105 of 105 uploaded")

    page.get_by_role("link", name="Jobs").click()
    page.get_by_role("link", name="105 images").click()
    expect(page).to_have_url(f"{stack.api.url}/#/jobs/{job_id}")
    page.get_by_role("link", name="Gallery").click()
    expect(page.locator(".tiles li")).to_have_count(60)
    page.locator(".tiles li").last.scroll_into_view_if_needed()
    expect(page.locator(".tiles li").nth(64)).to_be_attached()


def test_the_key_is_asked_for_once(
    context: BrowserContext, stack: Stack, axe: str, tmp_path: Path
) -> None:
    keys = {"REDIS_URL": stack.redis.url, "API_KEYS": f"ann:{sha256(b'5ecret').hexdigest()}"}
    with serving(PLAIN, tmp_path, keys) as api:
        page = context.new_page()
        page.goto(f"{api.url}/#/jobs")
        page.evaluate(axe)
        page.get_by_label("API key").fill("wrong")
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert violations(page) == []
        page.get_by_label("API key").fill("5ecret")
        page.keyboard.press("Enter")
        expect(page.get_by_text("No jobs yet.")).to_be_visible()
        page.reload()
        expect(page.get_by_text("No jobs yet.")).to_be_visible()
        page.get_by_role("link", name="Upload", exact=True).click()
        assert "\nkey=5ecret\n" in saved(page, "Flameshot", "flameshot-imgferry")
        page.get_by_role("button", name="Forget key").click()
        expect(page.get_by_label("API key")).to_be_visible()


def test_other_programs_are_set_up_by_files(page: Page, stack: Stack) -> None:
    page.goto("/")
    url = f"{stack.api.url}/v1/images"
    assert json.loads(saved(page, "ShareX", "imgferry.sxcu"))["RequestURL"] == url
    assert url in saved(page, "PicGo", "picgo.json")
    assert f"\nurl={url}\nkey=''\n" in saved(page, "Flameshot", "flameshot-imgferry")


def saved(page: Page, program: str, name: str) -> str:
    """The configuration of a program, as a browser saves it under this name."""
    link = page.get_by_role("link", name=program)
    if not link.is_visible():
        page.get_by_text("Upload from ShareX").click()
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == name
    expect(page.locator("#toast")).to_have_text(f"{name} is saved")
    return download.value.path().read_text()


def test_a_phone_and_a_screen_reader_get_all_of_it(page: Page, stack: Stack, axe: str) -> None:
    job_id = submit(stack, [*photos(stack, 3), *photos(stack, 1, "&status=404")])
    page.set_viewport_size(PHONE)
    page.goto("/")
    page.evaluate(axe)
    for path in ("", "jobs", f"jobs/{NO_JOB}", "gallery", f"jobs/{job_id}"):
        page.goto(f"/#/{path}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert violations(page) == []
    page.get_by_role("button", name="Copy links").click()
    assert violations(page) == []
    page.go_back()
    expect(page.locator("#copy-menu")).to_be_hidden()

    page.goto("/#/")
    page.get_by_text("Options").click()
    page.get_by_text("Upload from ShareX").click()
    picture = FilePayload(name=f"{80 * 'long '}.png", mimeType="image/png", buffer=b"x")
    page.locator("#chosen").set_input_files(picture)
    expect(page.locator("#contents")).to_have_text("1 picture")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []


def violations(page: Page) -> list[str]:
    """What axe finds, in light and in dark."""
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for rule in page.evaluate("axe.run()")["violations"]:
            found += [f"{scheme} {rule['id']}: {node['html']}" for node in rule["nodes"]]
    return found


def test_a_page_that_did_not_come_whole_says_so(page: Page) -> None:
    page.route("**/words.js", lambda route: route.abort())
    page.goto("/#/jobs")
    expect(page.get_by_text("Please reload it")).to_be_visible()
    page.unroute("**/words.js")
    page.reload()
    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
    expect(page.get_by_text("Please reload it")).to_have_count(0)


def test_it_says_that_nobody_answers_and_goes_on_by_itself(page: Page, stack: Stack) -> None:
    page.goto(f"/#/jobs/{submit(stack, photos(stack, 2, '&delay=3'))}")
    expect(page.locator("#status")).to_have_text("Running")
    stack.api.kill()
    expect(page.locator("#outlook")).to_contain_text("Trying again by itself.")
    stack.api.start()
    expect(page.locator("#done")).to_have_text("2 of 2 uploaded")
    expect(page.locator("#outlook")).to_contain_text("Finished at")
