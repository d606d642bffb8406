"""Bands from the rows of the grid (left) to its columns (right), as thick as their figures."""

from collections.abc import Sequence

from cvg_warehouse.formats import number, share
from cvg_warehouse.reading.charts.common import COLOURS, Row, Spec, across, as_given, pixels_down
from cvg_warehouse.reading.crossing import row_share, total
from cvg_warehouse.reading.figures import value_text
from cvg_warehouse.reading.grids import Grid, Head
from cvg_warehouse.reading.texts import Language, say

HEIGHT, GAP, STEPS = 420, 22, 16
# A band that bears its number is this thick, in pixels.
LEAST_BAND = 11
BAND_COLOURS = (*COLOURS, "#E69F00", "#56B4E9")


def draw(grid: Grid, language: Language) -> Spec:
    """The spec. What is not shown has no band."""
    values = [[(figure.value or 0) if figure else 0 for figure in row] for row in grid.figures]
    left = [sum(row) for row in values]
    right = [sum(column) for column in zip(*values, strict=True)]
    pixels = HEIGHT / (sum(left) or 1)
    left_tops, right_tops = _tops(left, pixels), _tops(right, pixels)
    sums = [total(row) for row in grid.figures], [total(c) for c in zip(*grid.figures, strict=True)]
    nodes = [
        *_nodes(left, left_tops, pixels, x=0.0),
        *_nodes(right, right_tops, pixels, x=1.0),
    ]
    height = HEIGHT + GAP * max(len(left), len(right)) + 8
    x, y, colour = across(1), pixels_down(height), as_given("colour")
    return {
        "height": height,
        "layer": [
            {
                "data": {"values": _bands(values, left_tops, right_tops, pixels)},
                "mark": {"type": "area", "opacity": 0.4},
                "encoding": {
                    "x": x,
                    "y": y,
                    "y2": {"field": "y2"},
                    "detail": {"field": "band"},
                    "color": colour,
                },
            },
            {
                "data": {"values": nodes},
                "mark": {"type": "rule", "strokeWidth": 10},
                "encoding": {"x": x, "y": y, "y2": {"field": "y2"}, "color": colour},
            },
            *(
                {
                    "data": {"values": _labels(heads, tops, totals, at, side, language)},
                    "mark": {"type": "text", "align": side, "fontSize": 12},
                    "encoding": {"x": x, "y": y, "text": {"field": "text"}},
                }
                for heads, tops, totals, at, side in (
                    (grid.rows, left_tops, sums[0], 0.0, "left"),
                    (grid.columns, right_tops, sums[1], 1.0, "right"),
                )
            ),
            {
                "data": {"values": _words(grid, values, left_tops, pixels, language)},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "baseline": "middle",
                    "dx": 10,
                    "fontSize": {"expr": "width < 420 ? 9 : 11.5"},
                },
                "encoding": {"x": x, "y": y, "text": {"field": "text"}},
            },
        ],
    }


def _tops(sums: Sequence[float], pixels: float) -> list[float]:
    """Where each node begins, in pixels from the top."""
    tops, y = [], GAP - 4.0
    for people in sums:
        tops.append(y)
        y += people * pixels + GAP
    return tops


def _bands(
    values: list[list[float]], left_tops: list[float], right_tops: list[float], pixels: float
) -> list[Row]:
    """The edges of each band, step by step from left to right."""
    bands: list[Row] = []
    next_left, next_right = list(left_tops), list(right_tops)
    for row, figures in enumerate(values):
        for column, value in enumerate(figures):
            if not value:
                continue
            start, end = next_left[row], next_right[column]
            next_left[row] += value * pixels
            next_right[column] += value * pixels
            colour = BAND_COLOURS[row % len(BAND_COLOURS)]
            for step in range(STEPS + 1):
                x = step / STEPS
                y = start + (end - start) * x * x * (3 - 2 * x)
                bands.append(
                    {
                        "x": x,
                        "y": y,
                        "y2": y + value * pixels,
                        "band": f"{row}-{column}",
                        "colour": colour,
                    }
                )
    return bands


def _nodes(sums: Sequence[float], tops: list[float], pixels: float, x: float) -> list[Row]:
    return [
        {
            "x": x,
            "y": top,
            "y2": top + max(people * pixels, 1),
            "colour": BAND_COLOURS[position % len(BAND_COLOURS)],
        }
        for position, (people, top) in enumerate(zip(sums, tops, strict=True))
    ]


def _labels(
    heads: Sequence[Head],
    tops: list[float],
    sums: Sequence[float | None],
    x: float,
    side: str,
    language: Language,
) -> list[Row]:
    """The names of nodes, with how many people they have where all are shown."""
    return [
        {
            "x": x,
            "y": top - 8,
            "align": side,
            "text": head.label
            if people is None
            else say(language, "named", head.label, number(people, 0, language)),
        }
        for head, top, people in zip(heads, tops, sums, strict=True)
    ]


def _words(
    grid: Grid, values: list[list[float]], tops: list[float], pixels: float, language: Language
) -> list[Row]:
    """On each band that is thick enough: how many people, and their share of the row."""
    words: list[Row] = []
    for figures, line, top in zip(grid.figures, values, tops, strict=True):
        y = top
        for figure, value in zip(figures, line, strict=True):
            thick = value * pixels
            if figure and thick >= LEAST_BAND:
                part = row_share(figure, figures)
                said = [value_text(figure, language), *([share(part, language, 0)] if part else [])]
                words.append({"x": 0.0, "y": y + thick / 2, "text": " · ".join(said)})
            y += thick
    return words
