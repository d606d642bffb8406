"""axe-core on every page; the accessibility statement names what is left of what it finds."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from dashboards.pages import PAGES
from playwright.sync_api import Browser, Page, expect
from tests.support.serving import Served

from cvg_warehouse.paths import PROJECT
from cvg_warehouse.reading.texts import LANGUAGES

WIDTHS = (1280, 320)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
AXE = Axe()
# The rules that the statement names, as `color-contrast`.
STATED = {
    language: set(re.findall(r"`([a-z-]+)`", file.read_text(encoding="utf-8")))
    for language in LANGUAGES
    for file in [PROJECT / "dashboards" / f"accessibility_{language}.md"]
}


Violations = dict[str, list[str]]


@dataclass(frozen=True)
class Visit:
    """What was seen on a page: at each width its broken rules and overflow, and all hosts."""

    violations: list[Violations]
    overflows: list[int]
    hosts: set[str | None]


def open_page(page: Page, address: str) -> None:
    """Open an address and wait until the whole page has come, the scripts of its parts too."""
    page.goto(address)
    expect(page.get_by_test_id("stPageLink").last).to_be_visible(timeout=60_000)
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.wait_for_load_state("networkidle")


def violations(page: Page) -> Violations:
    """The broken rules, and where they are broken."""
    return {
        one["id"]: [node["html"][:200] for node in one["nodes"]]
        for one in AXE.run(page).response["violations"]
    }


@pytest.fixture(scope="module")
def visit(browser: Browser, viewer: Served) -> Callable[[str, str], Visit]:
    """Visits a page in a language, once, whichever test asks first."""

    @cache
    def visit(path: str, language: str) -> Visit:
        with browser.new_page(viewport={"width": 1280, "height": 900}) as page:
            hosts: set[str | None] = set()
            page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
            page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).hostname))
            open_page(page, f"{viewer.address}/{path}?langue={language}&territoire=08-Rouen")
            found, overflows = [], []
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                found.append(violations(page))
                overflows.append(page.evaluate(OVERFLOW))
            return Visit(found, overflows, hosts)

    return visit


@pytest.fixture(scope="module")
def what_opens(browser: Browser, viewer: Served) -> list[Violations]:
    """The broken rules of a list of places, of the downloads and of the menu, each open."""
    with browser.new_page(viewport={"width": 1280, "height": 900}) as page:
        open_page(page, f"{viewer.address}/sorties")
        page.get_by_test_id("stSelectbox").first.get_by_role("combobox").click()
        expect(page.get_by_role("option").first).to_be_visible()
        places = violations(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Emporter").first.click()
        expect(page.get_by_role("button", name="CSV").first).to_be_visible(timeout=30_000)
        downloads = violations(page)
        page.keyboard.press("Escape")
        page.locator(".contents summary").click()
        page.set_viewport_size({"width": 320, "height": 900})
        page.get_by_test_id("stExpandSidebarButton").click()
        return [places, downloads, violations(page)]


def unstated(found: list[Violations]) -> list[Violations]:
    """The broken rules that the statement does not name."""
    return [
        {rule: where for rule, where in one.items() if rule not in STATED["fr"]} for one in found
    ]


def test_the_statement_is_the_same_in_both_languages() -> None:
    assert STATED["fr"] == STATED["en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [one.path for one in PAGES])
def test_a_page_has_no_violation_but_the_stated_ones_and_asks_for_nothing_outside(
    visit: Callable[[str, str], Visit], path: str, language: str
) -> None:
    seen = visit(path, language)
    assert unstated(seen.violations) == [{} for _ in WIDTHS]
    assert max(seen.overflows) <= 0, "the page scrolls sideways"
    assert seen.hosts == {"localhost"}


def test_what_opens_has_no_violation_but_the_stated_ones(what_opens: list[Violations]) -> None:
    assert unstated(what_opens) == [{}, {}, {}]


def test_the_statement_names_nothing_that_is_mended(
    visit: Callable[[str, str], Visit], what_opens: list[Violations]
) -> None:
    pages = [visit(page.path, language) for page in PAGES for language in LANGUAGES]
    found = [*(one for page in pages for one in page.violations), *what_opens]
    assert STATED["fr"] <= {rule for one in found for rule in one}
