"""Workbooks show figures as the screen does: the same rounding, percent signs and marks."""

import io
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
import pytest
from dashboards.pages import PAGES
from openpyxl.cell import Cell as SheetCell
from openpyxl.workbook import Workbook

from cvg_warehouse.formats import NARROW_SPACE, number
from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.data import EVERYBODY, WHOLE, Edition, Measure, with_own
from cvg_warehouse.reading.figures import look_up, value_text
from cvg_warehouse.reading.grids import Grid, grids
from cvg_warehouse.reading.workbooks import (
    Linked,
    edition_workbook,
    grid_workbook,
    page_workbook,
    sheet_names,
)

ROUEN, YEAR, LINK = "08-Rouen", 2024, "https://example.org/sorties"
[SHEET] = [page for page in PAGES if page.key == "territory"]


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def shown(cell: SheetCell) -> str:
    """What a French spreadsheet shows in a cell."""
    if isinstance(cell.value, str):
        return cell.value
    kind, _, unit = cell.number_format.partition('"')
    decimals = len(kind.rstrip("%").partition(".")[2])
    value = Decimal(str(cell.value)) * (100 if kind.endswith("%") else 1)
    value = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = number(value, decimals)
    return text + (
        NARROW_SPACE + "%" if kind.endswith("%") else unit.strip('"').replace(" ", "\u00a0")
    )


def table_at(book: Workbook, name: str, grid: Grid) -> list[list[SheetCell]]:
    """The cells of the table that stands under its heading on a sheet."""
    rows = list(book[name].iter_rows(max_col=1 + len(grid.columns)))
    top = next(n for n, row in enumerate(rows) if n > 1 and row[0].value == grid.corner)
    return [list(row[1:]) for row in rows[top + 1 : top + 1 + len(grid.rows)]]


def of_sheet(edition: Edition, place: str) -> list[Grid]:
    choice = Choice(YEAR, place, EVERYBODY)
    return [grid for block in SHEET.blocks for grid in grids(block, choice, edition, "fr")]


@pytest.mark.parametrize("place", [ROUEN, WHOLE])
@pytest.mark.parametrize("audience", ["public", "internal"])
def test_tables_are_as_on_the_screen(known: dict[str, Edition], audience: str, place: str) -> None:
    found = of_sheet(known[audience], place)
    linked = [Linked(grid, LINK) for grid in found]
    book = opened(page_workbook("Fiche territoire", linked, known[audience], "fr"))
    contents, *names, data, notes = book.sheetnames
    assert (contents, data, notes) == ("Sommaire", "Données", "À lire")
    for name, grid in zip(names, found, strict=True):
        assert book[name]["A1"].value == grid.title
        on_sheet = [
            [shown(cell) for cell in row if cell.value is not None]
            for row in table_at(book, name, grid)
        ]
        on_screen = [[value_text(one, "fr") for one in row if one] for row in grid.figures]
        assert on_sheet == on_screen, name
    links = [
        cell.hyperlink.location
        for row in book[contents].iter_rows()
        for cell in row
        if cell.hyperlink
    ]
    assert links == [f"'{name}'!A1" for name in names]
    assert book[data].max_row == 1 + sum(1 for grid in found for _ in grid.cells)


def test_the_table_comes_first_and_shares_are_percents(known: dict[str, Edition]) -> None:
    block = Block("emploi", (Measure("exits.job_or_training", "emploi_durable"),), years="all")
    [grid] = grids(block, Choice(YEAR, ROUEN, EVERYBODY), known["public"], "fr")
    book = opened(grid_workbook(grid, known["public"], LINK, "fr"))
    assert book.sheetnames == ["Tableau", "Données", "À lire"]
    cells = [cell for row in table_at(book, "Tableau", grid) for cell in row]
    numbers = [cell for cell in cells if not isinstance(cell.value, str)]
    assert numbers and all(cell.number_format.endswith("%") for cell in numbers)
    assert all(0 <= cell.value <= 1 for cell in numbers)
    assert {"av. entrée"} < {cell.value for cell in cells if isinstance(cell.value, str)}


def test_the_edition_holds_every_figure_of_the_population(known: dict[str, Edition]) -> None:
    some = dict(list(known["public"].indicators.items())[::4])
    edition = replace(known["public"], indicators=some)
    book = opened(edition_workbook(edition, EVERYBODY, "fr"))
    on_sheets = 0
    for name in book.sheetnames[1:-1]:
        rows = list(book[name].iter_rows(values_only=True))
        top = next(n for n, row in enumerate(rows) if row[0] == "indicateur")
        first = rows[top].index(str(min(edition.years)))
        last = first + len(edition.years)
        values = [value for row in rows[top + 1 :] for value in row[first:last]]
        on_sheets += sum(isinstance(value, int | float) for value in values)
    held = sum(
        look_up(edition, name, year, place, EVERYBODY, breakdown).value is not None
        for name in some
        for breakdown in edition.breakdowns.get(name, ())
        for place in edition.geographies
        for year in edition.years
    )
    assert on_sheets == held > 300


def test_rows_of_the_edition_say_whose_they_are(known: dict[str, Edition]) -> None:
    mixed = with_own(known["public"], known["internal"], {ROUEN})
    book = opened(edition_workbook(mixed, EVERYBODY, "fr"))
    rows = list(book.worksheets[1].iter_rows(values_only=True))
    top = next(n for n, row in enumerate(rows) if row[0] == "indicateur")
    place, audience = rows[top].index("nom du territoire"), rows[top].index("destinataires")
    named = {(row[place], row[audience]) for row in rows[top + 1 :]}
    assert ("Rouen", "édition interne") in named
    assert {audience for name, audience in named if name != "Rouen"} == {"édition publique"}


def test_a_page_where_all_is_masked_or_nothing_is_there(known: dict[str, Edition]) -> None:
    edition = known["public"]
    block = Block("statuts", (Measure("exits.job_or_training", "%"),))
    found = grids(block, Choice(min(edition.years), ROUEN, "after_phc"), edition, "fr")
    linked = [Linked(grid, LINK) for grid in found]
    assert opened(page_workbook("Sorties", linked, edition, "fr")).sheetnames[0] == "Sommaire"
    assert opened(page_workbook("Vide", [], edition, "fr")).sheetnames == ["Sommaire", "À lire"]


def test_names_of_sheets_are_those_that_spreadsheets_accept() -> None:
    titles = ["a/b [c]: d* e? f\\g", "x" * 60, "x" * 60, "'l'entrée'"]
    names = sheet_names(titles)
    assert len(set(names)) == len(titles)
    assert all(len(name) <= 31 and not set("[]:*?/\\'") & set(name) for name in names)
