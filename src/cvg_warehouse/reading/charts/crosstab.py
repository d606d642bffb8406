"""Numbers of people by two breakdowns: each cell with its share of the row, and the totals."""

from collections.abc import Sequence

from cvg_warehouse.formats import number, share
from cvg_warehouse.reading.charts.cells import Cell, coloured_table
from cvg_warehouse.reading.charts.common import ABSENT, Spec, shade
from cvg_warehouse.reading.crossing import row_share, total
from cvg_warehouse.reading.figures import Figure, value_text
from cvg_warehouse.reading.grids import Grid, Head
from cvg_warehouse.reading.texts import Language, say

PLAIN = "#FFFFFF"


def draw(grid: Grid, language: Language) -> Spec:
    """The spec: shaded by the share of the row; a sum only where all of its parts are shown."""
    name = say(language, "value_total")
    columns = [column.label for column in grid.columns]
    rows: list[list[Cell | None]] = [
        [
            *(
                _cell(figure, line, f"{row.label} → {column}", language) if figure else None
                for figure, column in zip(line, columns, strict=True)
            ),
            _sum(line, row.label, language),
        ]
        for row, line in zip(grid.rows, grid.figures, strict=True)
    ]
    sums: list[Cell | None] = [
        _sum(figures, column, language)
        for figures, column in zip(zip(*grid.figures, strict=True), columns, strict=True)
    ]
    everybody = [figure for line in grid.figures for figure in line]
    rows.append([*sums, _sum(everybody, name, language)])
    return coloured_table([*columns, name], [*grid.rows, Head(name)], rows, grid)


def _cell(figure: Figure, line: tuple[Figure | None, ...], name: str, language: Language) -> Cell:
    text = value_text(figure, language)
    part = row_share(figure, line)
    if figure.value is None:
        return Cell(text, ABSENT, say(language, "named", name, text))
    if part is None:
        return Cell(text, PLAIN, say(language, "named", name, text))
    percent = share(part, language, 0)
    tip = f"{text} {say(language, 'out_of', number(total(line) or 0, 0, language))}, {percent}"
    return Cell(f"{text} · {percent}", shade(part), say(language, "named", name, tip))


def _sum(figures: Sequence[Figure | None], name: str, language: Language) -> Cell:
    altogether = total(figures)
    text = "" if altogether is None else number(altogether, 0, language)
    return Cell(text, PLAIN, say(language, "named", name, text or "–"), is_bold=True)
