"""Two groups of people on one scale: their rates with intervals, and the difference in words."""

from typing import Any

from cvg_warehouse.reading.charts.common import (
    COLOURS,
    GAP,
    LABEL_LINE,
    LEGEND,
    SYMBOLS,
    Row,
    Spec,
    label_lines,
    labels_layer,
    legend_text,
    pixels_down,
    scale,
    values_across,
)
from cvg_warehouse.reading.comparisons import difference_text, pairs
from cvg_warehouse.reading.figures import Figure, parts_text, value_text
from cvg_warehouse.reading.grids import Grid
from cvg_warehouse.reading.texts import Language, say

# Down the page: a group's words, then its dot; the difference in words.
GROUP, DOT, WORDS = 38, 26, 22


def draw(grid: Grid, language: Language) -> Spec:
    """The spec: words, a dot and its interval for each group, the difference beneath."""
    groups = [legend_text(row.label) for row in grid.rows]
    labels: list[Row] = []
    words: list[Row] = []
    dots: list[Row] = []
    y = 0.0
    for pair in pairs(grid):
        lines = label_lines(pair.label)
        labels.append({"y": y + LABEL_LINE / 2, "text": lines})
        y += LABEL_LINE * len(lines) + 4
        both = (pair.with_officer, pair.without_officer)
        for group, figure in zip(groups, both, strict=True):
            words.append({"y": y + LABEL_LINE / 2, "text": _in_words(figure, language)})
            if figure.value is not None:
                dots.append({**_dot(figure), "y": y + DOT, "group": group})
            y += GROUP
        if pair.comparison:
            text = difference_text(pair.comparison, language)
            name = say(language, "comparison_difference_short")
            words.append({"y": y + WORDS / 2, "text": say(language, "named", name, text)})
            y += WORDS
        y += GAP
    down = pixels_down(y)
    values = values_across(max((dot["upper"] for dot in dots), default=1), 1.05)
    return {
        "height": y,
        "layer": [
            labels_layer(labels, down, fontWeight=600),
            {"data": {"values": dots}, "layer": _dot_layers(groups, values, down)},
            labels_layer(words, down),
        ],
    }


def _in_words(figure: Figure, language: Language) -> str:
    parts = parts_text(figure, language)
    return value_text(figure, language) + (f" ({parts})" if parts else "")


def _dot(figure: Figure) -> Row:
    cell, value = figure.cell, figure.value
    lower, upper = (cell.lower, cell.upper) if cell else (None, None)
    return {
        "x": value,
        "lower": value if lower is None else lower,
        "upper": value if upper is None else upper,
    }


def _dot_layers(groups: list[str], x: dict[str, Any], y: dict[str, Any]) -> list[Spec]:
    by_group = {"field": "group", "type": "nominal", "legend": LEGEND}
    colour = {**by_group, "scale": scale(groups, COLOURS)}
    return [
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {
                "x": {**x, "field": "lower"},
                "x2": {"field": "upper"},
                "y": y,
                "color": colour,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 110},
            "encoding": {
                "x": x,
                "y": y,
                "color": colour,
                "shape": {**by_group, "scale": scale(groups, SYMBOLS)},
            },
        },
    ]
