"""Sentences above charts: filled by rule, silent where something is not shown, never a cause."""

import re
from dataclasses import replace

import pytest
from dashboards.pages import PAGES

from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.data import WHOLE, Cell, Edition, Measure
from cvg_warehouse.reading.figures import Figure
from cvg_warehouse.reading.grids import Grid, Head, grids
from cvg_warehouse.reading.items import item_grids
from cvg_warehouse.reading.sentences import sentence
from cvg_warehouse.reading.texts import Language

ROUEN, PARIS, LYON, YEAR, THIN = "08-Rouen", "01-Paris", "02-Lyon", 2024, "\u202f"
NAMES = {ROUEN: "Rouen", PARIS: "Paris", LYON: "Lyon", WHOLE: "Ensemble"}
Values = dict[str, float | None]


@pytest.fixture(scope="module")
def share(known: dict[str, Edition]) -> Figure:
    """A figure to make others of."""
    return Figure(known["internal"].indicators["barriers.at_entry"], YEAR, ROUEN, "all", "", None)


def at(figure: Figure, value: float | None, status: str = "masked", **more: object) -> Figure:
    """The figure with a value, or else the status."""
    cell = Cell(None, 1000, value, "shown" if value is not None else status, None, None)
    return replace(figure, cell=cell, **more)


def grid_of(shape: str, rows: list[Head], columns: list[Head], figures: list, place: str) -> Grid:
    lines = tuple(tuple(line) for line in figures)
    return Grid("k", "T", "F", shape, "C", tuple(rows), tuple(columns), lines, place, YEAR)


def lines_of(share: Figure, place: str = ROUEN, **series: Values) -> Grid:
    """Lines of a place, and of the whole beside it, by year."""
    places = {"own": place, "whole": WHOLE}
    columns = [Head(NAMES[places[name]], places[name]) for name in series]
    years = [int(year) for year in next(iter(series.values()))]
    figures = [
        [
            at(share, values[str(year)], year=year, geography=places[name])
            for name, values in series.items()
        ]
        for year in years
    ]
    return grid_of("lines", [Head(str(y), None, y) for y in years], columns, figures, place)


def places_of(share: Figure, values: Values, focus: str = ROUEN, status: str = "masked") -> Grid:
    rows = [Head(NAMES[place], place, YEAR) for place in values]
    figures = [[at(share, value, status, geography=place)] for place, value in values.items()]
    return grid_of("ranking", rows, [Head("Part")], figures, focus)


def categories_of(share: Figure, **values: float | None) -> Grid:
    rows = [Head(name.capitalize(), WHOLE, YEAR) for name in values]
    figures = [
        [at(share, value, breakdown=name, geography=WHOLE)] for name, value in values.items()
    ]
    return grid_of("bars", rows, [Head("Part")], figures, WHOLE)


def test_years_say_the_change_and_the_whole(share: Figure) -> None:
    grid = lines_of(share, own={"2023": 0.42, "2024": 0.451}, whole={"2023": 0.3, "2024": 0.402})
    assert sentence(grid, "fr") == (
        f"En 2024 : 45,1{THIN}%, 3,1 points de plus qu'en 2023 ; ensemble : 40,2{THIN}%."
    )
    assert sentence(grid, "en") == (
        "In 2024: 45.1%, 3.1 points more than in 2023; all territories: 40.2%."
    )


@pytest.mark.parametrize(
    ("before", "said"),
    [(0.42, "1,0\u00a0point de moins qu'en"), (0.41, ", comme en 2023"), (None, f"41,0{THIN}%.")],
)
def test_less_the_same_and_nothing_before(share: Figure, before: float | None, said: str) -> None:
    grid = lines_of(share, WHOLE, whole={"2023": before, "2024": 0.41})
    text = sentence(grid, "fr")
    assert said in text and ("2023" in text) == (before is not None)


def test_the_year_before_the_last_is_not_the_year_before(share: Figure) -> None:
    grid = lines_of(share, WHOLE, whole={"2022": 0.3, "2024": 0.41})
    assert sentence(grid, "fr") == f"En 2024 : 41,0{THIN}%."


def test_years_are_silent_where_the_place_is_not_shown(share: Figure) -> None:
    own, whole = {"2023": 0.42, "2024": None}, {"2023": 0.3, "2024": 0.4}
    assert sentence(lines_of(share, own=own, whole=whole), "fr") == ""


def test_territories_say_the_highest_the_lowest_and_the_rank(share: Figure) -> None:
    grid = places_of(share, {WHOLE: 0.4, PARIS: 0.5, LYON: 0.45, ROUEN: 0.3})
    assert sentence(grid, "fr") == (
        f"Le plus élevé : Paris (50,0{THIN}%) ; le plus bas : Rouen (30,0{THIN}%) "
        f"; ensemble : 40,0{THIN}% ; Rouen : rang 3 sur 3."
    )


def test_no_rank_where_one_territory_is_masked(share: Figure) -> None:
    assert sentence(places_of(share, {WHOLE: 0.4, PARIS: None, LYON: 0.4, ROUEN: 0.3}), "fr") == ""


def test_territories_that_had_not_joined_are_not_ranked(share: Figure) -> None:
    values = {WHOLE: 0.4, PARIS: 0.5, LYON: 0.45, ROUEN: None}
    text = sentence(places_of(share, values, status="before_joining"), "fr")
    assert "Lyon (45" in text and "rang" not in text


@pytest.mark.parametrize(
    "values", [{}, {ROUEN: 0.4}, {WHOLE: 0.4, ROUEN: 0.4}, {PARIS: 0.4, ROUEN: 0.4}]
)
def test_one_territory_or_all_alike_are_not_ranked(share: Figure, values: Values) -> None:
    assert sentence(places_of(share, values), "fr") == ""


def test_equal_territories_share_a_rank(share: Figure) -> None:
    grid = places_of(share, {PARIS: 0.5, LYON: 0.5, ROUEN: 0.3}, focus=LYON)
    assert "Lyon : rang 1 sur 3" in sentence(grid, "fr")


def test_categories_say_the_two_largest(share: Figure) -> None:
    grid = categories_of(share, sante=0.2, logement=0.5, mobilite=0.4, total=0.9)
    assert sentence(grid, "fr") == (
        f"En tête : Logement (50,0{THIN}%), puis Mobilite (40,0{THIN}%)."
    )


@pytest.mark.parametrize(
    "values",
    [
        {"logement": 0.5, "sante": None},
        {"logement": 0.5, "sante": 0.5},
        {"logement": 0.5, "sante": 0.0},
        {"logement": 0.5},
    ],
)
def test_no_largest_where_it_is_not_known_or_not_one(share: Figure, values: Values) -> None:
    assert sentence(categories_of(share, **values), "fr") == ""


def test_years_of_parts_say_the_largest_of_the_chosen_year(known: dict[str, Edition]) -> None:
    block = Block("b", (Measure("public.referrer", "%"),), years="all")
    [grid] = grids(block, Choice(YEAR, WHOLE, "all"), known["internal"], "fr")
    assert sentence(grid, "fr").startswith("En 2024, en tête : France Travail (")


def test_from_the_street_to_permanent_housing_is_read_directly(
    known: dict[str, Edition],
) -> None:
    block = Block("b", (Measure("housing.transition", "%"),))
    [grid] = grids(block, Choice(YEAR, WHOLE, "all"), known["internal"], "fr")
    street = [figure.value or 0 for figure in grid.figures[0] if figure]
    percent = f"{100 * street[4] / sum(street):.0f}{THIN}%"
    assert sentence(grid, "fr").startswith(
        f"{grid.rows[0].label} → {grid.columns[4].label} : "
        f"{street[4]:.0f} sur {sum(street):.0f}, {percent}."
    )


@pytest.mark.parametrize(("audience", "language"), [("public", "fr"), ("internal", "en")])
@pytest.mark.parametrize("place", [WHOLE, ROUEN])
def test_no_sentence_is_broken_or_gives_a_reason(
    known: dict[str, Edition], audience: str, language: Language, place: str
) -> None:
    edition = known[audience]
    choice = Choice(YEAR, place, "all")
    made = [
        grid
        for page in PAGES
        for block in page.blocks
        for grid in grids(block, choice, edition, language)
    ]
    made += [
        grid
        for item in edition.report_items.values()
        for grid in item_grids(item, choice, edition, language)
    ]
    said = [(grid, text) for grid in made if (text := sentence(grid, language))]
    assert len(said) > 20
    for grid, text in said:
        assert any(figure.value is not None for figure in grid.cells)
        assert text.endswith(".") and "None" not in text and "{" not in text
        assert not re.search(r"\b(car|grâce|cause|because|thanks|due)\b", text)
