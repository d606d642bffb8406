"""What was printed before: the Bilan, and the public editions before this one.

All of it counts as known, as far as it is still true: a number that has changed since says nothing
of the count of now.
"""

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cvg_warehouse.publication.disclosure.grid import KEYS, Grid, base_name, numerator_name
from cvg_warehouse.publication.disclosure.moves import Knowledge
from cvg_warehouse.publication.disclosure.rounding import Rounding
from cvg_warehouse.publication.disclosure.system import INFINITE, System, matrix_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Counts and rates of the Bilan that are one cell of the warehouse, or one over another.
FIGURES = """
    select
        figures.kind = 'count', printed.printed, top.counted, top.indicator_id, top.breakdown,
        top.reporting_year, top.geography_id, top.population,
        bottom.counted, bottom.indicator_id, bottom.breakdown,
        bottom.reporting_year, bottom.geography_id, bottom.population
    from mart_report_reconciliation as figures
    inner join report_figures as printed using (figure_id)
    inner join report_terms as top on figures.figure_id = top.figure_id and top.side = 'top'
    left join report_terms as bottom
        on figures.figure_id = bottom.figure_id and bottom.side = 'bottom'
    where figures.status = 'reproduced' and figures.kind in ('count', 'share')
        and printed.precision in ('exact', 'rounded')
    qualify count(*) over (partition by figures.figure_id) = 1
        and top.coefficient = 1 and coalesce(bottom.coefficient, 1) = 1
    order by all
"""


def read_before(grid: Grid, editions: pl.DataFrame | None) -> Knowledge:
    """What the editions before said of the cells of a grid, as far as it still holds.

    `editions` has one row for each cell and distinct showing: the keys, numerator, denominator and
    rounding.
    """
    low, high = np.zeros(grid.size, np.int64), np.full(grid.size, INFINITE)
    if editions is None:
        return Knowledge(low, high)
    places = pl.DataFrame({"top": grid.top, "bottom": grid.bottom}).hstack(grid.rows.select(KEYS))
    rows = editions.join(places, on=KEYS, how="inner")
    for (base,), shown_so in rows.group_by("rounding"):
        for cell, number in (("top", "numerator"), ("bottom", "denominator")):
            known = shown_so.filter(pl.col(number).is_not_null() & (pl.col(cell) >= 0))
            cells, shown = known[cell].to_numpy(), known[number].to_numpy().astype(np.int64)
            rounding = Rounding(int(base), grid.rules.threshold if base > 1 else 0)
            exact = ~grid.is_rounded[cells]
            least = np.where(exact, shown, rounding.low(shown))
            most = np.where(exact, shown, rounding.high(shown))
            true = (least <= grid.values[cells]) & (grid.values[cells] <= most)
            np.maximum.at(low, cells[true], least[true])
            np.minimum.at(high, cells[true], most[true])
    return Knowledge(low, high)


def read_in_print(
    grid: Grid, system: System, warehouse: "DuckDBPyConnection"
) -> tuple[Knowledge, System, np.ndarray]:
    """What the Bilan prints of the cells, and of the relations among them.

    The system with a relation for each printed rate, open above; and the upper ends that close
    them.
    """
    low, high = np.zeros(grid.size, np.int64), np.full(grid.size, INFINITE)
    terms: list[list[tuple[int, int]]] = []
    for is_count, printed, *keys in warehouse.execute(FIGURES).fetchall():
        tops, bottoms = _cells(grid, *keys[:6]), _cells(grid, *keys[6:])
        if is_count and len(tops) == 1:
            low[tops] = high[tops] = grid.values[tops]
        elif tops and bottoms:
            share = Fraction(str(printed)) / 100
            half = Fraction(1, 200 if printed == round(printed) else 2000)
            for end, sign in ((share + half, 1), (share - half, -1)):
                terms.append(
                    [(cell, sign * end.denominator) for cell in tops]
                    + [(cell, -sign * end.numerator) for cell in bottoms]
                )
    matrix = matrix_of(terms, len(system.cells))
    counts = grid.of_rests(grid.values)
    open_end = np.full(len(terms), INFINITE)
    closed = np.where(matrix @ counts <= 0, 0, INFINITE)
    both = system.with_rows(matrix, -open_end, open_end)
    return Knowledge(low, high), both, np.concatenate([system.high, closed])


def _cells(
    grid: Grid,
    counted: str | None,
    indicator: str,
    value: str,
    year: int,
    place: str,
    population: str,
) -> list[int]:
    """Numbers of the cells that a figure adds up, none where the grid has not all of them.

    A figure of an urbanity group is the sum of its territories.
    """
    names = {"numerator": numerator_name, "denominator": base_name}
    if counted not in names:
        return []
    name = names[counted](indicator, value)
    found = [grid.find(name, year, one, population) for one in grid.groups.get(place, [place])]
    return [] if None in found else [one for one in found if one is not None]
