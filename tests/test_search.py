"""Finding by words: folded for accents and case, over titles, values, definitions and glossary."""

import re
from collections.abc import Iterator

import pytest
from dashboards.pages import PAGES
from dashboards.search import entries
from dashboards.view import View
from playwright.sync_api import Browser, Page, expect
from tests.support.serving import SHOWN, Served, finished

from cvg_warehouse.reading.blocks import Choice
from cvg_warehouse.reading.data import WHOLE, Edition
from cvg_warehouse.reading.glossary import GLOSSARY, Term, marked, other_words
from cvg_warehouse.reading.search import Entry, find, fold
from cvg_warehouse.reading.texts import LANGUAGES, Language

PLAIN = Entry("Sorties neutres", more="congé de longue durée")


def titles(question: str, *found: Entry) -> list[str]:
    return [entry.title for entry in find(found, [question])]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hébergement PRÉCAIRE", ["hebergement", "precaire"]),
        ("chargé·e", ["chargee"]),
        ("l'œuvre", ["l", "oeuvre"]),
        ("Sorties neutres", ["sortie", "neutre"]),
        ("s", ["s"]),
        ("« … »", []),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert fold(text) == words


@pytest.mark.parametrize("question", ["sortie neutre", "SORTIES", "neutr", "conge", "la sortie"])
def test_a_thing_is_found_by_the_beginnings_of_its_words(question: str) -> None:
    assert titles(question, PLAIN) == [PLAIN.title]


@pytest.mark.parametrize("question", ["", "  ", "« »", "eutre", "sortie durable"])
def test_every_word_that_tells_must_be_there(question: str) -> None:
    assert titles(question, PLAIN) == []


def test_what_has_the_words_in_its_title_comes_first() -> None:
    beside = Entry("Durée", more="sorties neutres")
    assert titles("sortie neutre", beside, PLAIN) == [PLAIN.title, beside.title]


def test_a_word_of_the_glossary_is_looked_for_by_its_other_names() -> None:
    assert "chargé·e de partenariats" in other_words("cp")
    assert other_words("nothing known") == ["nothing known"]


def test_every_term_is_told_once_in_both_languages() -> None:
    names = [name for term in GLOSSARY for name in (term.fr, *term.also)]
    assert len(names) == len(set(names))
    for term in GLOSSARY:
        assert term.en and term.meaning_fr[-1] in ".…" and term.meaning_en[-1] in ".…"


@pytest.mark.parametrize(
    ("question", "block"),
    [
        ("sortie neutre", "sorties-neutres"),
        ("emploi durable", "emploi-durable"),
        ("hebergement precaire", "logement-entree"),
        ("logement perenne", "logement-perenne"),
        ("sante", "droits-de-sante"),
        ("DALO", "demandes"),
        ("CP", "mobilisation"),
        ("RSA", "ressources"),
    ],
)
def test_staff_find_the_block_by_their_own_words(
    known: dict[str, Edition], question: str, block: str
) -> None:
    view = View(known["internal"], Choice(2024, WHOLE, "all"), "fr", "http://localhost")
    found = find(entries(view)["search_blocks"], other_words(question))
    assert any(re.search(rf"vue={block}(-\d)?$", entry.address) for entry in found)


def test_a_link_of_the_search_names_a_page_and_a_block_that_are_there(
    known: dict[str, Edition],
) -> None:
    view = View(known["public"], Choice(2024, WHOLE, "all"), "en", "http://localhost")
    paths = {page.path for page in PAGES}
    for entry in entries(view)["search_blocks"]:
        path = entry.address.removeprefix("http://localhost/").split("?")[0]
        assert path in paths and "langue=en" in entry.address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        context.set_default_timeout(2 * SHOWN)
        yield context.new_page()


def test_what_is_looked_for_is_one_click_away(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/?annee=2023")
    finished(page)
    page.get_by_role("link", name="Chercher").click()
    expect(page.locator("h1")).to_have_text("Chercher", timeout=SHOWN)
    finished(page)
    page.get_by_label("Que cherchez-vous").fill("SORTIE neutre")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=SORTIE"), timeout=SHOWN)
    page.get_by_role("link", name="Sorties neutres", exact=True).click()
    expect(page.locator("h2")).to_have_text("Sorties neutres", timeout=SHOWN)
    expect(page).to_have_url(re.compile(r"/sorties\?annee=2023.*vue=sorties-neutres"))


def test_what_is_not_found_is_said_without_taking_it_for_markup(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/chercher?q=%3Cb%20id%3Devil%3E%5Ba%5D(//evil.test)")
    finished(page)
    expect(page.get_by_text("Rien ne correspond")).to_contain_text("<b id=evil>[a](//evil.test)")
    assert page.locator("#evil, a[href*=evil]").count() == 0


def test_terms_are_marked_once_whatever_their_number_and_capitals() -> None:
    seen: list[Term] = []
    html = marked("Sorties neutres, sortie neutre & RQTH", "fr", seen)
    assert [term.fr for term in seen] == ["sortie neutre", "RQTH"]
    assert html.count("<dfn") == 2 and "Sorties neutres</dfn>, sortie neutre &amp; " in html
    assert "<dfn" not in marked("Sorties neutres", "fr", seen)
    assert "congé de longue durée" in marked("SORTIE NEUTRE", "fr", [])
    assert "<dfn" not in marked("Part des sorties ; rqth", "fr", [])
    assert "long leave" in marked("Neutral exits", "en", [])


def test_a_text_with_terms_stays_text() -> None:
    html = marked("<b>emploi durable</b>", "fr", [])
    assert html.startswith("&lt;b&gt;<dfn") and html.endswith("</dfn>&lt;/b&gt;")
    assert "<b>" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_term_of_several_words_finds_itself(language: Language) -> None:
    for term in GLOSSARY:
        name = term.fr if language == "fr" else term.en
        seen: list[Term] = []
        marked(f"({name}), {name}", language, seen)
        assert seen == [term] or (name.islower() and " " not in name), name
