"""Lines over the years, one per column of the grid."""

from typing import Any

from cvg_warehouse.reading.charts.common import (
    BESIDE,
    LEGEND,
    Row,
    Spec,
    legend_text,
    scale,
    styles,
)
from cvg_warehouse.reading.figures import Figure, value_text
from cvg_warehouse.reading.grids import Grid, largest
from cvg_warehouse.reading.texts import Language

HEIGHT = 170
# Down the page: a line of the values at the right.
END_LINE = 15
# The axis reaches this far at least: small shares are not blown up to fill the chart.
LEAST_SHARE, LEAST_NUMBER = 0.05, 1


def draw(grid: Grid, language: Language) -> Spec:
    """The spec: each year's highest and lowest point bear their value, absent ones their mark."""
    series = [legend_text(column.label) for column in grid.columns]
    x, y = _years(grid), _values(grid, language)
    return {
        "height": HEIGHT,
        "layer": [
            {
                "data": {"values": _points(grid, series, language)},
                "layer": [*_series_layers(grid, series, x, y), *_value_layers(x, y)],
            },
            *_end_layers(grid, language, x, y),
            {
                "data": {"values": _absent(grid, language)},
                "mark": {"type": "text", "fontStyle": "italic", "color": BESIDE},
                "encoding": {"x": x, "y": {"value": HEIGHT - 9}, "text": {"field": "text"}},
            },
        ],
    }


def _points(grid: Grid, series: list[str], language: Language) -> list[Row]:
    points = []
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        is_last = len(series) > 1 and row is grid.rows[-1]
        sides = {} if is_last else _label_sides(figures)
        for position, figure in enumerate(figures):
            if figure is not None and figure.value is not None:
                points.append(
                    {
                        "year": row.label,
                        "series": series[position],
                        "dashes": series[position],
                        "v": figure.value,
                        "text": value_text(figure, language),
                        "side": sides.get(position, "between"),
                    }
                )
    return points


def _end_layers(grid: Grid, language: Language, x: dict[str, Any], y: dict[str, Any]) -> list[Spec]:
    """The values of the last year, each beside its line, apart where the lines coincide."""
    if len(grid.columns) < 2:
        return []
    colours = [colour for colour, *_ in styles(grid.columns, grid)]
    last = [
        (figure.value, value_text(figure, language), colour)
        for figure, colour in zip(grid.figures[-1], colours, strict=True)
        if figure and figure.value is not None
    ]
    step = _top(grid) * END_LINE / HEIGHT
    lowest = step / 2
    layers: list[Spec] = []
    for value, text, colour in sorted(last, key=lambda one: one[0]):
        lowest = max(value, lowest)
        mark = {"type": "text", "align": "left", "dx": 9, "fontWeight": 600, "color": colour}
        layers.append(
            {
                "data": {"values": [{"year": grid.rows[-1].label, "v": lowest, "text": text}]},
                "mark": mark,
                "encoding": {"x": x, "y": y, "text": {"field": "text"}},
            }
        )
        lowest += step
    return layers


def _label_sides(figures: tuple[Figure | None, ...]) -> dict[int, str]:
    """Where a year's values are written, by column: only the highest and the lowest have room."""
    shown = {
        n: figure.value for n, figure in enumerate(figures) if figure and figure.value is not None
    }
    if not shown:
        return {}
    lowest, highest = min(shown, key=shown.__getitem__), max(shown, key=shown.__getitem__)
    room_below = shown[lowest] > shown[highest] / 8
    return {lowest: "below" if room_below else "between"} | {highest: "above"}


def _absent(grid: Grid, language: Language) -> list[Row]:
    """The marks of what a year does not show, at the foot of the chart."""
    absent = []
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        marks = [
            value_text(figure, language) if figure else ""
            for figure in figures
            if figure is None or figure.value is None
        ]
        if marks:
            absent.append({"year": row.label, "text": " ".join(dict.fromkeys(marks))})
    return absent


def _top(grid: Grid) -> float:
    """Where the axis of values ends."""
    least = LEAST_SHARE if grid.unit == "share" else LEAST_NUMBER
    return max(largest(grid.cells) * 1.15, least)


def _years(grid: Grid) -> dict[str, Any]:
    # Several lines have their last values at the right.
    padding = 0.4 if len(grid.columns) == 1 else 0.7
    return {
        "field": "year",
        "type": "ordinal",
        "scale": {"domain": [row.label for row in grid.rows], "type": "point", "padding": padding},
        "axis": {"labelAngle": 0, "grid": False},
    }


def _values(grid: Grid, language: Language) -> dict[str, Any]:
    is_share = grid.unit == "share"
    percent = "'\u202f%'" if language == "fr" else "'%'"
    number = "format(datum.value, ',.0f')"
    share = f"format(datum.value * 100, ',.0f') + {percent}"
    return {
        "field": "v",
        "type": "quantitative",
        "scale": {"domain": [0, _top(grid)], "nice": False},
        "axis": {
            "labelExpr": share if is_share else number,
            "tickCount": 4,
            "domain": False,
            "ticks": False,
        },
    }


def _series_layers(
    grid: Grid, series: list[str], x: dict[str, Any], y: dict[str, Any]
) -> list[Spec]:
    """The lines and their points."""
    colours, symbols, dashes = zip(*styles(grid.columns, grid), strict=True)
    by_series = {"field": "series", "type": "nominal"}
    legend = {"legend": LEGEND if len(series) > 1 else None}
    colour = {**by_series, "scale": scale(series, colours), **legend}
    symbol = {**by_series, "scale": scale(series, symbols), **legend}
    # A field of its own, so that the legend shows colours and symbols and not the dashes.
    dash = {
        "field": "dashes",
        "type": "nominal",
        "scale": scale(series, dashes),
        "legend": None,
    }
    # The first lines are broader, and seen under those that coincide with them.
    widths = [2.5 + 1.5 * n for n in reversed(range(len(series)))]
    width = {**dash, "scale": scale(series, widths)}
    return [
        {
            "mark": {"type": "line"},
            "encoding": {
                "x": x,
                "y": y,
                "color": colour,
                "strokeDash": dash,
                "strokeWidth": width,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": colour, "shape": symbol},
        },
    ]


def _value_layers(x: dict[str, Any], y: dict[str, Any]) -> list[Spec]:
    return [
        {
            "transform": [{"filter": f"datum.side == '{side}'"}],
            "mark": {"type": "text", "dy": offset, "fontWeight": 600},
            "encoding": {"x": x, "y": y, "text": {"field": "text"}},
        }
        for side, offset in (("above", -13), ("below", 15))
    ]
