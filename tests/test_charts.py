"""Which chart a grid gets, and what it shows: parts of a whole, coloured tables, order of bars."""

from dataclasses import replace
from itertools import product

import pytest
from dashboards.pages import PAGES

from cvg_warehouse.publication.editions import AUDIENCES
from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.breakdowns import PARTING, is_total, varying
from cvg_warehouse.reading.charts import chart
from cvg_warehouse.reading.charts.common import Spec
from cvg_warehouse.reading.charts.order import drawn_order
from cvg_warehouse.reading.crossing import row_share, total
from cvg_warehouse.reading.data import WHOLE, Cell, Edition, Measure
from cvg_warehouse.reading.figures import Figure
from cvg_warehouse.reading.grids import Grid, grids
from cvg_warehouse.reading.items import item_grids
from cvg_warehouse.reading.sentences import sentence
from cvg_warehouse.reading.texts import say, value_label

ROUEN, YEAR = "08-Rouen", 2024
CHOICE = Choice(YEAR, WHOLE, "all")
MASKED = Cell(None, None, None, "masked", None, None)


@pytest.fixture(scope="module")
def edition(known: dict[str, Edition]) -> Edition:
    return known["internal"]


def grid_of(edition: Edition, measure: str, place: str = WHOLE, **more: object) -> Grid:
    indicator_id, _, pattern = measure.partition(":")
    block = Block("b", (Measure(indicator_id, pattern or "%"),), **more)
    [grid] = grids(block, Choice(YEAR, place, "all"), edition, "fr")
    return grid


def drawn(grid: Grid) -> Spec:
    spec = chart(grid, "fr")
    assert spec
    return spec


def masked(grid: Grid, row: int, column: int) -> Grid:
    """The grid with one figure masked."""
    lines = [list(line) for line in grid.figures]
    figure = lines[row][column]
    assert figure
    lines[row][column] = replace(figure, cell=MASKED)
    return replace(grid, figures=tuple(tuple(line) for line in lines))


@pytest.mark.parametrize(
    ("measure", "shape"),
    [
        ("pathways.duration_band", "stacked"),
        ("barriers.status_at_exit:sante x %", "stacked"),
        ("exits.job_or_training", "stacked"),
        # People have several difficulties; twelve referrers cannot be told apart by colours.
        ("barriers.at_entry", "matrix"),
        ("public.referrer", "matrix"),
        ("public.women", "ranking"),
    ],
)
def test_territories_are_drawn_as_parts_of_a_whole_or_a_coloured_table(
    edition: Edition, measure: str, shape: str
) -> None:
    assert grid_of(edition, measure, places="territories").shape == shape


def test_breakdowns_that_part_a_whole_make_no_more_than_it(edition: Edition) -> None:
    for measure in (name for name, one in edition.indicators.items() if one.breakdown):
        for grid in grids(Block("b", (Measure(measure, "%"),)), CHOICE, edition, "fr"):
            parts = [figure for figure in grid.cells if not is_total(figure)]
            if grid.unit == "share" and varying(parts) and varying(parts) <= PARTING:
                assert sum(figure.value or 0 for figure in parts) < 1.01, measure


def test_years_of_a_distribution_are_bars_of_parts(edition: Edition) -> None:
    grid = grid_of(edition, "exits.job_or_training", years="all")
    assert grid.shape == "stacked"
    assert [row.year for row in drawn_order(grid).rows] == sorted(edition.years)
    # The sum stands behind its parts and is none of them.
    _, pieces, ends = drawn(grid)["layer"]
    names = {piece["part"] for piece in pieces["data"]["values"]}
    assert len(names) == 5 and not any("total" in name for name in names)
    whole = edition.cell("exits.job_or_training", YEAR, WHOLE, "all", "total")
    assert whole and whole.value
    assert f"{100 * whole.value:.1f}".replace(".", ",") in ends["data"]["values"][-1]["text"]


@pytest.mark.parametrize("place", [WHOLE, ROUEN])
def test_states_of_difficulties_are_parts_of_each(edition: Edition, place: str) -> None:
    grid = grid_of(edition, "barriers.status_at_exit", place)
    assert grid.shape == "stacked" and len(grid.columns) == 4
    assert len(grid.rows) == (8 if place == WHOLE else 16)
    assert drawn_order(grid) == grid


def test_a_part_that_is_not_shown_leaves_its_mark(edition: Edition) -> None:
    grid = masked(grid_of(edition, "pathways.duration_band", places="territories"), 3, 1)
    _, pieces, ends = drawn(grid)["layer"]
    mark = say("fr", "mark_masked")
    assert sum(end["text"] == mark for end in ends["data"]["values"]) == 1
    assert all(mark not in piece["text"] for piece in pieces["data"]["values"])


def test_no_dot_is_without_a_name(edition: Edition) -> None:
    for item in edition.report_items.values():
        for grid in item_grids(item, Choice(YEAR, ROUEN, "all"), edition, "fr"):
            if spec := chart(grid, "fr"):
                named = ("lines", "groups", "multiples")
                assert "'point'" not in str(spec) or grid.shape in named, item.item


def test_bars_are_by_size_unless_they_have_an_order(edition: Edition) -> None:
    by_size = drawn_order(grid_of(edition, "barriers.at_entry"))
    values = [figure.value or 0 for figure in by_size.cells]
    assert values == sorted(values, reverse=True)
    in_order = grid_of(edition, "public.age_band")
    assert drawn_order(in_order) == in_order
    # The table and the files keep the order of the reference list.
    assert grid_of(edition, "barriers.at_entry").rows != by_size.rows


def test_what_is_not_shown_comes_last(edition: Edition) -> None:
    grid = drawn_order(masked(grid_of(edition, "barriers.at_entry"), 0, 0))
    assert grid.figures[-1][0] and grid.figures[-1][0].value is None


def test_a_sum_is_no_bar_among_its_parts(edition: Edition) -> None:
    bars = drawn(grid_of(edition, "exits.job_or_training"))["layer"][1]["data"]["values"]
    assert bars[-1]["x"] == 0 and bars[-1]["text"]
    assert all(bar["x"] for bar in bars[:-1])


def test_the_cross_table_has_row_shares_and_totals(edition: Edition) -> None:
    grid = grid_of(edition, "housing.transition")
    assert grid.shape == "crosstab"
    cells = drawn(grid)["layer"][-1]["data"]["values"]
    line = [figure.value or 0 for figure in grid.figures[0] if figure]
    street = [cell["text"] for cell in cells[:6]]
    assert street[-1] == f"{sum(line):.0f}"
    assert street[4] == f"{line[4]:.0f} · {100 * line[4] / sum(line):.0f}\u202f%"


def test_a_row_of_which_a_part_is_masked_has_neither_shares_nor_a_sum(edition: Edition) -> None:
    grid = masked(grid_of(edition, "housing.transition"), 0, 1)
    first = [figure for figure in grid.figures[0] if figure]
    assert total(first) is None and row_share(first[0], first) is None
    cells = drawn(grid)["layer"][-1]["data"]["values"]
    assert not any("%" in cell["text"] for cell in cells[:6]) and cells[5]["text"] == ""
    assert "%" in cells[6]["text"]
    assert cells[-1]["text"] == ""


def test_a_row_without_anybody_has_no_shares() -> None:
    assert total([]) is None and total([None]) is None


def test_the_flow_says_how_many_go_where(edition: Edition) -> None:
    grid = grid_of(edition, "housing.transition", shape="flow")
    text = str(drawn(grid))
    leavers = total(grid.figures[0])
    assert f"{grid.rows[0].label} : {leavers:.0f}" in text
    assert any(f"{figure.value:.0f} · " in text for figure in grid.figures[4] if figure)


def test_actions_have_no_codes(edition: Edition) -> None:
    assert value_label(edition, "action_type", "02- PMSMP", "fr") == "PMSMP"
    assert value_label(edition, "action_type", "17-", "fr") == "17-"
    for page in PAGES:
        for block in page.blocks:
            for grid in grids(block, Choice(YEAR, WHOLE, "all"), edition, "fr"):
                heads = (*grid.rows, *grid.columns)
                assert not any(head.label[:1] == "0" for head in heads if not head.year)


def test_lines_that_coincide_each_have_their_last_value(edition: Edition) -> None:
    grid = grid_of(edition, "support.officer_mobilised", years="all")
    figure = grid.figures[-1][0]
    assert grid.shape == "lines" and figure
    same: tuple[Figure | None, ...] = tuple(replace(figure) for _ in grid.columns)
    spec = drawn(replace(grid, figures=(*grid.figures[:-1], same)))
    ends = [
        layer["data"]["values"][0]["v"]
        for layer in spec["layer"]
        if layer.get("mark", {}).get("dx") == 9
    ]
    assert len(set(ends)) == len(grid.columns)


def emptied(grid: Grid, cell: Cell) -> Grid:
    """The grid with the same cell everywhere that it has a figure."""
    lines = (
        tuple(figure and replace(figure, cell=cell) for figure in line) for line in grid.figures
    )
    return replace(grid, figures=tuple(lines))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_block_is_drawn_whatever_a_place_has_of_it(
    known: dict[str, Edition], audience: str
) -> None:
    """Places and populations of the first and last year; all of a block masked, or 0."""
    edition = known[audience]
    zero = Cell(0.0, 10.0, 0.0, "shown", 0.0, 0.0)
    blocks = [block for page in PAGES for block in page.blocks]
    where = [
        *product(edition.geographies, (edition.years[0], edition.years[-1]), ("all",)),
        *product((WHOLE, ROUEN), edition.years[:1], edition.populations),
    ]
    drawn_ones = 0
    for place, year, population in where:
        for block in blocks:
            for grid in grids(block, Choice(year, place, population), edition, "fr"):
                drawn_ones += chart(grid, "fr") is not None
                sentence(grid, "fr")
                for cell in (MASKED, zero) if place == ROUEN else ():
                    chart(emptied(grid, cell), "fr")
                    sentence(emptied(grid, cell), "fr")
    assert drawn_ones > 100
