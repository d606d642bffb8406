"""No page gives a wrong impression: of which place a figure is, of whom, and what is left out."""

import pytest
from dashboards.pages import PAGES
from markupsafe import escape

from cvg_warehouse.reading import charts, export, tables
from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.charts.common import BESIDE
from cvg_warehouse.reading.data import WHOLE, Edition, Measure
from cvg_warehouse.reading.figures import BEFORE_JOINING, NOT_PUBLISHED
from cvg_warehouse.reading.grids import MOST_ROWS, Grid, grids, unpublished
from cvg_warehouse.reading.items import item_grids
from cvg_warehouse.reading.texts import place_name, say

PARIS, ROUEN, YEAR = "01-Paris", "08-Rouen", 2024
AUDIENCES = ("public", "internal")


def shown(edition: Edition, place: str, *measures: Measure, **more: object) -> Grid:
    """The only grid of a block."""
    block = Block("b", measures, **more)
    [grid] = grids(block, Choice(YEAR, place, "all"), edition, "fr")
    return grid


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("population", ["all", "after_phc"])
def test_the_chosen_place_is_never_replaced(
    known: dict[str, Edition], audience: str, population: str
) -> None:
    edition = known[audience]
    choice = Choice(YEAR, PARIS, population)
    absent = 0
    for page in PAGES:
        for block in page.blocks:
            for grid in grids(block, choice, edition, "fr"):
                if block.places != "chosen":
                    continue
                of_paris = [cell for cell in grid.cells if cell.geography == PARIS]
                assert of_paris, (page.key, grid.key)
                if all(cell.status == NOT_PUBLISHED for cell in of_paris):
                    absent += 1
                    assert {cell.geography for cell in grid.cells} == {PARIS, WHOLE}
                    name = place_name(edition, PARIS, "fr")
                    assert say("fr", "place_not_published", name) in grid.filters
                    table = tables.cards if grid.shape == "cards" else tables.grid_table
                    html = table(grid, "fr")
                    assert "not_published" in html and name in html
    assert bool(absent) == (audience == "public")


def test_a_printed_table_keeps_the_place_beside_the_whole(known: dict[str, Edition]) -> None:
    edition = known["public"]
    both = 0
    for item in edition.report_items.values():
        for grid in item_grids(item, Choice(YEAR, PARIS, "all"), edition, "fr"):
            places = {cell.geography for cell in grid.cells}
            if grid.shape == "table":
                assert PARIS in places, item.item
                both += WHOLE in places
    assert both


def test_a_block_that_is_not_published_draws_the_whole_in_grey(known: dict[str, Edition]) -> None:
    grid = shown(known["public"], PARIS, Measure("exits.unknown_reason", "%"), years="all")
    assert {cell.status for cell in grid.cells if cell.geography == PARIS} == {NOT_PUBLISHED}
    spec = charts.chart(grid, "fr")
    assert spec
    lines = spec["layer"][0]["layer"][0]["encoding"]["color"]["scale"]
    assert (
        dict(zip(lines["domain"], lines["range"], strict=True))[
            place_name(known["public"], WHOLE, "fr")
        ]
        == BESIDE
    )


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_years_before_joining_have_a_mark_and_no_line(
    known: dict[str, Edition], audience: str
) -> None:
    edition = known[audience]
    joined = edition.geographies[ROUEN].launch_year
    assert joined and joined > edition.years[-1]
    for measure in (Measure("headcount.supported", "%"), Measure("exits.neutral", "%")):
        grid = shown(edition, ROUEN, measure, years="all")
        for cell in grid.cells:
            is_before = cell.geography == ROUEN and cell.year < joined
            assert (cell.status == BEFORE_JOINING) == is_before
            assert not is_before or cell.value is None
        spec = charts.chart(grid, "fr")
        assert spec
        assert say("fr", "mark_before_joining") in str(spec)
        assert escape(say("fr", "meaning_before_joining")) in tables.grid_table(grid, "fr")
        name = place_name(edition, ROUEN, "fr")
        points = spec["layer"][0]["data"]["values"]
        drawn = {point["year"] for point in points if point["series"] == name}
        assert not any(int(year) < joined for year in drawn)


def test_a_label_says_which_part_of_the_indicator_it_is(known: dict[str, Edition]) -> None:
    edition = known["internal"]
    lasting_job = Measure("exits.job_or_training", "emploi_durable")
    label = "Sorties vers l'emploi ou la formation – Emploi durable"
    grid = shown(edition, WHOLE, lasting_job, title="block_lasting_job", years="all")
    assert [column.label for column in grid.columns] == [label]
    assert label in tables.headline(grid, "fr").striptags()
    assert escape(label) in tables.grid_table(grid, "fr")
    header, *lines = export.records([grid], edition, "fr")
    assert {line[header.index("libellé")] for line in lines} == {label}
    compared = shown(edition, WHOLE, lasting_job, places="territories")
    assert [column.label for column in compared.columns] == [label]


def test_each_domain_of_the_officers_says_who_its_rate_divides_by(
    known: dict[str, Edition],
) -> None:
    edition = known["internal"]
    grid = shown(edition, WHOLE, Measure("support.officer_mobilised", "%"))
    header, *lines = export.records([grid], edition, "fr")
    bases = {line[header.index("modalité")]: line[header.index("base")] for line in lines}
    assert len(set(bases.values())) == len(bases) == 3
    for domain in ("santé", "logement"):
        assert f"difficulté de {domain} à l'entrée" in str(bases[domain])
    table = tables.grid_table(grid, "fr")
    assert table.count("<small>personnes accompagnées") == 3


def test_a_long_list_says_that_it_is_cut_and_files_have_all(known: dict[str, Edition]) -> None:
    edition = known["internal"]
    grid = shown(edition, WHOLE, Measure("partners.partner_actions", "emploi%"))
    assert len(grid.rows) > 100
    said = say("fr", "rows_left_out", MOST_ROWS, len(grid.rows))
    html = tables.grid_table(grid, "fr")
    assert escape(said) in html
    assert html.count("<tr") == 1 + MOST_ROWS
    header, *lines = export.records([grid], edition, "fr")
    assert len({line[header.index("modalité")] for line in lines}) >= len(grid.rows)
    sums = [sum(one.value or 0 for one in row if one) for row in grid.figures]
    assert sums == sorted(sums, reverse=True)
    short = shown(edition, WHOLE, Measure("public.age_band", "%"))
    assert short.shortened is short


def test_a_category_that_is_not_published_is_named(known: dict[str, Edition]) -> None:
    names = {"barriers.at_entry"}
    assert unpublished(names, known["public"], "fr") == ["Justice"]
    assert unpublished(names, known["internal"], "fr") == []
    assert unpublished({"public.women"}, known["public"], "fr") == []
