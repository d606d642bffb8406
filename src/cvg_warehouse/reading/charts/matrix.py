"""A coloured table, the darker the larger."""

from cvg_warehouse.reading.charts.cells import Cell, coloured_table
from cvg_warehouse.reading.charts.common import ABSENT, Spec, shade
from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import Figure, value_text
from cvg_warehouse.reading.grids import Grid, largest
from cvg_warehouse.reading.texts import Language, say


def draw(grid: Grid, language: Language) -> Spec:
    """The spec. Columns of several units are each shaded by themselves."""
    columns = list(zip(*grid.figures, strict=True))
    units = {figure.indicator.unit for figure in grid.cells}
    most = [_most(column, grid) for column in columns]
    if len(units) == 1:
        most = [max(most)] * len(columns)
    names = [column.label for column in grid.columns]
    rows = [
        [
            _cell(figure, top, f"{row.label} · {name}", grid, language) if figure else None
            for figure, top, name in zip(figures, most, names, strict=True)
        ]
        for row, figures in zip(grid.rows, grid.figures, strict=True)
    ]
    return coloured_table(names, grid.rows, rows, grid)


def _most(figures: tuple[Figure | None, ...], grid: Grid) -> float:
    """The largest value; numbers of the whole dwarf those of its parts and do not count."""
    places = [figure for figure in figures if figure and figure.geography != WHOLE]
    is_rate = any(figure and figure.indicator.statistic != "count" for figure in figures)
    return largest(figures if is_rate or not places else places) or 1


def _cell(figure: Figure, most: float, name: str, grid: Grid, language: Language) -> Cell:
    text = value_text(figure, language)
    is_beside = figure.geography == WHOLE != grid.focus and grid.has_places
    colour = ABSENT
    if figure.value is not None:
        colour = shade(min(figure.value / most, 1), is_beside)
    return Cell(text, colour, say(language, "named", name, text))
