"""Key figures: their change to the year before, their years, and the whole beside them."""

from base64 import b64decode
from dataclasses import replace

import pytest

from cvg_warehouse.reading import tables
from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.cards import Card, cards
from cvg_warehouse.reading.changes import change_text, since_text
from cvg_warehouse.reading.data import WHOLE, Cell, Edition, Measure
from cvg_warehouse.reading.figures import Figure, value_text
from cvg_warehouse.reading.grids import grids
from cvg_warehouse.reading.sparklines import sparkline
from cvg_warehouse.reading.texts import say

ROUEN, YEAR, THIN = "08-Rouen", 2024, "\u202f"
WITHOUT_VALUE = ("masked", "unknown", "not_applicable", "before_joining", "not_published")


@pytest.fixture(scope="module")
def share(known: dict[str, Edition]) -> Figure:
    """A figure to make others of."""
    indicator = known["internal"].indicators["public.women"]
    return Figure(indicator, YEAR, ROUEN, "all", "", None)


def at(
    figure: Figure, year: int, value: float | None, status: str = "shown", **more: int
) -> Figure:
    """The figure of a year, of 1,000 people."""
    return replace(figure, year=year, cell=Cell(None, 1000, value, status, None, None), **more)


def card_of(edition: Edition, measure: str, choice: Choice) -> Card:
    indicator_id, _, pattern = measure.partition(":")
    block = Block("b", (Measure(indicator_id, pattern or "%"),), years="all", shape="cards")
    [grid] = grids(block, choice, edition, "fr")
    [card] = cards(grid, "fr")
    return card


def test_rates_change_in_points_and_numbers_in_numbers(share: Figure) -> None:
    before = at(share, 2023, 0.129)
    assert change_text(at(share, YEAR, 0.163), before, "fr") == "+3,4 points"
    assert change_text(at(share, YEAR, 0.119), before, "fr") == "\u22121,0\u00a0point"
    assert change_text(at(share, YEAR, 0.139), before, "en") == "+1.0 points"
    people = replace(share, indicator=replace(share.indicator, unit="people", statistic="count"))
    assert change_text(at(people, YEAR, 1254), at(people, 2023, 196), "fr") == f"+1{THIN}058"
    months = replace(share, indicator=replace(share.indicator, unit="months", statistic="mean"))
    assert change_text(at(months, YEAR, 15.5), at(months, 2023, 16), "fr") == "\u22120,5\u00a0mois"


def test_a_change_is_the_difference_of_what_is_read(share: Figure) -> None:
    """15.84% and 15.76% are both read as 15.8%."""
    assert since_text(at(share, YEAR, 0.1584), at(share, 2023, 0.1576), "fr") == (
        "sans changement depuis 2023"
    )
    assert change_text(at(share, YEAR, 0.4663), at(share, 2023, 0.4908), "fr") == "\u22122,5 points"


def test_a_change_is_as_coarse_as_the_coarser_figure(share: Figure) -> None:
    rounded = at(share, 2023, 0.406, margin=2)
    rounded = replace(rounded, cell=Cell(40, 100, 0.406, "shown", None, None))
    assert value_text(rounded, "fr") == f"41{THIN}%"
    assert change_text(at(share, YEAR, 0.434), rounded, "fr") == "+2 points"


@pytest.mark.parametrize("status", WITHOUT_VALUE)
def test_without_both_values_there_is_no_change(share: Figure, status: str) -> None:
    one, none = at(share, 2023, 0.4), at(share, YEAR, None, status)
    assert change_text(none, one, "fr") == since_text(one, none, "fr") == ""


def test_the_line_over_the_years_is_broken_where_nothing_is_shown(share: Figure) -> None:
    values = {2020: 0.4, 2021: 0.5, 2022: None, 2023: 0.2, 2024: 0.3}
    figures = [
        at(share, year, value, "shown" if value else "masked") for year, value in values.items()
    ]
    line = sparkline(figures, YEAR, "fr")
    assert line
    kind, picture = line.address.split(",")
    svg = b64decode(picture).decode()
    assert kind == "data:image/svg+xml;base64"
    assert svg.count("<polyline") == 2 and svg.count("<circle") == 4 and svg.count('r="3.2"') == 1
    mark = say("fr", "mark_masked")
    assert line.words == (
        f"Au fil des années : 2020 : 40,0{THIN}%, 2021 : 50,0{THIN}%, 2022 : {mark}, "
        f"2023 : 20,0{THIN}%, 2024 : 30,0{THIN}%"
    )


def test_one_year_or_nothing_makes_no_line(share: Figure) -> None:
    masked = [at(share, year, None, "masked") for year in (2022, 2023)]
    assert sparkline([*masked, at(share, YEAR, 0.3)], YEAR, "fr") is None
    assert sparkline([], YEAR, "fr") is None


def test_noughts_make_a_line_at_the_foot(share: Figure) -> None:
    assert sparkline([at(share, 2023, 0.0), at(share, YEAR, 0.0)], YEAR, "fr")


@pytest.mark.parametrize("place", [WHOLE, ROUEN])
def test_a_card_sets_the_year_before_and_the_whole_beside(
    known: dict[str, Edition], place: str
) -> None:
    edition = known["internal"]
    card = card_of(edition, "public.women", Choice(YEAR, place, "all"))
    beside = {
        "2023": edition.cell("public.women", 2023, place, "all", ""),
        "Ensemble": edition.cell("public.women", YEAR, WHOLE, "all", ""),
    }
    if place == WHOLE:
        del beside["Ensemble"]
    assert {label: figure.cell for label, figure in card.beside} == beside
    assert card.figure.cell == edition.cell("public.women", YEAR, place, "all", "")
    assert card.change.endswith("depuis 2023")


def test_the_first_year_has_no_year_before(known: dict[str, Edition]) -> None:
    edition = known["internal"]
    card = card_of(edition, "public.women", Choice(edition.years[-1], WHOLE, "all"))
    assert card.beside == () and card.change == ""


def test_a_card_says_no_change_from_the_years_before_joining(known: dict[str, Edition]) -> None:
    edition = known["internal"]
    joined = edition.geographies[ROUEN].launch_year
    assert joined
    card = card_of(edition, "headcount.supported", Choice(joined, ROUEN, "all"))
    assert [label for label, _ in card.beside] == [str(joined - 1), "Ensemble"]
    assert card.beside[0][1].value is None and card.change == ""


def test_a_card_that_is_not_published_has_its_mark_and_the_whole(
    known: dict[str, Edition],
) -> None:
    edition = known["public"]
    block = Block("b", (Measure("exits.unknown_reason", "%"),), years="all", shape="cards")
    [grid] = grids(block, Choice(YEAR, "01-Paris", "all"), edition, "fr")
    [card] = cards(grid, "fr")
    assert card.figure.cell is None and card.years is None
    assert dict(card.beside)["Ensemble"].value is not None
    assert say("fr", "mark_not_published") in tables.cards(grid, "fr")
