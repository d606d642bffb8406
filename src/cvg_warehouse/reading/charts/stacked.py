"""A bar per row of the grid, made of the parts of a whole; the sum is written behind it."""

from typing import Any, NamedTuple

from cvg_warehouse.reading.breakdowns import has_order, is_total
from cvg_warehouse.reading.charts.common import (
    LEGEND,
    PART_COLOURS,
    Row,
    Spec,
    across,
    ink_on,
    legend_text,
    pixels_down,
    right_of_labels,
    row_height,
    row_label,
    row_labels_layer,
    scale,
    shade,
)
from cvg_warehouse.reading.figures import Figure, value_text
from cvg_warehouse.reading.grids import Grid, Head
from cvg_warehouse.reading.texts import Language, say

BAR, GAP = 22, 6
# Parts that make up this much are the whole.
WHOLE_BAR = 0.97
# A value stands on its part where that is this wide, in pixels.
ROOM = 38


class _Part(NamedTuple):
    """A part: its column, what the legend calls it, its colour."""

    column: int
    name: str
    colour: str


def draw(grid: Grid, language: Language) -> Spec:
    """The spec. Where parts are not shown, their marks stand behind the bar."""
    parts, totals = _parts(grid)
    sums = [sum(_value(line[part.column]) for part in parts) for line in grid.figures]
    fills = not totals and max(sums) >= WHOLE_BAR
    # Where no part is shown, the marks stand at the left.
    end = max(1.0, *sums) if fills else max(sums) * 1.15 or 1.0
    labels: list[Row] = []
    pieces: list[Row] = []
    ends: list[Row] = []
    y = 0.0
    for row, line, length in zip(grid.rows, grid.figures, sums, strict=True):
        height = row_height(row, BAR)
        middle = y + height / 2
        at = {"y": middle - BAR / 2, "y2": middle + BAR / 2, "middle": middle}
        labels.append(row_label(row, grid, middle))
        pieces += [{**piece, **at} for piece in _pieces(row, line, parts, end, grid, language)]
        text = _behind(line, parts, totals, language)
        ends.append({**at, "x": right_of_labels(length / end), "text": text})
        y += height + GAP
    down, values = pixels_down(y), across(1)
    return {
        "height": y,
        "layer": [
            row_labels_layer(labels, down),
            {"data": {"values": pieces}, "layer": _piece_layers(parts, values, down)},
            {
                "data": {"values": ends},
                "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 5},
                "encoding": {
                    "x": values,
                    "y": {**down, "field": "middle"},
                    "text": {"field": "text"},
                },
            },
        ],
    }


def _parts(grid: Grid) -> tuple[list[_Part], list[int]]:
    """The columns of the parts, and those of their sums."""
    columns = [[one for one in column if one] for column in zip(*grid.figures, strict=True)]
    totals = [n for n, column in enumerate(columns) if all(is_total(one) for one in column)]
    found = [n for n in range(len(columns)) if n not in totals]
    in_order = has_order(one for n in found for one in columns[n])
    steps = max(len(found) - 1, 1)
    # From dark to light where the parts have an order, else colours that can be told apart.
    colours = [
        shade(1 - 0.88 * n / steps) if in_order else PART_COLOURS[n % len(PART_COLOURS)]
        for n in range(len(found))
    ]
    parts = [
        _Part(column, legend_text(grid.columns[column].label), colour)
        for column, colour in zip(found, colours, strict=True)
    ]
    return parts, totals


def _value(figure: Figure | None) -> float:
    return (figure.value or 0) if figure else 0


def _pieces(
    row: Head,
    line: tuple[Figure | None, ...],
    parts: list[_Part],
    end: float,
    grid: Grid,
    language: Language,
) -> list[Row]:
    pieces = []
    start = 0.0
    for part in parts:
        figure = line[part.column]
        if figure and figure.value:
            text = value_text(figure, language)
            name = f"{row.label} · {grid.columns[part.column].label}"
            pieces.append(
                {
                    "x": right_of_labels(start / end),
                    "x2": right_of_labels((start + figure.value) / end),
                    "centre": right_of_labels((start + figure.value / 2) / end),
                    "part": part.name,
                    "ink": ink_on(part.colour),
                    "text": text,
                    "tip": say(language, "named", name, text),
                }
            )
            start += figure.value
    return pieces


def _behind(
    line: tuple[Figure | None, ...], parts: list[_Part], totals: list[int], language: Language
) -> str:
    """The sum, and the marks of the parts that are not shown."""
    absent = [figure for part in parts if (figure := line[part.column]) and figure.value is None]
    marks = dict.fromkeys(value_text(figure, language) for figure in absent)
    sums = [value_text(figure, language) for column in totals if (figure := line[column])]
    return " ".join(dict.fromkeys((*sums, *marks)))


def _piece_layers(parts: list[_Part], x: dict[str, Any], y: dict[str, Any]) -> list[Spec]:
    colours = scale([part.name for part in parts], [part.colour for part in parts])
    # Half the width of a phone has room for one name in a row.
    columns = {"expr": "width < 420 ? 1 : width < 700 ? 2 : 4"}
    legend = {**LEGEND, "symbolType": "square", "direction": "horizontal", "columns": columns}
    tip = {"field": "tip", "type": "nominal"}
    return [
        {
            "mark": {"type": "rect", "stroke": "white"},
            "encoding": {
                "x": x,
                "x2": {"field": "x2"},
                "y": y,
                "y2": {"field": "y2"},
                "color": {"field": "part", "type": "nominal", "scale": colours, "legend": legend},
                "tooltip": tip,
            },
        },
        {
            "mark": {
                "type": "text",
                "baseline": "middle",
                "fontSize": 11.5,
                "opacity": {"expr": f"width * (datum.x2 - datum.x) < {ROOM} ? 0 : 1"},
            },
            "encoding": {
                "x": {**x, "field": "centre"},
                "y": {**y, "field": "middle"},
                "text": {"field": "text"},
                "color": {"field": "ink", "type": "nominal", "scale": None},
                "tooltip": tip,
            },
        },
    ]
