"""A coloured table: a row of cells under each row's label, the darker the larger."""

from textwrap import wrap
from typing import Any

from cvg_warehouse.reading.charts.common import (
    ABSENT,
    FAINT,
    INK,
    LABEL_LINE,
    SMALL_ON_A_PHONE,
    Row,
    Spec,
    as_given,
    label_lines,
    labels_layer,
    pixels_down,
    shade,
)
from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import Figure, value_text
from cvg_warehouse.reading.grids import Grid, largest
from cvg_warehouse.reading.texts import Language

CELL = 26
MOST_COLUMNS = 6
HEADING_LINE, HEADING_CHARACTERS = 12, 12


def draw(grid: Grid, language: Language) -> Spec:
    """The spec, of the first columns only; the table has all."""
    columns = [column.label for column in grid.columns[:MOST_COLUMNS]]
    headings = [wrap(name, HEADING_CHARACTERS, break_long_words=False) for name in columns]
    heading_height = HEADING_LINE * max(map(len, headings)) + 8
    most = largest(grid.cells) or 1
    labels: list[Row] = []
    cells: list[Row] = []
    y = float(heading_height)
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        lines = label_lines(row.label)
        labels.append({"y": y + LABEL_LINE / 2, "text": lines})
        y += LABEL_LINE * len(lines) + 2
        cells += [
            {"column": column, **_cell(figure, y, most, grid, language)}
            for column, figure in zip(columns, figures, strict=False)
            if figure
        ]
        y += CELL + 4
    down = pixels_down(y)
    x = {
        "field": "column",
        "type": "nominal",
        "scale": {"domain": columns, "paddingInner": 0.04, "paddingOuter": 0},
        "axis": None,
    }
    return {
        "height": y,
        "layer": [
            labels_layer(labels, down),
            _headings(columns, headings, heading_height, x),
            {"data": {"values": cells}, "layer": _cell_layers(x, down)},
        ],
    }


def _cell(figure: Figure, top: float, most: float, grid: Grid, language: Language) -> Row:
    share = min((figure.value or 0) / most, 1)
    is_beside = figure.geography == WHOLE != grid.focus
    return {
        "y": top,
        "y2": top + CELL - 2,
        "middle": top + CELL / 2 - 1,
        "shade": shade(share, is_beside) if figure.value is not None else ABSENT,
        "ink": "white" if share > 0.5 else INK,
        "text": value_text(figure, language),
    }


def _headings(
    columns: list[str], headings: list[list[str]], height: int, x: dict[str, Any]
) -> Spec:
    longest = max(len(word) for lines in headings for word in lines)
    crowded = longest > HEADING_CHARACTERS or len(columns) > 4
    return {
        "data": {
            "values": [
                {"column": column, "text": lines}
                for column, lines in zip(columns, headings, strict=True)
            ]
        },
        "mark": {
            "type": "text",
            "baseline": "top",
            "lineHeight": HEADING_LINE,
            "fontSize": SMALL_ON_A_PHONE if crowded and height > 20 else 12,
        },
        "encoding": {
            "x": {**x, "bandPosition": 0.5},
            "y": {"value": 0},
            "text": {"field": "text"},
        },
    }


def _cell_layers(x: dict[str, Any], y: dict[str, Any]) -> list[Spec]:
    return [
        {
            "mark": {"type": "rect", "stroke": FAINT},
            "encoding": {"x": x, "y": y, "y2": {"field": "y2"}, "color": as_given("shade")},
        },
        {
            "mark": {"type": "text", "baseline": "middle"},
            "encoding": {
                "x": {**x, "bandPosition": 0.5},
                "y": {**y, "field": "middle"},
                "text": {"field": "text"},
                "color": as_given("ink"),
            },
        },
    ]
