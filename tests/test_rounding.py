"""The public edition shows rounded counts and says so wherever it does; the internal never does."""

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import replace

import openpyxl
import pytest
from dashboards.pages import PAGES
from tests.support.terms import INDICATOR, term

from cvg_warehouse.reading import charts, export, tables
from cvg_warehouse.reading.blocks import Choice
from cvg_warehouse.reading.composed import Part, composed
from cvg_warehouse.reading.data import EVERYBODY, WHOLE, Cell, Edition, with_own
from cvg_warehouse.reading.figures import (
    Figure,
    interval_text,
    look_up,
    parts_text,
    value_text,
)
from cvg_warehouse.reading.grids import Grid, grids
from cvg_warehouse.reading.items import item_grids
from cvg_warehouse.reading.lists import edition_table, reconciliation_table
from cvg_warehouse.reading.sources import citation
from cvg_warehouse.reading.texts import LANGUAGES, Language, say
from cvg_warehouse.reading.workbooks import lines_workbook

THIN, NBSP = "\u202f", "\u00a0"
ROUEN, YEAR = "08-Rouen", 2024
EXACT_UNITS = {"worksites", "actions", "partners"}


@pytest.fixture(scope="module")
def public(known: dict[str, Edition]) -> Edition:
    return known["public"]


@pytest.fixture(scope="module")
def internal(known: dict[str, Edition]) -> Edition:
    return known["internal"]


def rounded(count: float) -> int:
    return math.floor((count + 2) / 5) * 5


def figures_of(edition: Edition) -> Iterator[Figure]:
    """Every figure that an edition holds."""
    for name, breakdowns in edition.breakdowns.items():
        for breakdown in breakdowns:
            for year in edition.years:
                for place in edition.geographies:
                    for population in edition.populations:
                        figure = look_up(edition, name, year, place, population, breakdown)
                        if figure.cell:
                            yield figure


def grids_of(edition: Edition, place: str, language: Language = "fr") -> list[Grid]:
    """Everything that the pages and the items show of an edition."""
    choice = Choice(YEAR, place, EVERYBODY)
    blocks = [block for page in PAGES for block in page.blocks]
    found = [grid for block in blocks for grid in grids(block, choice, edition, language)]
    for item in edition.report_items.values():
        if not item.reference_seed:
            found += item_grids(item, choice, edition, language)
    return found


def test_a_public_figure_is_the_true_one_rounded(public: Edition, internal: Edition) -> None:
    seen = set()
    for figure in figures_of(public):
        cell, indicator = figure.cell, figure.indicator
        assert cell
        if figure.value is None:
            continue
        truth = internal.cell(*figure.place, figure.breakdown)
        assert truth and truth.value is not None
        is_exact = indicator.counting_unit in EXACT_UNITS
        for shown, true in (
            (cell.numerator, truth.numerator),
            (cell.denominator, truth.denominator),
        ):
            if shown is not None and true is not None and indicator.statistic in ("share", "count"):
                assert shown == (true if is_exact else rounded(true)), figure
                assert abs(shown - true) <= figure.margin
        if indicator.statistic == "share" and cell.numerator is not None and cell.denominator:
            assert cell.value == pytest.approx(cell.numerator / cell.denominator)
            assert 0 <= cell.value <= 1
            assert cell.lower is not None and cell.upper is not None
            assert -1e-9 <= cell.lower <= cell.value <= cell.upper <= 1 + 1e-9
        elif indicator.statistic == "count":
            assert cell.value == cell.numerator
        elif indicator.statistic == "median":
            assert figure.value.is_integer()
        else:
            assert figure.value == round(figure.value, 1)
        seen.add((indicator.statistic, is_exact))
    assert seen >= {("share", False), ("count", False), ("count", True), ("mean", False)}
    assert {figure.margin for figure in figures_of(internal)} == {0}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", [WHOLE, ROUEN])
def test_what_is_rounded_says_so_wherever_it_stands(
    public: Edition, internal: Edition, place: str, language: Language
) -> None:
    said = say(language, "rounded", 5)
    number = 0
    for grid in grids_of(public, place, language):
        is_rounded = any(figure.margin and figure.value is not None for figure in grid.cells)
        number += is_rounded
        assert (said in grid.filters) == is_rounded, grid.key
        # The filters stand above it, in its caption, in its picture, in what is heard and cited.
        assert (said in tables.grid_table(grid, language).unescape()) == is_rounded
        assert (said in charts.alternative_text(grid, language)) == is_rounded
        assert (said in citation(grid, public, "https://example.org", language)) == is_rounded
        if spec := charts.chart(grid, language):
            heading = charts.titled(spec, grid, "Source", "", language)["title"]
            assert (said in " ".join(heading["subtitle"])) == is_rounded
    assert number > 100
    for grid in grids_of(internal, place, language):
        assert said not in grid.filters
        assert "arrondi" not in tables.grid_table(grid, language) + tables.cards(grid, language)


def test_the_edition_says_its_rules(public: Edition, internal: Edition) -> None:
    assert "arrondi à 5" in tables.edition_line(public, "aujourd'hui", "fr").unescape()
    assert "arrondi" not in tables.edition_line(internal, "aujourd'hui", "fr").unescape()
    rules = say("fr", "rounding_rules", 5)
    assert [say("fr", "rounding"), rules] in export.edition_notes(public, "fr")
    assert all(rules not in line for line in export.edition_notes(internal, "fr"))
    for edition, computed in ((public, "calculé (arrondi à 5)"), (internal, "calculé")):
        header, rows = reconciliation_table(edition.reconciliation, edition, "fr")
        assert computed in header and ("écart" in header) == (edition is internal)
        assert {len(row) for row in rows} == {len(header)}
    said = dict(tuple(row) for row in edition_table(public, "fr")[1])
    assert said[say("fr", "edition_rounding")] == "5"


def test_files_say_how_far_counts_may_be_off(public: Edition, internal: Edition) -> None:
    for edition, margin in ((public, "2"), (internal, "0")):
        found = [grid for grid in grids_of(edition, ROUEN) if grid.key == "categories-de-sortie"]
        lines = export.records([found[0]], edition, "fr")
        text = export.csv_bytes(lines).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
        assert {row[say("fr", "column_margin")] for row in rows} == {margin}
        filters = {row[say("fr", "column_filters")] for row in rows}
        assert ("arrondi à 5" in filters.pop()) == (edition is public)
        notes = export.notes(found[0], edition, "https://example.org", "fr")
        book = openpyxl.load_workbook(io.BytesIO(lines_workbook(lines, notes, "fr")))
        about = [cell.value for row in book["À lire"] for cell in row]
        assert (say("fr", "rounding_rules", 5) in about) == (edition is public)


def test_totals_are_said_not_to_add_up_where_there_are_some(public: Edition) -> None:
    said = say("fr", "meaning_rounded_total")
    found = {grid.key: tables.grid_table(grid, "fr").unescape() for grid in grids_of(public, WHOLE)}
    by_territory = [html for key, html in found.items() if key == "element-84"]
    assert by_territory and all(said in html for html in by_territory)
    assert said not in found["personnes-accompagnees"]


def test_own_territories_are_exact_and_the_others_rounded(
    public: Edition, internal: Edition
) -> None:
    edition = with_own(public, internal, {ROUEN})
    own = look_up(edition, INDICATOR, YEAR, ROUEN, EVERYBODY, "emploi_durable")
    whole = look_up(edition, INDICATOR, YEAR, WHOLE, EVERYBODY, "emploi_durable")
    assert (own.margin, whole.margin) == (0, 2)
    assert parts_text(own, "fr").split()[0] != "env." == parts_text(whole, "fr").split()[0]
    assert "exacte pour vos territoires" in tables.edition_line(edition, "", "fr").unescape()
    both = [grid for grid in grids_of(edition, ROUEN) if grid.key == "categories-de-sortie"]
    assert "arrondi à 5, sauf pour vos territoires" in both[0].filters


def figure(public: Edition, numerator: float, denominator: float, margin: float = 2) -> Figure:
    value = numerator / denominator
    cell = Cell(numerator, denominator, value, "shown", value - 0.05, value + 0.05)
    place = (YEAR, ROUEN, EVERYBODY, "total")
    return Figure(public.indicators[INDICATOR], *place, cell, margin=margin)


def test_a_rate_has_the_decimals_that_its_counts_give(public: Edition) -> None:
    few, many = figure(public, 30, 90), figure(public, 300, 900)
    assert (value_text(few, "fr"), value_text(many, "fr")) == (f"33{THIN}%", f"33,3{THIN}%")
    assert value_text(replace(few, margin=0), "fr") == f"33,3{THIN}%"
    assert interval_text(few, "fr") == f"[28{THIN}% ; 38{THIN}%]"
    assert parts_text(few, "fr") == "env. 30 sur 90"
    assert parts_text(replace(few, margin=0), "fr") == "30 sur 90"


@pytest.mark.parametrize(
    ("value", "margin", "text"), [(17.0, 2, "17"), (17.3, 2, "17,3"), (17.0, 0, "17,0")]
)
def test_a_mean_has_the_decimals_that_the_edition_gives(
    public: Edition, value: float, margin: float, text: str
) -> None:
    mean = replace(
        figure(public, 1, 100, margin),
        indicator=public.indicators["pathways.mean_duration_months"],
        cell=Cell(None, 100, value, "shown", None, None),
    )
    assert value_text(mean, "fr") == f"{text}{NBSP}mois"


def test_a_sum_of_rounded_counts_says_how_far_off_it_may_be(public: Edition) -> None:
    years = [replace(figure(public, n, 100), year=year) for n, year in ((15, 2023), (20, 2024))]
    total = composed([Part(term(kind="count"), one) for one in years], public)
    assert (total.value, total.margin) == (35, 4)
    assert parts_text(total, "fr") == "à 4 près"
    alone = composed([Part(term(kind="count"), years[0])], public)
    assert (alone.margin, parts_text(alone, "fr")) == (2, "")
    assert parts_text(replace(total, margin=0), "fr") == ""


def test_parts_that_are_each_rounded_up_are_no_more_than_the_whole(public: Edition) -> None:
    parts = [Part(term(kind="share"), figure(public, 15, 40)) for _ in range(3)]
    whole = Part(term("bottom", "share"), figure(public, 15, 40))
    made = composed([*parts, whole], public)
    assert made.cell and (made.cell.numerator, made.value) == (40, 1)
