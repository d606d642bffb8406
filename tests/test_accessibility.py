"""axe-core on every page; the accessibility statement names what is left of what it finds."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from dashboards.pages import PAGES
from playwright.sync_api import Browser, Page, expect
from tests.support.serving import Served, served

from cvg_warehouse.paths import PROJECT
from cvg_warehouse.reading.texts import LANGUAGES

WIDTHS = (1280, 320)
AXE = Axe()
# The rules that the statement names, as `color-contrast`.
STATED = {
    language: set(re.findall(r"`([a-z-]+)`", file.read_text(encoding="utf-8")))
    for language in LANGUAGES
    for file in [PROJECT / "dashboards" / f"accessibility_{language}.md"]
}
seen: set[str] = set()


@pytest.fixture(scope="module")
def viewer(editions: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("home"), CVG_EDITIONS=editions) as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


def open_page(page: Page, address: str) -> None:
    """Open an address and wait until the whole page has come, the scripts of its parts too."""
    page.goto(address)
    expect(page.get_by_test_id("stPageLink").last).to_be_visible(timeout=60_000)
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.wait_for_load_state("networkidle")


def violations(page: Page) -> dict[str, list[str]]:
    """The broken rules that the statement does not name, and where they are broken."""
    found = {
        one["id"]: [node["html"][:200] for node in one["nodes"]]
        for one in AXE.run(page).response["violations"]
    }
    seen.update(found)
    return {rule: where for rule, where in found.items() if rule not in STATED["fr"]}


def test_the_statement_is_the_same_in_both_languages() -> None:
    assert STATED["fr"] == STATED["en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [one.path for one in PAGES])
def test_a_page_has_no_violation_but_the_stated_ones_and_asks_for_nothing_outside(
    page: Page, viewer: Served, path: str, language: str
) -> None:
    hosts: set[str | None] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).hostname))
    open_page(page, f"{viewer.address}/{path}?langue={language}&territoire=08-Rouen")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == {}
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0, "the page scrolls sideways"
    assert hosts == {"localhost"}


def test_what_opens_has_no_violation_but_the_stated_ones(page: Page, viewer: Served) -> None:
    open_page(page, f"{viewer.address}/sorties")
    page.get_by_test_id("stSelectbox").first.get_by_role("combobox").click()
    expect(page.get_by_role("option").first).to_be_visible()
    assert violations(page) == {}
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Emporter").first.click()
    expect(page.get_by_role("button", name="CSV").first).to_be_visible(timeout=30_000)
    assert violations(page) == {}
    page.keyboard.press("Escape")
    page.locator("details summary").first.click()
    page.set_viewport_size({"width": 320, "height": 900})
    page.get_by_test_id("stExpandSidebarButton").click()
    assert violations(page) == {}


def test_the_statement_names_nothing_that_is_mended() -> None:
    """Runs after the others, which have seen all violations."""
    assert STATED["fr"] <= seen
