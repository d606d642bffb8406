"""What staff come for: fourteen tasks, from the overview within the clicks that each test states.

At a desk and on a phone, in the public and in the internal edition. On a phone the menu and the
filters each take one click more, to unfold.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect
from tests.support.serving import SHOWN, Served, finished, served

from cvg_warehouse.publication.editions import AUDIENCES
from cvg_warehouse.reading.data import Edition, Geography
from cvg_warehouse.reading.texts import measure_label

DEVICES = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
MARK_OF_FILES = {"public": "public", "internal": "interne"}
PLACE = "Territoire ou groupe"
# How long somebody looks at a choice that is not taken before they try again, in milliseconds.
PATIENCE = 10_000


@dataclass
class Person:
    """Somebody at a screen, and how often they have clicked since they opened the overview."""

    page: Page
    address: str
    edition: Edition
    is_on_phone: bool
    clicks: int = 0

    def open_overview(self) -> None:
        self.page.goto(self.address)
        finished(self.page)
        self.clicks = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def go_to(self, name: str) -> None:
        """Choose a page in the menu."""
        if self.is_on_phone:
            self.click(self.page.get_by_role("button", name="Ouvrir le menu"))
        self.click(self.page.get_by_role("link", name=name, exact=True))
        expect(self.page.locator("h1")).to_have_text(name, timeout=SHOWN)
        finished(self.page)

    def choose(self, name: str, value: str) -> None:
        """Choose another value in a filter of the page's head."""
        address = self.page.url
        box = self.page.get_by_role("combobox", name=name, exact=True)
        if not box.is_visible():
            self.click(self.page.locator(".choice summary"))
        self.click(box)
        self.click(self.page.get_by_role("option", name=value, exact=True))
        if self.is_on_phone and name == PLACE:
            # The filters of a phone are folded again once one is chosen, and say what is.
            expect(self.page.locator(".choice summary")).to_contain_text(value, timeout=SHOWN)
        else:
            expect(box).to_have_value(value, timeout=SHOWN)
        # the page is of it once its address is
        expect(self.page).not_to_have_url(address, timeout=SHOWN)
        finished(self.page)

    def add(self, name: str, value: str) -> None:
        """Choose one more value of several; again where a page that still moves did not take it."""
        chosen = self.page.get_by_test_id("stMultiSelect").filter(has_text=name)
        option = self.page.get_by_role("option", name=value, exact=True)
        self.click(self.page.get_by_role("combobox", name=name, exact=True))
        self.click(option)
        try:
            chosen.get_by_text(value, exact=True).wait_for(timeout=PATIENCE)
        except TimeoutError:
            option.click()
        expect(chosen).to_contain_text(value, timeout=SHOWN)
        finished(self.page)

    def block(self, key: str) -> Locator:
        return self.page.locator(
            f":is(.st-key-bloc-{key}, .st-key-haut-{key}, .st-key-large-{key})"
        )

    @property
    def territories(self) -> list[Geography]:
        return [self.edition.geographies[place] for place in self.edition.territories]

    def places_in(self, key: str) -> set[str]:
        """The places that head the rows of a block's table."""
        return set(self.block(key).locator("tbody th").all_text_contents())

    def take_away(self, block: Locator) -> Locator:
        """Open the menu of a block's files."""
        self.click(block.get_by_role("button", name="Emporter", exact=True))
        menu = self.page.get_by_role("dialog")
        expect(menu.get_by_role("button", name="CSV")).to_be_visible(timeout=SHOWN)
        return menu

    def has_clicked(self, times: int, on_phone: int) -> None:
        assert self.clicks == (on_phone if self.is_on_phone else times)


@pytest.fixture(scope="module", params=AUDIENCES)
def audience(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def viewer(
    audience: str, editions: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """An edition, served to the owner of its file."""
    home = tmp_path_factory.mktemp(audience)
    with served(home, CVG_EDITIONS=editions, CVG_AUDIENCE=audience) as running:
        yield running


@pytest.fixture(scope="module", params=DEVICES)
def device(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def page(browser: Browser, device: str) -> Iterator[Page]:
    with browser.new_context(**DEVICES[device], accept_downloads=True) as context:
        context.set_default_timeout(SHOWN)
        yield context.new_page()


@pytest.fixture
def person(
    page: Page, viewer: Served, known: dict[str, Edition], audience: str, device: str
) -> Person:
    found = Person(page, viewer.address, known[audience], device == "phone")
    found.open_overview()
    expected = "édition interne" if audience == "internal" else "édition publique"
    expect(page.locator(".edition")).to_contain_text(expected)
    return found


def test_a_my_territory_beside_the_whole_over_the_years(person: Person) -> None:
    person.go_to("Sorties")
    person.choose(PLACE, "Rouen")
    person.has_clicked(3, on_phone=5)
    block = person.block("emploi-durable")
    expect(block.locator("[aria-label^=Courbes]")).to_be_visible(timeout=SHOWN)
    for name in ("Rouen", "Ensemble des territoires"):
        expect(block.locator(".card", has_text=name)).to_have_count(1)


def test_b_from_the_street_to_housing_of_ones_own(person: Person) -> None:
    person.go_to("Logement")
    person.has_clicked(1, on_phone=2)
    if person.edition.audience == "public":
        notes = person.page.get_by_text("Cette édition ne publie pas")
        expect(notes).to_contain_text("Situation de logement, de l'entrée à la sortie")
        expect(person.block("sans-logement-perenne").get_by_role("heading")).to_be_visible()
        return
    block = person.block("tableau-croise")
    row = block.locator("tbody tr", has_text="Rue ou abri de fortune")
    *others, permanent = (int(cell) for cell in row.locator("td b").all_text_contents())
    share = f"{100 * permanent / (permanent + sum(others)):.0f}\N{NARROW NO-BREAK SPACE}%"
    drawn = block.locator("[role=graphics-document] text").all_text_contents()
    assert any(str(permanent) in text and share in text for text in drawn), drawn


def test_c_who_mobilises_the_housing_officer_and_what_can_be_said_of_it(person: Person) -> None:
    label = measure_label(person.edition, "support.officer_mobilised", "logement", "fr")
    person.go_to("Comparer les territoires")
    box = person.page.get_by_role("combobox", name="Mesure")
    person.click(box)
    box.fill(label)
    person.click(person.page.get_by_role("option", name=label, exact=True))
    expect(person.block("rang").get_by_role("heading")).to_contain_text(label, timeout=SHOWN)
    finished(person.page)
    assert person.places_in("rang") >= {one.name_fr for one in person.territories}
    person.go_to("Logement")
    person.has_clicked(4, on_phone=6)
    caution = person.block("avec-et-sans").locator(".caution").first
    expect(caution).to_contain_text("pas l'effet", timeout=SHOWN)


def test_d_a_territorys_sheet_on_paper(person: Person, audience: str) -> None:
    person.go_to("Fiche territoire")
    person.choose(PLACE, "Rouen")
    with person.page.expect_download() as download:
        person.click(person.page.get_by_role("button", name="Imprimer / PDF"))
    person.has_clicked(4, on_phone=6)
    assert MARK_OF_FILES[audience] in download.value.suggested_filename
    pdf = Path(download.value.path()).read_bytes()
    assert 2 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 6


def test_e_a_table_into_excel(person: Person, audience: str) -> None:
    person.go_to("Sorties")
    menu = person.take_away(person.block("categories-de-sortie"))
    with person.page.expect_download() as download:
        person.click(menu.get_by_role("button", name="Excel (XLSX)"))
    person.has_clicked(3, on_phone=4)
    assert MARK_OF_FILES[audience] in download.value.suggested_filename
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    cells = [cell.value for sheet in book for row in sheet for cell in row]
    assert any(isinstance(value, float) and 0 < value < 1 for value in cells)
    assert person.edition.edition_id in cells


def test_f_my_territory_within_its_group(person: Person) -> None:
    person.go_to("Comparer les territoires")
    person.choose(PLACE, "Rouen")
    person.click(person.page.get_by_role("button", name="Comparer dans ce groupe"))
    person.has_clicked(4, on_phone=6)
    expect(person.page).to_have_url(re.compile("comparer=groupe"), timeout=SHOWN)
    finished(person.page)
    names = {one.name_fr for one in person.territories if one.urbanity == "urban"}
    others = {one.name_fr for one in person.territories} - names
    assert "Rouen" in names and others
    places = person.places_in("rang")
    assert names <= places and not others & places


def test_g_what_changed_since_last_year(person: Person) -> None:
    person.go_to("Ce qui a changé")
    person.choose(PLACE, "Rouen")
    person.has_clicked(3, on_phone=5)
    year = max(person.edition.years)
    expect(person.page.locator("h2").first).to_have_text(f"De {year - 1} à {year}")
    table = person.page.locator(".table-box").first
    expect(table).to_contain_text(f"Rouen {year - 1}", timeout=SHOWN)
    expect(table).to_contain_text("point")


def test_h_what_a_word_means(person: Person) -> None:
    person.go_to("Sorties")
    word = person.block("sorties-neutres").get_by_role("heading").get_by_role("term")
    person.click(word)
    person.has_clicked(2, on_phone=3)
    meaning = "congé de longue durée"
    assert meaning in word.evaluate("word => getComputedStyle(word, '::after').content")
    person.go_to("Dictionnaire")
    person.click(person.page.locator("summary").get_by_text("sortie neutre", exact=True))
    person.has_clicked(4, on_phone=6)
    expect(person.page.get_by_text(meaning)).to_be_in_viewport()


def test_i_a_figure_cited_with_its_source(person: Person) -> None:
    person.go_to("Sorties")
    menu = person.take_away(person.block("apres-la-sortie"))
    person.has_clicked(2, on_phone=3)
    expect(menu.get_by_role("code")).to_have_count(2, timeout=SHOWN)
    citation, link = menu.get_by_role("code").all_inner_texts()
    assert person.edition.edition_id in citation and citation.endswith(link)
    person.page.goto(link)
    finished(person.page)
    expect(person.page.locator("h2")).to_have_count(1)
    expect(person.page.locator("#apres-la-sortie")).to_be_in_viewport()


def test_j_a_view_shared_by_mail(person: Person) -> None:
    person.go_to("Logement")
    person.choose(PLACE, "Paris")
    person.has_clicked(3, on_phone=5)
    expect(person.page).to_have_url(re.compile("territoire=01-Paris"), timeout=SHOWN)
    shared = person.page.url
    person.open_overview()
    person.page.goto(shared)
    finished(person.page)
    expect(person.page.locator("h1")).to_have_text("Logement")
    expect(person.page.locator(".filters").first).to_contain_text("Paris")


@pytest.mark.parametrize("words", ["hebergement precaire", "sorties NEUTRES", "DALO"])
def test_k_free_words(person: Person, words: str) -> None:
    person.go_to("Chercher")
    box = person.page.get_by_role("textbox")
    person.click(box)
    box.fill(words)
    box.press("Enter")
    person.has_clicked(2, on_phone=3)
    expect(person.page.locator(".found dd").first).to_be_visible(timeout=SHOWN)
    finished(person.page)


def test_k_what_is_found_is_one_click_away(person: Person) -> None:
    person.go_to("Chercher")
    box = person.page.get_by_role("textbox")
    person.click(box)
    box.fill("durée des parcours")
    box.press("Enter")
    person.click(person.page.locator(".found a").get_by_text("Durée des parcours", exact=True))
    person.has_clicked(3, on_phone=4)
    finished(person.page)
    expect(person.page.locator("h2")).to_have_text("Durée des parcours")


def test_l_several_territories_at_once(person: Person) -> None:
    person.go_to("Comparer les territoires")
    names = {"Paris", "Rouen", "Nantes Métropole"}
    for key in ("rang", "annees"):
        chart = person.block(key).locator("[role=graphics-document]")
        expect(chart.first).to_be_visible(timeout=SHOWN)
    rows = person.block("rang").locator("tbody th")
    for beside_the_whole, name in enumerate(sorted(names), start=1):
        person.add("Comparer", name)
        expect(rows).to_have_count(beside_the_whole + 1, timeout=SHOWN)
    person.has_clicked(7, on_phone=8)
    assert person.places_in("rang") == {*names, "Ensemble des territoires"}


def test_m_all_territories_over_the_years(person: Person) -> None:
    person.go_to("Comparer les territoires")
    person.has_clicked(1, on_phone=2)
    assert person.places_in("annees") >= {one.name_fr for one in person.territories}
    heads = person.block("annees").locator("thead th").all_text_contents()
    assert heads[1:] == [str(year) for year in sorted(person.edition.years)]


def test_n_my_territory_in_a_meeting(person: Person) -> None:
    person.go_to("Fiche territoire")
    person.choose(PLACE, "Rouen")
    person.has_clicked(3, on_phone=5)
    expect(person.page.locator(".card b").first).to_be_in_viewport(ratio=1)
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert person.page.evaluate(wider) <= 0
