"""Streamlit's own words, which are English, in the language of the page; filters without effect."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.support.serving import SHOWN, Served, finished, served

# What people hear of the parts of a page, but of the marks of a chart.
NAMES = """() => [...document.querySelectorAll(
    ":is(button, input, a, section, [role=group]):is([aria-label], [placeholder])"
)].filter(part => part.checkVisibility()).flatMap(
    part => [part.ariaLabel, part.placeholder]
).filter(Boolean)"""
ENGLISH = re.compile(
    r"\b(sidebar|link|open|close|choose|clear|copy|select|remove|skip|download|full)", re.IGNORECASE
)
ROUEN = "08-Rouen"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.set_default_timeout(2 * SHOWN)
        yield context.new_page()


def english(page: Page) -> list[str]:
    return [name for name in page.evaluate(NAMES) if ENGLISH.search(name)]


def test_what_streamlit_says_is_french(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties?indicateur=exits.neutral")
    finished(page)
    page.get_by_role("button", name="Emporter", exact=True).first.click()
    page.get_by_test_id("stCode").first.hover()
    expect(page.get_by_role("button", name="Copier").first).to_be_visible()
    assert english(page) == []
    expect(page.get_by_text("Aller au contenu")).to_be_attached()
    expect(page.get_by_role("button", name="Retirer Sorties neutres")).to_be_attached()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Ouvrir le menu").click()
    expect(page.get_by_role("button", name="Fermer le menu")).to_be_visible()
    assert english(page) == []


def test_what_streamlit_says_follows_the_language(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties")
    finished(page)
    expect(page.get_by_role("button", name="Ouvrir la liste").first).to_be_visible()
    page.get_by_text("English").click()
    expect(page.locator("h1")).to_have_text("Exits")
    expect(page.get_by_role("button", name="Open").first).to_be_visible()


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [("fr", "Connexion interrompue", "La page revient"), ("en", "Connection error", "comes back")],
)
def test_a_lost_connection_is_said_without_a_developers_words(
    editions: Path, tmp_path: Path, page: Page, language: str, title: str, said: str
) -> None:
    with served(tmp_path, CVG_EDITIONS=editions) as viewer:
        page.goto(f"{viewer.address}/accessibilite?langue={language}")
        finished(page)
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("h2")).to_have_text(title, timeout=SHOWN)
    assert dialog.inner_text().strip() == title
    shown = "dialog => getComputedStyle(dialog.querySelector('h2 + div'), '::after').content"
    assert said in dialog.evaluate(shown)


def test_filters_without_effect_are_not_shown_and_are_kept(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/sorties?annee=2023&territoire={ROUEN}")
    finished(page)
    for name, filters in {"Accessibilité": 0, "Dictionnaire": 1, "Logement": 4}.items():
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.locator("h1")).to_have_text(name)
        finished(page)
        filters_row = page.locator(".st-key-filtres")
        expect(filters_row.get_by_role("combobox")).to_have_count(filters)
        expect(page).to_have_url(re.compile(f"annee=2023&territoire={ROUEN}"))


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_a_word_of_the_glossary_says_its_meaning_where_it_stands(
    viewer: Served, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{viewer.address}/sorties?indicateur=exits.neutral")
    finished(page)
    word = page.get_by_role("heading", name="Sorties neutres").get_by_role("term")
    expect(word).to_have_accessible_description(re.compile("congé de longue durée"))
    shown = "word => getComputedStyle(word, '::after').content"
    assert word.evaluate(shown) == "none"
    word.click()
    assert "congé de longue durée" in word.evaluate(shown)
    page.keyboard.press("Tab")
    assert word.evaluate(shown) == "none"
    page.keyboard.press("Shift+Tab")
    assert "congé de longue durée" in word.evaluate(shown), "the keyboard does not reach it"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
