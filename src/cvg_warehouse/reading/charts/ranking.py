"""A bar per place, the longest first, beside its name; the whole is a line through all of them."""

from textwrap import wrap

from cvg_warehouse.reading.charts.common import (
    BESIDE,
    CHOSEN,
    INK,
    LABEL_LINE,
    OTHERS,
    Row,
    Spec,
    as_given,
    bars_layer,
    label_lines,
    labels_layer,
    pixels_down,
)
from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import Figure, value_text
from cvg_warehouse.reading.grids import Grid, Head
from cvg_warehouse.reading.texts import Language, say

NAME_CHARACTERS, LINE, BAR, GAP = 21, 14, 16, 9
# Pixels that the names take at the left, and the values at the right.
NAMES, VALUES = 138, 66


def draw(grid: Grid, language: Language) -> Spec:
    """The spec: a place without value has its mark; a thin line is the 95% interval of a rate."""
    bars: list[Row] = []
    foot = 0.0
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        for figure in filter(None, figures):
            name = wrap(row.label, NAME_CHARACTERS)
            line = max(BAR, LINE * len(name))
            bars.append(_bar(row, name, figure, foot + line / 2, grid, language))
            foot += line + GAP
    has_interval = any(bar["upper"] is not None for bar in bars)
    said = label_lines(say(language, "ranking_interval")) if has_interval else []
    height = foot + LABEL_LINE * len(said)
    x, y = _values_across(bars), pixels_down(height)
    return {
        "height": height,
        "layer": [
            {"data": {"values": bars}, "layer": _layers(x, y)},
            _line_of_the_whole(bars, foot - GAP, x, y),
            labels_layer(
                [{"y": foot + LABEL_LINE / 2, "text": said}], y, color=BESIDE, fontSize=12
            ),
        ],
    }


def _bar(
    row: Head, name: list[str], figure: Figure, middle: float, grid: Grid, language: Language
) -> Row:
    is_whole, is_chosen = row.place == WHOLE, row.place == grid.focus
    shown = figure.cell if figure.value is not None else None
    return {
        "x": figure.value or 0,
        "zero": 0,
        "lower": shown.lower if shown else None,
        "upper": shown.upper if shown else None,
        "y": middle - BAR / 2,
        "y2": middle + BAR / 2,
        "middle": middle,
        "name": name,
        "name_y": middle - LINE * (len(name) - 1) / 2,
        "weight": 700 if is_chosen else 400,
        "text": value_text(figure, language),
        "colour": CHOSEN if is_chosen else BESIDE if is_whole else OTHERS,
        "is_line": is_whole and shown is not None,
    }


def _values_across(bars: list[Row]) -> Spec:
    """From the names to the values, as far as the longest bar or interval."""
    most = max(max(bar["x"], bar["upper"] or 0) for bar in bars)
    between = [NAMES, {"expr": f"width - {VALUES}"}]
    return {
        "field": "x",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, most or 1], "nice": False, "range": between},
    }


def _line_of_the_whole(bars: list[Row], foot: float, x: Spec, y: Spec) -> Spec:
    return {
        "data": {"values": [{**bar, "foot": foot} for bar in bars if bar["is_line"]]},
        "mark": {"type": "rule", "color": BESIDE, "strokeDash": [4, 3]},
        "encoding": {"x": x, "y": y, "y2": {"field": "foot"}},
    }


def _names(weight: int, y: Spec) -> Spec:
    return {
        "transform": [{"filter": f"datum.weight == {weight}"}],
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "middle",
            "lineHeight": LINE,
            "fontWeight": weight,
        },
        "encoding": {"x": {"value": 0}, "y": {**y, "field": "name_y"}, "text": {"field": "name"}},
    }


def _layers(x: Spec, y: Spec) -> list[Spec]:
    middle = {**y, "field": "middle"}
    return [
        bars_layer(x, y, as_given("colour")),
        {
            "transform": [{"filter": "isValid(datum.upper)"}],
            "mark": {"type": "rule", "color": INK},
            "encoding": {"x": {**x, "field": "lower"}, "x2": {"field": "upper"}, "y": middle},
        },
        *(_names(weight, y) for weight in (400, 700)),
        {
            "mark": {"type": "text", "baseline": "middle", "align": "right", "fontWeight": 600},
            "encoding": {
                "x": {"value": {"expr": "width"}},
                "y": middle,
                "text": {"field": "text"},
            },
        },
    ]
