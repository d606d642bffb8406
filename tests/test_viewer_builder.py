"""The table that somebody composes: what the edition holds, as it was asked for."""

import csv
import io
from collections.abc import Iterator

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.support.serving import SHOWN, Served, finished

from cvg_warehouse.reading import export
from cvg_warehouse.reading.builder import AXES, Asked, Axis, composed_table, measures_of, size
from cvg_warehouse.reading.data import EVERYBODY, WHOLE, Edition, Measure, with_own
from cvg_warehouse.reading.figures import value_text
from cvg_warehouse.reading.grids import Grid

ROUEN, PARIS, LINK = "08-Rouen", "01-Paris", "https://example.org/tableau"
EXITS, HEADS = "exits.job_or_training", "headcount.supported"
LASTING = Measure(EXITS, "emploi_durable")


def table_of(edition: Edition, **what: object) -> Grid:
    usual = {
        "measures": (LASTING,),
        "places": (ROUEN, WHOLE),
        "years": tuple(sorted(edition.years)),
        "populations": (EVERYBODY,),
    }
    grid = composed_table(Asked(**{**usual, **what}), edition, "fr")  # type: ignore[arg-type]
    assert grid
    return grid


@pytest.mark.parametrize("across", AXES)
def test_every_cell_is_the_one_that_the_edition_holds(
    known: dict[str, Edition], across: Axis
) -> None:
    edition = known["public"]
    measures = tuple(measures_of((EXITS, HEADS), edition))
    asked = Asked(measures, (WHOLE, ROUEN), edition.years, edition.populations, across)
    grid = composed_table(asked, edition, "fr")
    assert grid
    cells = list(grid.cells)
    assert len(cells) == size(asked)
    assert len({(one.place, one.breakdown) for one in cells}) == len(cells)
    for one in cells:
        held = edition.cell(
            one.indicator.indicator_id, one.year, one.geography, one.population, one.breakdown
        )
        assert one.status == "before_joining" or one.cell == held
    assert len({head.label for head in grid.rows}) == len(grid.rows)
    assert len({head.label for head in grid.columns}) == len(grid.columns)


def test_marks_stay_marks_and_each_has_its_meaning(known: dict[str, Edition]) -> None:
    edition = known["public"]
    grid = table_of(edition, places=(ROUEN, "urban"))
    shown = {one.status for one in grid.cells}
    assert {"before_joining", "masked", "not_published"} <= shown
    text = export.table_bytes(grid, edition, LINK, "fr").decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    by_head = {line[0]: line[1:] for line in lines if line}
    in_words = [value_text(one, "fr") for one in grid.figures[0] if one]
    assert "av. entrée" in in_words
    assert len(by_head["Rouen"]) == len(in_words) == len(edition.years)
    for text, shown_text in zip(by_head["Rouen"], in_words, strict=True):
        assert text == shown_text.replace("\u202f", "")
    assert "av. entrée avant l'entrée du territoire dans le programme" in by_head
    assert any(edition.edition_id in line and "édition publique" in line for line in by_head)
    assert LINK in by_head


def test_values_of_two_breakdowns_keep_their_own_names(known: dict[str, Edition]) -> None:
    both = Measure("public.education_level", "3"), Measure("barriers.count_at_entry", "3")
    grid = table_of(known["internal"], measures=both, places=(WHOLE,), across="value")
    assert [head.label for head in grid.columns] == ["Niveau 3", "3 difficultés"]
    assert all(sum(one is not None for one in line) == 1 for line in grid.figures)


def test_a_single_row_says_what_it_counts(known: dict[str, Edition]) -> None:
    grid = table_of(known["public"], places=(WHOLE,))
    assert [head.label for head in grid.rows] == [
        "Sorties vers l'emploi ou la formation · Emploi durable"
    ]


def test_what_no_territory_did_makes_no_table(known: dict[str, Edition]) -> None:
    edition = known["internal"]
    asked = Asked(
        (Measure("partners.partner_actions", "no such x partner"),),
        (ROUEN,),
        (max(edition.years),),
        (EVERYBODY,),
    )
    assert composed_table(asked, edition, "fr") is None


def test_who_reads_one_territory_reads_the_public_figures_elsewhere(
    known: dict[str, Edition],
) -> None:
    mixed = with_own(known["public"], known["internal"], {ROUEN})
    grid = table_of(mixed, places=(ROUEN, PARIS))
    of_rouen, of_paris = grid.figures
    assert all(one and one.margin == 0 for one in of_rouen)
    public = table_of(known["public"], places=(ROUEN, PARIS))
    assert of_paris == public.figures[1]
    header, *lines = export.records([grid], mixed, "fr")
    place, audience = header.index("territoire"), header.index("destinataires")
    assert {(line[place], line[audience]) for line in lines} == {
        (ROUEN, "édition interne"),
        (PARIS, "édition publique"),
    }


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height = request.param
    screen = ViewportSize(width=width, height=height)
    with browser.new_context(viewport=screen, accept_downloads=True) as context:
        context.set_default_timeout(2 * SHOWN)
        yield context.new_page()


def test_an_indicator_gets_into_excel_in_four_clicks(viewer: Served, page: Page) -> None:
    page.goto(f"{viewer.address}/tableau?territoire={ROUEN}")
    finished(page)
    folded = page.locator(".choice summary")
    if folded.is_visible():
        folded.click()
    page.get_by_role("combobox", name="Indicateurs").fill("sorties vers")
    page.get_by_role("option", name="Sorties vers l'emploi ou la formation", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator("h2")).to_have_text("Sorties vers l'emploi ou la formation")
    finished(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel : la page").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    on_sheet = [row[0].value for row in book.worksheets[1].iter_rows()]
    heads = page.locator(".table-box tbody th").all_inner_texts()
    assert heads and [text for text in on_sheet if text in heads] == heads


def test_the_address_holds_the_whole_table(viewer: Served, page: Page) -> None:
    query = (
        f"indicateur={EXITS}&territoires={ROUEN}&territoires={PARIS}&annees=2023&annees=2024"
        f"&modalites={EXITS}:emploi_durable&colonnes=place"
    )
    page.goto(f"{viewer.address}/tableau?{query}")
    finished(page)
    assert page.locator(".notice").count() == 0
    assert page.locator(".table-box thead th").all_inner_texts() == ["Année", "Rouen", "Paris"]
    assert page.locator(".table-box tbody th").all_inner_texts() == ["2023", "2024"]
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    finished(page)
    assert page.locator(".table-box tbody th").all_inner_texts() == ["2023", "2024"]


def test_a_table_that_nobody_could_read_is_refused(viewer: Served, page: Page) -> None:
    query = "indicateur=partners.actions&territoires=tous&publics=all&publics=after_phc"
    page.goto(f"{viewer.address}/tableau?{query}")
    finished(page)
    expect(page.get_by_test_id("stAlert")).to_contain_text("cases")
    assert page.locator(".table-box").count() == 0
