"""The order that rows are drawn in: by size, unless what they stand for has an order of its own."""

from collections.abc import Sequence
from dataclasses import replace

from cvg_warehouse.reading.breakdowns import has_order, is_total
from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import Figure
from cvg_warehouse.reading.grids import Grid, altogether


def drawn_order(grid: Grid) -> Grid:
    """Bars by size, the largest first, sums last.

    Bars of parts are by their sum, their first or their largest part; the whole stands above them.
    """
    if grid.shape not in ("bars", "stacked"):
        return grid
    rows = list(range(len(grid.rows)))
    if _is_by_size(grid):
        column = decisive(grid)
        rows.sort(key=lambda row: _size(grid.figures[row][column]), reverse=True)
    if grid.shape == "bars":
        rows.sort(key=lambda row: _are_sums(grid.figures[row]))
    elif grid.has_row_per_place:
        rows.sort(key=lambda row: grid.rows[row].place != WHOLE)
    return replace(
        grid,
        rows=tuple(grid.rows[row] for row in rows),
        figures=tuple(grid.figures[row] for row in rows),
    )


def _is_by_size(grid: Grid) -> bool:
    """Whether its rows are places, or values of one breakdown without an order."""
    if len({row.year for row in grid.rows}) > 1:
        return False
    if len({row.place for row in grid.rows}) > 1:
        return grid.has_row_per_place
    return len(grid.indicators) == 1 and not has_order(grid.cells)


def decisive(grid: Grid) -> int:
    """The column that rows are ordered by: sums, else the first in order, else the largest."""
    columns = list(zip(*grid.figures, strict=True))
    sums = [n for n, column in enumerate(columns) if _are_sums(column)]
    if sums or grid.shape == "bars" or has_order(grid.cells):
        return (sums or [0])[0]
    return max(range(len(columns)), key=lambda n: altogether(columns[n]))


def _size(figure: Figure | None) -> float:
    return -1 if figure is None or figure.value is None else figure.value


def _are_sums(figures: Sequence[Figure | None]) -> bool:
    return all(figure is None or is_total(figure) for figure in figures)
