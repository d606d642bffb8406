"""A line per column of the grid, a dot per territory; the chosen one and the whole are named."""

from typing import Any

from cvg_warehouse.reading.charts.common import (
    BESIDE,
    CHOSEN,
    GAP,
    LABEL_LINE,
    OTHERS,
    Row,
    Spec,
    label_lines,
    labels_layer,
    pixels_down,
    scale,
    values_across,
)
from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import Figure, value_text
from cvg_warehouse.reading.grids import Grid, Head
from cvg_warehouse.reading.texts import Language, say

LINE = 48


def draw(grid: Grid, language: Language) -> Spec:
    """The spec: the values of the whole are written above its dots, the chosen place's below."""
    others = say(language, "other_territories")
    labels: list[Row] = []
    dots: list[Row] = []
    y = 0.0
    for column, figures in zip(grid.columns, zip(*grid.figures, strict=True), strict=True):
        lines = label_lines(column.label)
        labels.append({"y": y + LABEL_LINE / 2, "text": lines})
        y += LABEL_LINE * len(lines)
        dots += [
            _dot(row, figure, y, others, grid, language)
            for row, figure in zip(grid.rows, figures, strict=True)
            if figure and (figure.value is not None or _is_named(row, grid))
        ]
        y += LINE + GAP
    dots.sort(key=lambda dot: dot["who"] != others)
    down = pixels_down(y)
    values = values_across(max((dot["x"] for dot in dots), default=1), 1.15)
    return {
        "height": y,
        "layer": [
            labels_layer(labels, down, fontWeight=600),
            {"data": {"values": dots}, "layer": _dot_layers(grid, others, values, down)},
        ],
    }


def _is_named(row: Head, grid: Grid) -> bool:
    return row.place in (grid.focus, WHOLE)


def _dot(row: Head, figure: Figure, top: float, others: str, grid: Grid, language: Language) -> Row:
    named = _is_named(row, grid)
    return {
        "x": figure.value or 0,
        "y": top + LINE / 2,
        "label_y": top + (8 if row.place == WHOLE else 40),
        "who": row.label if named else others,
        "text": value_text(figure, language) if named else "",
        "dot": figure.value is not None,
    }


def _dot_layers(grid: Grid, others: str, x: dict[str, Any], y: dict[str, Any]) -> list[Spec]:
    labels = {row.place: row.label for row in grid.rows}
    named = [place for place in dict.fromkeys((WHOLE, grid.focus)) if place in labels]
    who = [others, *(labels[place] for place in named)]
    colours = [OTHERS, *(CHOSEN if place == grid.focus else BESIDE for place in named)]
    symbols = ("circle", "diamond", "square")[: len(who)]
    by_name = {"field": "who", "type": "nominal"}
    return [
        {
            "transform": [{"filter": "datum.dot"}],
            "mark": {"type": "point", "filled": True, "opacity": 0.9, "size": 110},
            "encoding": {
                "x": x,
                "y": y,
                "color": {**by_name, "scale": scale(who, colours)},
                "shape": {**by_name, "scale": scale(who, symbols)},
            },
        },
        {
            "mark": {"type": "text", "align": "left", "dx": -4},
            "encoding": {"x": x, "y": {**y, "field": "label_y"}, "text": {"field": "text"}},
        },
    ]
