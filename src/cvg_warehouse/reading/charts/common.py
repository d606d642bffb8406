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
LABEL_LINE, LABEL_CHARACTERS, GAP = 16, 42, 8
LEGEND_CHARACTERS = 36
LEGEND = {"labelExpr": "split(datum.label, '\\n')"}
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


def shade(share: float, is_beside: bool = False) -> str:
    """A colour between the lightest (0) and the darkest (1); grey of what stands beside."""
    mixed = (
        low + (high - low) * share
        for low, high in zip(*(GREYS if is_beside else BLUES), strict=True)
    )
    return "#" + "".join(f"{round(part):02X}" for part in mixed)
