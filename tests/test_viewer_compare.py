"""The page that compares territories: several at once, one within its group, all over the years."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dashboards.compare import places_of
from dashboards.view import View
from playwright.sync_api import Page, expect
from tests.support.serving import Served, finished, served

from cvg_warehouse.publication.editions import AUDIENCES
from cvg_warehouse.reading import charts
from cvg_warehouse.reading.blocks import Block, Choice, Shape, Years
from cvg_warehouse.reading.charts.common import CHOSEN
from cvg_warehouse.reading.data import WHOLE, Edition, Measure
from cvg_warehouse.reading.figures import BEFORE_JOINING, value_text
from cvg_warehouse.reading.grids import Grid, grids
from cvg_warehouse.reading.texts import place_name, say

PARIS, ROUEN, NANTES, SOMME, YEAR = "01-Paris", "08-Rouen", "04-Nantes", "09-Somme", 2024
LASTING_JOB = Measure("exits.job_or_training", "emploi_durable")
PEOPLE = Measure("headcount.supported", "")


def shown(
    edition: Edition,
    shape: Shape,
    measure: Measure = LASTING_JOB,
    years: Years = "one",
    compared: tuple[str, ...] = (),
) -> Grid:
    block = Block("b", (measure,), places="territories", shape=shape, years=years)
    [grid] = grids(block, Choice(YEAR, ROUEN, "all", compared=compared), edition, "fr")
    return grid


def drawn(grid: Grid, layer: int) -> list[dict[str, Any]]:
    """The data of one layer of the grid's chart."""
    spec = charts.chart(grid, "fr")
    assert spec
    return spec["layer"][layer]["data"]["values"]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_ranking_is_one_and_masked_places_come_last_with_their_mark(
    known: dict[str, Edition], audience: str
) -> None:
    edition = known[audience]
    grid = shown(edition, "ranking")
    assert grid.rows[0].place == WHOLE
    assert {row.place for row in grid.rows[1:]} == set(edition.territories)
    values = [figures[0].value for figures in grid.figures[1:] if figures[0]]
    there = [value for value in values if value is not None]
    assert there == sorted(there, reverse=True)
    assert values[: len(there)] == there
    assert (len(there) < len(values)) == (audience == "public")
    bars = drawn(grid, 0)
    assert [" ".join(bar["name"]) for bar in bars] == [row.label for row in grid.rows]
    for bar, figures in zip(bars, grid.figures, strict=True):
        assert figures[0]
        assert bar["text"] == value_text(figures[0], "fr")
        assert bar["x"] == (figures[0].value or 0)
        assert (bar["colour"] == CHOSEN) == (figures[0].geography == ROUEN)
    [line] = drawn(grid, 1)
    assert line["x"] == bars[0]["x"]


def test_numbers_of_people_are_ranked_without_the_whole(known: dict[str, Edition]) -> None:
    grid = shown(known["internal"], "ranking", PEOPLE)
    assert grid.rows[0].place == WHOLE
    assert len(drawn(grid, 0)) == len(grid.rows) - 1
    assert drawn(grid, 1) == []


def test_only_the_chosen_places_are_shown_and_named(known: dict[str, Edition]) -> None:
    edition = known["public"]
    grid = shown(edition, "ranking", compared=(PARIS, ROUEN, NANTES))
    assert {row.place for row in grid.rows} == {WHOLE, PARIS, ROUEN, NANTES}
    for place in (PARIS, ROUEN, NANTES):
        assert place_name(edition, place, "fr") in grid.filters


@pytest.mark.parametrize("audience", AUDIENCES)
def test_each_territory_has_its_own_small_lines(known: dict[str, Edition], audience: str) -> None:
    edition = known[audience]
    grid = shown(edition, "multiples", years="all")
    spec = charts.chart(grid, "fr")
    assert spec
    _, panels, lines, marks, _ = spec["layer"]
    names = [" ".join(panel["name"]) for panel in panels["data"]["values"]]
    assert names == [place_name(edition, place, "fr") for place in edition.territories]
    own = [point for point in lines["data"]["values"] if point["colour"] == CHOSEN]
    held = [
        figure for figure in grid.cells if figure.value is not None and figure.geography != WHOLE
    ]
    assert len(own) == len(held)
    written = [point["text"] for point in own if point["text"]]
    assert written == [value_text(one, "fr") for one in held if one.year == YEAR]
    joined_later = [one for one in grid.cells if one.status == BEFORE_JOINING]
    assert joined_later
    texts = [mark["text"] for mark in marks["data"]["values"]]
    assert any(say("fr", "mark_before_joining") in text for text in texts)
    absent = {one.geography for one in grid.cells if one.value is None and one.geography != WHOLE}
    assert len(texts) >= len(absent)


def test_a_line_has_a_gap_where_a_year_has_no_value(known: dict[str, Edition]) -> None:
    grid = shown(known["internal"], "multiples", years="all", compared=(PARIS,))
    [row] = [n for n, one in enumerate(grid.rows) if one.place == PARIS]
    assert all(one and one.value is not None for one in grid.figures[row])
    middle = len(grid.columns) // 2
    gone = replace(grid.figures[row][middle], cell=None)  # type: ignore[type-var]
    figures = (*grid.figures[row][:middle], gone, *grid.figures[row][middle + 1 :])
    holed = replace(grid, rows=(grid.rows[row],), figures=(figures,))
    for one, runs in (
        (replace(grid, rows=holed.rows, figures=grid.figures[row : row + 1]), 1),
        (holed, 2),
    ):
        points = drawn(one, 2)
        assert len({point["line"] for point in points}) == runs
    assert [mark["text"] for mark in drawn(holed, 3)] == [say("fr", "mark_not_published")]


def test_the_map_says_what_its_shades_mean_and_all_its_values_are_heard(
    known: dict[str, Edition],
) -> None:
    grid = shown(known["public"], "tiles")
    texts = [box["text"] for box in drawn(grid, 1)]
    values = {figure.value for figure in grid.cells if figure.geography != WHOLE} - {None}
    assert texts[0].startswith("0") and texts[-1] == say("fr", "tiles_absent")
    assert f"{100 * max(values):.0f}" in texts[-2]  # type: ignore[type-var]
    heard = charts.alternative_text(grid, "fr")
    for figures in grid.figures:
        assert figures[0]
        assert value_text(figures[0], "fr") in heard


def test_one_territory_or_an_edition_without_some_is_drawn(known: dict[str, Edition]) -> None:
    edition = known["internal"]
    for left_out in (edition.territories[1:], ("12-Seine_Saint_Denis",)):
        fewer = replace(
            edition,
            geographies={k: v for k, v in edition.geographies.items() if k not in left_out},
        )
        for shape, years in (("ranking", "one"), ("tiles", "one"), ("multiples", "all")):
            grid = shown(fewer, shape, years=years)  # type: ignore[arg-type]
            assert {row.place for row in grid.rows} == {WHOLE, *fewer.territories}
            assert charts.chart(grid, "fr")


def test_a_territory_is_compared_within_its_own_group(known: dict[str, Edition]) -> None:
    edition = known["internal"]

    def places(chosen: list[str], place: str, measure: Measure = LASTING_JOB) -> set[str]:
        view = View(edition, Choice(YEAR, place, "all"), "fr", "")
        return set(places_of(chosen, place, measure, view))

    urban = {
        place for place in edition.territories if edition.geographies[place].urbanity == "urban"
    }
    assert ROUEN in urban and SOMME not in urban
    assert places([], ROUEN) == set()
    assert places([PARIS], ROUEN) == {PARIS, ROUEN}
    assert places(["groupe"], ROUEN) == {*urban, "urban"}
    assert places(["groupe", SOMME], ROUEN) == {*urban, "urban", SOMME}
    assert places(["groupe"], ROUEN, PEOPLE) == urban
    assert places([], "urban") == {*urban, "urban"}
    assert places(["groupe"], WHOLE) == set()


@pytest.fixture(scope="module", params=AUDIENCES)
def shown_to(
    request: pytest.FixtureRequest, editions: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The viewer for each audience."""
    home = tmp_path_factory.mktemp(request.param)
    with served(home, CVG_EDITIONS=editions, CVG_AUDIENCE=request.param) as running:
        yield running


def ranked(page: Page) -> list[str]:
    """The places of the ranking's table."""
    finished(page)
    heads = page.locator("[class*=st-key-bloc-rang] tbody th").all()
    return [head.text_content() or "" for head in heads]


def test_a_territory_beside_its_group_in_two_clicks(
    shown_to: Served, page: Page, known: dict[str, Edition]
) -> None:
    edition = known["internal"]
    page.goto(f"{shown_to.address}/?territoire={ROUEN}")
    finished(page)
    page.get_by_role("link", name="Comparer les territoires").click()
    named = page.locator(".st-key-groupe")
    expect(named).to_contain_text("Rouen est dans le groupe « Territoires très urbains »")
    page.get_by_role("button", name="Comparer dans ce groupe").click()
    expect(page).to_have_url(re.compile("comparer=groupe"))
    places = {
        *places_of(
            ["groupe"], ROUEN, LASTING_JOB, View(edition, Choice(YEAR, ROUEN, "all"), "fr", "")
        ),
        WHOLE,
    }
    assert set(ranked(page)) == {place_name(edition, place, "fr") for place in places}


def test_several_territories_have_an_address(shown_to: Served, page: Page) -> None:
    page.goto(f"{shown_to.address}/comparer?territoire={ROUEN}")
    finished(page)
    box = page.get_by_role("combobox", name="Comparer", exact=True)
    for name in ("Paris", "Nantes Métropole"):
        box.click()
        page.get_by_role("option", name=name, exact=True).click()
        finished(page)
    expect(page).to_have_url(re.compile(f"comparer={PARIS}&comparer={NANTES}"))
    address = page.url
    chosen = ranked(page)
    assert set(chosen) == {"Ensemble des territoires", "Rouen", "Paris", "Nantes Métropole"}
    page.goto("about:blank")
    page.goto(address)
    assert ranked(page) == chosen


def test_all_territories_over_the_years_in_one_click(
    shown_to: Served, page: Page, known: dict[str, Edition]
) -> None:
    edition = known["public"]
    page.goto(shown_to.address)
    finished(page)
    page.get_by_role("link", name="Comparer les territoires").click()
    years = page.locator("[class*=st-key-haut-annees]")
    expect(years.locator("[role=graphics-document]")).to_be_attached()
    finished(page)
    heads = [head.text_content() for head in years.locator("thead th").all()]
    assert heads[1:] == [str(year) for year in sorted(edition.years)]
    assert years.locator("tbody tr").count() == len(edition.territories) + 1
    assert page.locator("[class*=st-key-bloc-carte] .table-box").count() == 0


def test_an_unknown_territory_of_the_address_is_said(shown_to: Served, page: Page) -> None:
    page.goto(f"{shown_to.address}/comparer?comparer=99-Mars&comparer={PARIS}")
    finished(page)
    expect(page.locator(".notice")).to_contain_text("99-Mars")
    assert set(ranked(page)) == {"Ensemble des territoires", "Paris"}
