"""Bars from the left, a group per row of the grid under its label, a bar per column."""

from typing import Any

from cvg_warehouse.reading.breakdowns import is_total
from cvg_warehouse.reading.charts.common import (
    GAP,
    LABEL_LINE,
    LEGEND,
    Row,
    Spec,
    as_given,
    bars_layer,
    label_lines,
    labels_layer,
    legend_text,
    pixels_down,
    scale,
    styles,
    values_across,
)
from cvg_warehouse.reading.figures import value_text
from cvg_warehouse.reading.grids import Grid
from cvg_warehouse.reading.texts import Language

BAR, BAR_OF_SEVERAL = 18, 13


def draw(grid: Grid, language: Language) -> Spec:
    """The spec: bars bear their value, or the mark of its absence."""
    colours = [colour for colour, *_ in styles(grid.columns, grid)]
    bar = BAR if len(grid.columns) == 1 else BAR_OF_SEVERAL
    is_alone = all(is_total(figure) for figure in grid.cells)
    labels: list[Row] = []
    bars: list[Row] = []
    y = 0.0
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        lines = label_lines(row.label)
        labels.append({"y": y + LABEL_LINE / 2, "text": lines})
        y += LABEL_LINE * len(lines) + 2
        for column, colour, figure in zip(grid.columns, colours, figures, strict=True):
            # A sum is no bar among its parts, and does not set their scale.
            is_drawn = figure is not None and (is_alone or not is_total(figure))
            bars.append(
                {
                    "x": (figure.value or 0) if figure and is_drawn else 0,
                    "zero": 0,
                    "y": y,
                    "y2": y + bar - 4,
                    "middle": y + bar / 2 - 2,
                    "colour": colour,
                    "series": legend_text(column.label),
                    "text": value_text(figure, language) if figure else "",
                }
            )
            y += bar
        y += GAP
    down, values = pixels_down(y), values_across(max(bar["x"] for bar in bars), 1.3)
    return {
        "height": y,
        "layer": [
            labels_layer(labels, down, baseline="middle"),
            {"data": {"values": bars}, "layer": _bar_layers(_colour(grid, colours), values, down)},
        ],
    }


def _colour(grid: Grid, colours: list[str]) -> dict[str, Any]:
    """The colour of a bar: its own, or that of its series where there are several."""
    if len(grid.columns) == 1:
        return as_given("colour")
    names = [legend_text(column.label) for column in grid.columns]
    return {
        "field": "series",
        "type": "nominal",
        "scale": scale(names, colours),
        "legend": {**LEGEND, "symbolType": "square"},
    }


def _bar_layers(colour: dict[str, Any], x: dict[str, Any], y: dict[str, Any]) -> list[Spec]:
    value = {"type": "text", "align": "left", "baseline": "middle", "dx": 5, "fontWeight": 600}
    return [
        bars_layer(x, y, colour),
        {
            "mark": value,
            "encoding": {"x": x, "y": {**y, "field": "middle"}, "text": {"field": "text"}},
        },
    ]
