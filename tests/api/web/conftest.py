"""The page in a real browser, over the whole service."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from sandbox.stack import Stack

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

#: No service of its maker's is asked for anything: the tests may run where there is no network.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: 40 uploads an hour, and an hour takes 6 s.
FORTY_AN_HOUR = ("--user-limit=400", "--client-limit=0", "--post-limit=0", "--clock-speed=600")

#: Remembers what moved by itself.
NOTE_SHIFTS = """
  window.shifted = [];
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput)
        window.shifted.push(...sources.map(({ node }) => (node?.parentElement ?? node)?.outerHTML));
  }).observe({ type: "layout-shift", buffered: true });
"""

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole service, with a stand-in that has Imgur's limits."""
    with Stack(tmp_path_factory.mktemp("page"), stand_in_options=FORTY_AN_HOUR) as stack:
        yield stack


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the whole session: while Playwright is there, no asyncio.run is.
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here; on Debian: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """A browser that has never been here. What its pages complain of fails the test."""
    complaints: list[str] = []
    with browser.new_context(base_url=stack.api.url) as context:
        context.set_default_timeout(20_000)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.add_init_script(NOTE_SHIFTS)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        yield context
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that checks a page's accessibility."""
    script = Path(__file__).parents[2] / "npm/node_modules/axe-core/axe.min.js"
    if not script.exists():
        pytest.skip("there is no axe-core; `make test` installs it where npm is")
    return script.read_text()
