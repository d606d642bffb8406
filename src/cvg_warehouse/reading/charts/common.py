"""Colours, sizes and parts of specs that several shapes use."""

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any

from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.grids import Grid, Head

Spec = dict[str, Any]
Row = dict[str, Any]

# Okabe and Ito: told apart in every kind of colour blindness. Each series also has its own symbol.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
SYMBOLS = ("circle", "square", "triangle-up", "diamond")
CHOSEN, BESIDE, OTHERS = COLOURS[0], "#595959", "#9DB8C7"
INK, FAINT, ABSENT = "#222222", "#D5DCE1", "#F4F4F4"
# From the lightest to the darkest: of the chosen place, and of the whole beside it.
BLUES, GREYS = ((234, 243, 249), (10, 76, 122)), ((240, 240, 240), (70, 70, 70))
# Of parts of a whole that have no order.
PART_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7A7A7A")
# The share of the width that names of rows take at the left, and their characters in a line.
LABELS, ROW_CHARACTERS, ROW_LINE = 0.26, 21, 12
LABEL_LINE, LABEL_CHARACTERS, GAP = 15, 42, 6
LEGEND_CHARACTERS = 36
LEGEND = {"labelExpr": "split(datum.label, '\\n')"}
BOLD_IF_NAMED = {"expr": "datum.is_named ? 600 : 400"}
SMALL_ON_A_PHONE = {"expr": "width < 420 ? 8.5 : 12"}


def styles(heads: Sequence[Head], grid: Grid) -> list[tuple[str, str, list[int]]]:
    """Colour, symbol and dashes of each series: the whole beside a place is grey, or dashed."""
    places = len({head.place for head in heads})
    found = []
    for position, head in enumerate(heads):
        group = position // places
        beside = head.place == WHOLE and grid.focus != WHOLE and places > 1
        colour = BESIDE if beside and len(heads) == places else COLOURS[group % len(COLOURS)]
        symbol = SYMBOLS[(position if places > 1 else group) % len(SYMBOLS)]
        found.append((colour, symbol, [6, 3] if beside else [1, 0]))
    return found


def scale(names: Iterable[str], values: Iterable[Any]) -> dict[str, Any]:
    """A scale that gives each name its value."""
    return {"domain": list(names), "range": list(values)}


def as_given(field: str) -> dict[str, Any]:
    """A colour that the data names itself."""
    return {"field": field, "type": "nominal", "scale": None}


def bars_layer(x: Spec, y: Spec, colour: Spec) -> Spec:
    """Bars from `zero` to `x`, from `y` down to `y2`."""
    across_and_down = {"x": x, "x2": {"field": "zero"}, "y": y, "y2": {"field": "y2"}}
    return {"mark": {"type": "rect"}, "encoding": {**across_and_down, "color": colour}}


def pixels_down(height: float) -> dict[str, Any]:
    """The encoding of `y` in pixels from the top of a chart of `height` pixels."""
    from_top = {"domain": [0, height], "reverse": True, "nice": False, "zero": False}
    return {"field": "y", "type": "quantitative", "axis": None, "scale": from_top}


def across(last: float) -> dict[str, Any]:
    """The encoding of `x` without an axis, from 0 to `last`."""
    from_zero = {"domain": [0, last], "nice": False}
    return {"field": "x", "type": "quantitative", "axis": None, "scale": from_zero}


def values_across(largest_value: float, room: float) -> dict[str, Any]:
    """Values from zero across the chart, with `room` (a factor) for the label of the largest."""
    return across((largest_value or 1) * room)


def label_lines(text: str) -> list[str]:
    """A row's label in lines of the chart's width."""
    return wrap(text, LABEL_CHARACTERS) or [""]


def legend_text(text: str) -> str:
    """A series' name in lines that a phone has room for."""
    return "\n".join(wrap(text, LEGEND_CHARACTERS))


def labels_layer(rows: list[Row], y: dict[str, Any], **mark: object) -> Spec:
    """Texts at the left edge, at pixels `y`."""
    return {
        "data": {"values": rows},
        "mark": {"type": "text", "align": "left", "baseline": "middle", "lineHeight": 15, **mark},
        "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "text"}},
    }


def row_labels_layer(rows: list[Row], y: dict[str, Any]) -> Spec:
    """Names of rows at the left, as `row_label` makes them."""
    small = {"expr": "width < 420 ? 9 : 12"}
    return labels_layer(rows, y, fontSize=small, lineHeight=ROW_LINE, fontWeight=BOLD_IF_NAMED)


def shade(share: float, is_beside: bool = False) -> str:
    """A colour between the lightest (0) and the darkest (1); grey of what stands beside."""
    mixed = (
        low + (high - low) * share
        for low, high in zip(*(GREYS if is_beside else BLUES), strict=True)
    )
    return "#" + "".join(f"{round(part):02X}" for part in mixed)


def ink_on(colour: str) -> str:
    """The colour of a text that can be read on a colour: #RRGGBB."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 130 else INK


def right_of_labels(share: float) -> float:
    """Where a share of the width that the rows' names leave is, in that of the chart."""
    return LABELS + (1 - LABELS) * share


def row_label(row: Head, grid: Grid, middle: float) -> Row:
    """A row's name at the left; the chosen place and the whole are bold."""
    is_named = grid.has_places and row.place in (grid.focus, WHOLE)
    lines = wrap(row.label, ROW_CHARACTERS) or [""]
    return {"y": middle - ROW_LINE * (len(lines) - 1) / 2, "text": lines, "is_named": is_named}


def row_height(row: Head, least: float) -> float:
    """The height of a row with its name at the left."""
    return max(least, ROW_LINE * len(wrap(row.label, ROW_CHARACTERS)) + 2)
