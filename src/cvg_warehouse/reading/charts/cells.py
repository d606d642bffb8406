"""A table of coloured cells: the rows' names at the left, the columns' above."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Any, NamedTuple

from cvg_warehouse.reading.charts.common import (
    FAINT,
    LABELS,
    Spec,
    across,
    as_given,
    ink_on,
    pixels_down,
    right_of_labels,
    row_height,
    row_label,
    row_labels_layer,
)
from cvg_warehouse.reading.grids import Grid, Head

CELL, GAP, HEADING_LINE = 26, 3, 13
# Widths of text: of a heading's character, and what a cell must have for its own, in pixels.
CHARACTER, ROOM = 6.2, 30
# More columns than these are headed upright on most screens, in lines of this many characters.
MOST_LEVEL, UPRIGHT, UPRIGHT_LINE = 7, 24, 11


class Cell(NamedTuple):
    """What stands in a cell, its colour, and the words of its tip."""

    text: str
    shade: str
    tip: str
    is_bold: bool = False


def coloured_table(
    headings: Sequence[str],
    heads: Sequence[Head],
    rows: Sequence[Sequence[Cell | None]],
    grid: Grid,
) -> Spec:
    """The spec. Where columns are narrower than their headings these stand upright."""
    width = (1 - LABELS) / max(len(headings), 1)
    lines = [wrap(name, _characters(len(headings)), break_long_words=False) for name in headings]
    longest = CHARACTER * max((len(line) for one in lines for line in one), default=0) + 4
    height_of_lines = HEADING_LINE * max(map(len, lines), default=0) + 6
    may_be_narrow = width * 330 < longest
    top = max(longest, height_of_lines) if may_be_narrow else height_of_lines
    heights = [row_height(head, CELL) for head in heads]
    places = [top + sum(heights[:n]) + GAP * n for n in range(len(heads))]
    cells = [
        {
            "x": right_of_labels(n / len(headings)) + 0.002,
            "x2": right_of_labels((n + 1) / len(headings)) - 0.002,
            "centre": right_of_labels((n + 0.5) / len(headings)),
            "y": y,
            "y2": y + height,
            "middle": y + height / 2,
            "ink": ink_on(cell.shade),
            "weight": "bold" if cell.is_bold else "normal",
            **cell._asdict(),
        }
        for y, height, row in zip(places, heights, rows, strict=True)
        for n, cell in enumerate(row)
        if cell
    ]
    whole_height = top + sum(heights) + GAP * len(heights)
    down, x = pixels_down(whole_height), across(1)
    named = [
        row_label(head, grid, y + height / 2)
        for head, y, height in zip(heads, places, heights, strict=True)
    ]
    narrow = f"width * {width:.4f} < {longest:.0f}"
    return {
        "height": whole_height,
        "layer": [
            row_labels_layer(named, down),
            _headings(lines, narrow, top, x, down),
            {"data": {"values": cells}, "layer": _cell_layers(width, x, down)},
        ],
    }


def _characters(columns: int) -> int:
    """How many characters of a heading stand in a line; many columns have theirs upright."""
    return max(9, min(20, 110 // max(columns, 1))) if columns <= MOST_LEVEL else UPRIGHT


def _headings(
    lines: list[list[str]], narrow: str, top: float, x: dict[str, Any], y: dict[str, Any]
) -> Spec:
    count = len(lines)
    line = f"{narrow} ? {UPRIGHT_LINE} : {HEADING_LINE}"
    values = [
        {
            "centre": right_of_labels((n + 0.5) / count),
            "y": top - 4,
            "text": one,
            "lines": len(one) - 1,
        }
        for n, one in enumerate(lines)
    ]
    return {
        "data": {"values": values},
        "mark": {
            "type": "text",
            "fontSize": {"expr": f"{narrow} ? 10.5 : 11.5"},
            "lineHeight": {"expr": line},
            "angle": {"expr": f"{narrow} ? 270 : 0"},
            "align": {"expr": f"{narrow} ? 'left' : 'center'"},
            "baseline": {"expr": f"{narrow} ? 'middle' : 'bottom'"},
            "dy": {"expr": f"-({line}) * datum.lines / ({narrow} ? 2 : 1)"},
        },
        "encoding": {"x": {**x, "field": "centre"}, "y": y, "text": {"field": "text"}},
    }


def _cell_layers(width: float, x: dict[str, Any], y: dict[str, Any]) -> list[Spec]:
    tip = {"field": "tip", "type": "nominal"}
    column = f"width * {width:.4f}"
    return [
        {
            "mark": {"type": "rect", "stroke": FAINT},
            "encoding": {
                "x": x,
                "x2": {"field": "x2"},
                "y": y,
                "y2": {"field": "y2"},
                "color": as_given("shade"),
                "tooltip": tip,
            },
        },
        {
            "mark": {
                "type": "text",
                "baseline": "middle",
                "fontSize": {"expr": f"min(12, 1.6 * {column} / max(length(datum.text), 1))"},
                "opacity": {"expr": f"{column} < {ROOM} ? 0 : 1"},
                "fontWeight": {"expr": "datum.weight"},
            },
            "encoding": {
                "x": {**x, "field": "centre"},
                "y": {**y, "field": "middle"},
                "text": {"field": "text"},
                "color": as_given("ink"),
                "tooltip": tip,
            },
        },
    ]
