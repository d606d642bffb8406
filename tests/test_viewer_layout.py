"""How a page of the viewer is laid out: its length, where links land, on a phone, on paper."""

import re
from collections.abc import Iterator

import pytest
from dashboards.pages import PAGES
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.support.serving import SHOWN, Served, finished

SCREEN = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
# A sheet of A4 less its margins, in pixels.
PAPER = ViewportSize(width=1032, height=703)
MOST_SCREENS, MOST_SHEETS = 5, 6
ROUEN = "08-Rouen"
LAST_BLOCK = "apres-la-sortie"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=SCREEN) as context:
        context.set_default_timeout(2 * SHOWN)
        yield context.new_page()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True) as context:
        context.set_default_timeout(2 * SHOWN)
        yield context.new_page()


def drawn(page: Page) -> None:
    """Wait until every chart of the page is drawn, and its height known."""
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        expect(chart.locator("svg, canvas").first).to_be_attached(timeout=SHOWN)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("place", ["Total", ROUEN])
def test_no_page_is_longer_than_five_screens(viewer: Served, page: Page, place: str) -> None:
    screens = {}
    for one in PAGES:
        page.goto(f"{viewer.address}/{one.path}?territoire={place}")
        finished(page)
        drawn(page)
        height = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
        screens[one.key] = height / SCREEN["height"]
    assert {key: long for key, long in screens.items() if long > MOST_SCREENS} == {}


def test_charts_stand_two_by_two_and_their_tables_are_folded(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties")
    finished(page)
    first, second = (page.locator("h2").nth(position).bounding_box() for position in (0, 1))
    assert first and second
    assert first["y"] == second["y"] and first["x"] < second["x"]
    table = page.locator(".table-box").first
    expect(table).to_be_hidden()
    page.get_by_text("Tableau et légende").first.click()
    for row in table.locator("tr").all():
        expect(row).to_be_visible()


def test_the_filters_stay_in_sight(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties")
    finished(page)
    page.locator("h2").last.scroll_into_view_if_needed()
    page.mouse.wheel(0, 10_000)
    expect(page.locator("h1")).not_to_be_in_viewport()
    expect(page.get_by_role("combobox", name="Territoire ou groupe")).to_be_in_viewport(ratio=1)


def test_a_link_with_an_anchor_lands(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties#{LAST_BLOCK}")
    finished(page)
    expect(page.locator(f"#{LAST_BLOCK}")).to_be_in_viewport(timeout=SHOWN)
    filters = page.locator(".st-key-filtres").bounding_box()
    block = page.locator(f"#{LAST_BLOCK}").bounding_box()
    assert filters and block
    assert block["y"] >= filters["y"] + filters["height"], "it lies under the filters"


def test_a_link_to_one_block_shows_it_alone(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties?territoire={ROUEN}&vue={LAST_BLOCK}")
    finished(page)
    expect(page.locator("h2")).to_have_count(1)
    expect(page.locator(f"#{LAST_BLOCK}")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(f"vue={LAST_BLOCK}"))
    page.get_by_role("button", name="Toute la page").click()
    expect(page.locator("h2")).not_to_have_count(1, timeout=SHOWN)
    expect(page).to_have_url(re.compile(f"territoire={ROUEN}"))
    expect(page).not_to_have_url(re.compile("vue="))


def test_a_link_to_a_block_that_is_not_there_shows_the_page(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties?vue=no-such-block")
    finished(page)
    expect(page.locator(".notice")).to_contain_text("no-such-block")
    assert page.locator("h2").count() > 1


def test_another_page_is_shown_whole_again(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties?vue={LAST_BLOCK}")
    finished(page)
    page.get_by_role("link", name="Logement").click()
    expect(page.locator("h1")).to_have_text("Logement", timeout=SHOWN)
    finished(page)
    assert page.locator("h2").count() > 1


def test_the_menu_of_a_phone_closes_once_a_page_is_chosen(viewer: Served, phone: Page) -> None:
    phone.goto(f"{viewer.address}/sorties")
    finished(phone)
    phone.get_by_test_id("stExpandSidebarButton").click()
    phone.get_by_role("link", name="Logement").click()
    expect(phone.locator("h1")).to_have_text("Logement", timeout=SHOWN)
    expect(phone.get_by_role("link", name="Santé")).not_to_be_in_viewport()


def test_the_filters_of_a_phone_are_folded(viewer: Served, phone: Page) -> None:
    phone.goto(f"{viewer.address}/sorties?territoire={ROUEN}")
    finished(phone)
    years = phone.get_by_role("combobox", name="Année")
    expect(years).to_be_hidden()
    phone.locator("summary", has_text="Rouen").first.click()
    expect(years).to_be_visible()


def test_a_territory_is_printed_on_few_pages_without_what_is_clicked(
    viewer: Served, page: Page
) -> None:
    page.goto(f"{viewer.address}/territoire?territoire={ROUEN}")
    finished(page)
    expect(page.locator(".on-paper")).to_be_attached(timeout=SHOWN)
    drawn(page)
    sheets = len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True)))
    assert 2 <= sheets <= MOST_SHEETS
    page.get_by_text("Tableau et légende").first.click()
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    for clicked in (".st-key-filtres", "[data-testid=stSidebar]", ".contents"):
        expect(page.locator(clicked)).to_be_hidden()
    for button in page.get_by_role("button").all():
        expect(button).to_be_hidden()
    expect(page.locator(".choice")).to_contain_text("2024 · Rouen")
    expect(page.locator(".on-paper")).to_contain_text("secret statistique")
    for wide in page.locator(".table-box, .stVegaLiteChart, .stMainBlockContainer").all():
        if box := wide.bounding_box():
            assert box["x"] + box["width"] <= PAPER["width"], wide.inner_text()
    assert page.locator(".table-box").first.evaluate("box => getComputedStyle(box).overflow") == (
        "visible"
    )
