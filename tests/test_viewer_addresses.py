"""Addresses that people were sent: what they ask for is text, whatever it says."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from dashboards.notices import MOST_CHARACTERS
from playwright.sync_api import Browser, Page, expect
from tests.support.serving import Served, served

# What would do something as Markdown, as HTML or as one of Streamlit's own signs.
HOSTILE = {
    "link": "[Reconnectez-vous](https://evil.test/login)",
    "reference": "[a][b]\n\n[b]: https://evil.test/1",
    "script link": "[evil.test](javascript:evil())",
    "image": "![x](https://evil.test/p.png)",
    "address": "https://evil.test/login",
    "bare address": "www.evil.test",
    "angle brackets": "<https://evil.test/1>",
    "mail": "somebody@evil.test",
    "html image": "<img src=//evil.test/1 onerror=evil()>",
    "script": "<script src=//evil.test/1></script>",
    "entities": "&lt;img src=//evil.test/1&gt;",
    "frame": "</p><iframe src=//evil.test></iframe>",
    "style": "<style>@import '//evil.test/1'</style>",
    "formula and icon": "$x^2$ :material/home: :red[evil.test]",
    "block": "# evil.test\n\n> a\n\n- b\n\n|a|\n|-|\n|b|",
    "directions": "\u202e\u0000\u200bevil.test",
}
# The filters that a page reads from its address: those of every page, and its own.
PAGES = {
    "accessibilite": ("annee", "territoire", "population", "langue", "indicateur"),
    "bilan": ("element",),
    "changements": ("depuis",),
    "comparer": ("mesure", "comparer"),
    "tableau": ("modalites", "territoires", "annees", "publics", "colonnes"),
}
SHOWN = 60_000


def addresses(text: str) -> list[str]:
    """Where a text may stand: in each filter of some pages, and as the page itself."""
    asked = [f"/{page}?{urlencode(dict.fromkeys(names, text))}" for page, names in PAGES.items()]
    # A page has neither slashes nor line ends: the server answers before the viewer does.
    return [*asked, "/" + quote("".join(sign for sign in text if sign not in "/\n\0"))]


@pytest.fixture(scope="module")
def viewer(editions: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("viewer"), CVG_EDITIONS=editions) as running:
        yield running


def test_there_are_fifty_addresses_and_more() -> None:
    assert len({address for text in HOSTILE.values() for address in addresses(text)}) >= 50


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_address_writes_into_the_page(viewer: Served, browser: Browser, kind: str) -> None:
    text = HOSTILE[kind]
    hosts: set[str] = set()
    with browser.new_context() as context:
        page = context.new_page()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
        for address in addresses(text):
            page.goto(viewer.address + address)
            finished(page)
            notices = page.locator(".notice")
            assert notices.count() >= 1, address
            said = " ".join(notices.all_inner_texts())
            is_path = "?" not in address
            assert is_path or text[:8].split("\n")[0].strip("\u202e\0\u200b") in said, address
            for live in ("a", "img", "iframe", "script", "style", "h1", "li", "table", "svg"):
                assert notices.locator(live).count() == 0, (address, live)
            app = page.get_by_test_id("stApp")
            for live in ("[src*=evil]", "[href*='evil.test']", "[href^=mailto]", ".katex"):
                assert app.locator(live).count() == 0, (address, live)
            assert page.get_by_test_id("stException").count() == 0
            assert page.get_by_role("dialog").count() == 0
    assert hosts == {"localhost"}


def test_a_long_value_is_cut(viewer: Served, browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{viewer.address}/accessibilite?territoire={'x' * 5000}")
        finished(page)
        said = page.locator(".notice").first.inner_text()
    assert "« " + "x" * (MOST_CHARACTERS - 1) + "… »" in said
    assert "x" * MOST_CHARACTERS not in said


def finished(page: Page) -> None:
    """Wait until the page has been shown whole."""
    expect(page.locator(".edition")).to_be_visible(timeout=SHOWN)
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=SHOWN)
