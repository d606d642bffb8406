"""Vega-Lite specs of grids, as plain dictionaries: the only place that draws.

Needs no Streamlit: the printed Bilan draws with the same specs. Values carry their own label, so
that a chart can be read without an axis; what is not shown bears its mark. Positions down the page
are pixels from the top, so that labels stand above what they name and are never cut.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from textwrap import wrap
from typing import Any

from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import Figure, value_text
from cvg_warehouse.reading.grids import Grid, Head
from cvg_warehouse.reading.texts import Language, say

Spec = dict[str, Any]
Row = dict[str, Any]

# Okabe and Ito: told apart in every kind of colour blindness. Each series also has its own shape.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
SHAPES = ("circle", "square", "triangle-up", "diamond")
CHOSEN, BESIDE, OTHERS = COLOURS[0], "#595959", "#9DB8C7"
INK, FAINT, ABSENT = "#222222", "#D5DCE1", "#F4F4F4"
LIGHTEST, DARKEST = (234, 243, 249), (10, 76, 122)
WIDTH, LINES_HEIGHT = 640, 260
LABEL_LINE, LABEL_CHARACTERS, BAR, GAP = 16, 42, 20, 10
LEGEND_CHARACTERS = 36
LEGEND = {"labelExpr": "split(datum.label, '\\n')"}
CELL, TILE, FLOW_HEIGHT, FLOW_GAP, FLOW_STEPS = 26, 76, 320, 22, 16
MOST_CHART_COLUMNS = 6
SMALL = {"expr": "width < 420 ? 8.5 : 12"}
LOCALES = {
    "fr": {"decimal": ",", "thousands": "\u202f", "grouping": [3], "currency": ["", "\u00a0€"]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]},
}

with (Path(__file__).parent / "tiles.csv").open(encoding="utf-8", newline="") as _stream:
    TILES = {
        row["geography_id"]: (int(row["column"]), int(row["row"]))
        for row in csv.DictReader(_stream)
    }


def chart(grid: Grid, language: Language) -> Spec | None:
    """The grid's chart; None where no value may be shown, or where its shape is text."""
    draw: dict[str, Callable[[Grid, Language], Spec]] = {
        "lines": _lines,
        "bars": _bars,
        "strip": _strip,
        "matrix": _matrix,
        "flow": _flow,
        "tiles": _tiles,
    }
    if grid.shape not in draw or all(figure.value is None for figure in _comparable(grid).cells):
        return None
    spec = draw[grid.shape](_comparable(grid), language)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": alternative_text(grid, language),
        "width": WIDTH,
        "background": "white",
        "padding": dict.fromkeys(("left", "top", "right", "bottom"), 4),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {
            "font": "Source Sans, Source Sans Pro, Arial, sans-serif",
            "locale": {"number": LOCALES[language]},
            "view": {"stroke": None},
            "text": {"fontSize": 13, "color": INK},
            "legend": {
                "title": None,
                "orient": "top",
                "direction": "vertical",
                "labelLimit": 0,
                "labelFontSize": 13,
                "labelColor": INK,
                "symbolSize": 120,
            },
            "axis": {"labelFontSize": 12, "labelColor": INK, "gridColor": FAINT, "title": None},
        },
        **spec,
    }


def without_whole(grid: Grid) -> bool:
    """Whether the chart leaves the whole to the table: its numbers dwarf a territory's."""
    places = {head.place for head in (*grid.rows, *grid.columns)}
    shown = any(cell.value is not None and cell.geography != WHOLE for cell in grid.cells)
    return grid.unit not in ("share", "months", "years") and WHOLE in places and shown


def titled(spec: Spec, grid: Grid, source: str) -> Spec:
    """The chart with its title, filters and source in it, to stand alone."""
    heading = {
        "text": wrap(grid.title, 70),
        "subtitle": [*wrap(grid.filters, 95), *wrap(source, 95), ""],
        "anchor": "start",
        "fontSize": 16,
        "subtitleFontSize": 12,
        "subtitleColor": BESIDE,
    }
    return {**spec, "title": heading, "padding": dict.fromkeys(spec["padding"], 16)}


def alternative_text(grid: Grid, language: Language) -> str:
    """The chart in words; all its values where they are few."""
    kind = say(language, "alt_" + grid.shape)
    text = f"{say(language, 'named', kind, grid.title)}. {grid.filters}."
    if sum(1 for _ in grid.cells) > 12:
        return f"{text} {say(language, 'alt_table_below')}"
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        for column, figure in zip(grid.columns, figures, strict=True):
            if figure:
                names = " ".join(dict.fromkeys((row.label, column.label)))
                text += f" {say(language, 'named', names, value_text(figure, language))}."
    return text


def short_name(geography_id: str) -> str:
    """`12-Seine_Saint_Denis` as a tile has room for it."""
    return geography_id.split("-", 1)[-1].replace("_", " ")


def _comparable(grid: Grid) -> Grid:
    """The grid as far as its figures can be drawn to one scale."""
    if not without_whole(grid):
        return grid
    rows = [n for n, row in enumerate(grid.rows) if row.place != WHOLE]
    columns = [n for n, column in enumerate(grid.columns) if column.place != WHOLE]
    return replace(
        grid,
        rows=tuple(grid.rows[row] for row in rows),
        columns=tuple(grid.columns[column] for column in columns),
        figures=tuple(tuple(grid.figures[row][column] for column in columns) for row in rows),
    )


def _styles(heads: tuple[Head, ...], grid: Grid) -> list[tuple[str, str, list[int]]]:
    """Colour, shape and dashes of each series: the whole beside a place is grey, or dashed."""
    places = len({head.place for head in heads})
    styles = []
    for position, head in enumerate(heads):
        group = position // places
        beside = head.place == WHOLE and grid.focus != WHOLE and places > 1
        colour = BESIDE if beside and len(heads) == places else COLOURS[group % len(COLOURS)]
        shape = SHAPES[(position if places > 1 else group) % len(SHAPES)]
        styles.append((colour, shape, [6, 3] if beside else [1, 0]))
    return styles


def _scale(names: Iterable[str], values: Iterable[Any]) -> dict[str, Any]:
    return {"domain": list(names), "range": list(values)}


def _down(height: float) -> dict[str, Any]:
    """Pixels from the top."""
    scale = {"domain": [0, height], "reverse": True, "nice": False, "zero": False}
    return {"field": "y", "type": "quantitative", "axis": None, "scale": scale}


def _across(largest: float, room: float) -> dict[str, Any]:
    """Values from zero, with room for the label of the largest."""
    scale = {"domain": [0, (largest or 1) * room], "nice": False}
    return {"field": "x", "type": "quantitative", "axis": None, "scale": scale}


def _largest(figures: Iterable[Figure | None]) -> float:
    return max((figure.value or 0 for figure in figures if figure), default=0)


def _label(text: str) -> list[str]:
    return wrap(text, LABEL_CHARACTERS) or [""]


def _legend_text(text: str) -> str:
    """A series' name in lines that a phone has room for."""
    return "\n".join(wrap(text, LEGEND_CHARACTERS))


def _text(rows: list[Row], y: dict[str, Any], **mark: object) -> Spec:
    """Texts at pixels `x` (or the left edge) and `y`."""
    return {
        "data": {"values": rows},
        "mark": {"type": "text", "align": "left", "baseline": "middle", "lineHeight": 15, **mark},
        "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "text"}},
    }


def _shade(share: float) -> str:
    """A colour between the lightest and the darkest."""
    mixed = (low + (high - low) * share for low, high in zip(LIGHTEST, DARKEST, strict=True))
    return "#" + "".join(f"{round(part):02X}" for part in mixed)


def _lines(grid: Grid, language: Language) -> Spec:
    series = [_legend_text(column.label) for column in grid.columns]
    styles = _styles(grid.columns, grid)
    points: list[Row] = []
    absent: list[Row] = []
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        shown = [figure.value if figure else None for figure in figures]
        known = [value for value in shown if value is not None]
        marks = []
        for position, figure in enumerate(figures):
            if figure is None or figure.value is None:
                marks.append(value_text(figure, language) if figure else "")
                continue
            # Only the highest and the lowest have room for their value.
            highest, lowest = shown.index(max(known)), shown.index(min(known))
            room_below = min(known) > max(known) / 8
            side = {lowest: "below" if room_below else "between"} | {highest: "above"}
            points.append(
                {
                    "year": row.label,
                    "series": series[position],
                    "dashes": series[position],
                    "v": figure.value,
                    "text": value_text(figure, language),
                    "side": side.get(position, "between"),
                }
            )
        absent += [{"year": row.label, "text": " ".join(dict.fromkeys(marks))}] if marks else []
    percent = "'\u202f%'" if language == "fr" else "'%'"
    number = (
        f"format(datum.value * 100, ',.0f') + {percent}"
        if grid.unit == "share"
        else "format(datum.value, ',.0f')"
    )
    # Small shares are not blown up to fill the chart.
    least = 0.05 if grid.unit == "share" else 1
    year = {
        "field": "year",
        "type": "ordinal",
        "scale": {"domain": [row.label for row in grid.rows], "type": "point", "padding": 0.4},
        "axis": {"labelAngle": 0, "grid": False},
    }
    value = {
        "field": "v",
        "type": "quantitative",
        "scale": {"domain": [0, max(_largest(grid.cells) * 1.15, least)], "nice": False},
        "axis": {"labelExpr": number, "tickCount": 4, "domain": False, "ticks": False},
    }
    colour = {
        "field": "series",
        "type": "nominal",
        "scale": _scale(series, (style[0] for style in styles)),
    }
    legend = {"legend": LEGEND if len(series) > 1 else None}
    shape = {**colour, "scale": _scale(series, (style[1] for style in styles)), **legend}
    # A field of its own, so that the legend shows colours and shapes and not the dashes.
    dash = {
        "field": "dashes",
        "type": "nominal",
        "scale": _scale(series, (style[2] for style in styles)),
        "legend": None,
    }
    labels = [
        {
            "transform": [{"filter": f"datum.side == '{side}'"}],
            "mark": {"type": "text", "dy": offset, "fontWeight": 600},
            "encoding": {"x": year, "y": value, "text": {"field": "text"}},
        }
        for side, offset in (("above", -13), ("below", 15))
    ]
    return {
        "height": LINES_HEIGHT,
        "layer": [
            {
                "data": {"values": points},
                "layer": [
                    {
                        "mark": {"type": "line", "strokeWidth": 2.5},
                        "encoding": {
                            "x": year,
                            "y": value,
                            "color": {**colour, **legend},
                            "strokeDash": dash,
                        },
                    },
                    {
                        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                        "encoding": {
                            "x": year,
                            "y": value,
                            "color": {**colour, **legend},
                            "shape": shape,
                        },
                    },
                    *labels,
                ],
            },
            {
                "data": {"values": absent},
                "mark": {"type": "text", "fontStyle": "italic", "color": BESIDE},
                "encoding": {
                    "x": year,
                    "y": {"value": LINES_HEIGHT - 9},
                    "text": {"field": "text"},
                },
            },
        ],
    }


def _bars(grid: Grid, language: Language) -> Spec:
    styles = _styles(grid.columns, grid)
    by_place = len({row.place for row in grid.rows}) > 1
    largest, labels, bars, y = _largest(grid.cells), [], [], 0.0
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        lines = _label(row.label)
        labels.append({"y": y + LABEL_LINE / 2, "text": lines})
        y += LABEL_LINE * len(lines) + 2
        for column, style, figure in zip(grid.columns, styles, figures, strict=True):
            colour = style[0]
            if by_place:
                colour = CHOSEN if row.place == grid.focus else OTHERS
                colour = BESIDE if row.place == WHOLE != grid.focus else colour
            bars.append(
                {
                    "x": (figure.value or 0) if figure else 0,
                    "zero": 0,
                    "y": y,
                    "y2": y + BAR - 4,
                    "middle": y + BAR / 2 - 2,
                    "colour": colour,
                    "series": _legend_text(column.label),
                    "text": value_text(figure, language) if figure else "",
                }
            )
            y += BAR
        y += GAP
    down, across = _down(y), _across(largest, 1.3)
    colour: dict[str, Any] = {"field": "colour", "type": "nominal", "scale": None}
    if len(grid.columns) > 1:
        names = [_legend_text(column.label) for column in grid.columns]
        colour = {
            "field": "series",
            "type": "nominal",
            "scale": _scale(names, (style[0] for style in styles)),
            "legend": {**LEGEND, "symbolType": "square"},
        }
    return {
        "height": y,
        "layer": [
            _text(labels, down, baseline="middle"),
            {
                "data": {"values": bars},
                "layer": [
                    {
                        "mark": {"type": "rect"},
                        "encoding": {
                            "x": across,
                            "x2": {"field": "zero"},
                            "y": down,
                            "y2": {"field": "y2"},
                            "color": colour,
                        },
                    },
                    {
                        "mark": {
                            "type": "text",
                            "align": "left",
                            "baseline": "middle",
                            "dx": 5,
                            "fontWeight": 600,
                        },
                        "encoding": {
                            "x": across,
                            "y": {**down, "field": "middle"},
                            "text": {"field": "text"},
                        },
                    },
                ],
            },
        ],
    }


def _strip(grid: Grid, language: Language) -> Spec:
    """A line per column of the grid, a dot per territory; the chosen one and the whole named."""
    drawn = list(zip(grid.rows, grid.figures, strict=True))
    names = {row.place: row.label for row, _ in drawn}
    others = say(language, "other_territories")
    labels, dots, y = [], [], 0.0
    for position, column in enumerate(grid.columns):
        lines = _label(column.label)
        labels.append({"y": y + LABEL_LINE / 2, "text": lines})
        y += LABEL_LINE * len(lines)
        for row, figures in drawn:
            figure = figures[position]
            if figure is None or (figure.value is None and row.place not in (grid.focus, WHOLE)):
                continue
            named = row.place in (grid.focus, WHOLE)
            dots.append(
                {
                    "x": figure.value or 0,
                    "y": y + 24,
                    "label_y": y + (8 if row.place == WHOLE else 40),
                    "who": row.label if named else others,
                    "text": value_text(figure, language) if named else "",
                    "dot": figure.value is not None,
                }
            )
        y += 48 + GAP
    dots.sort(key=lambda dot: dot["who"] != others)
    who = [
        others,
        *(names[place] for place in dict.fromkeys((WHOLE, grid.focus)) if place in names),
    ]
    colours = [OTHERS, *([BESIDE, CHOSEN] if len(who) == 3 else [BESIDE])]
    if grid.focus in names and len(who) == 2:
        colours = [OTHERS, CHOSEN]
    down = _down(y)
    across = _across(max((dot["x"] for dot in dots), default=1), 1.15)
    series = {"field": "who", "type": "nominal"}
    return {
        "height": y,
        "layer": [
            _text(labels, down, fontWeight=600),
            {
                "data": {"values": dots},
                "layer": [
                    {
                        "transform": [{"filter": "datum.dot"}],
                        "mark": {"type": "point", "filled": True, "opacity": 0.9, "size": 110},
                        "encoding": {
                            "x": across,
                            "y": down,
                            "color": {**series, "scale": _scale(who, colours)},
                            "shape": {
                                **series,
                                "scale": _scale(who, ("circle", "diamond", "square")[: len(who)]),
                            },
                        },
                    },
                    {
                        "mark": {"type": "text", "align": "left", "dx": -4},
                        "encoding": {
                            "x": across,
                            "y": {**down, "field": "label_y"},
                            "text": {"field": "text"},
                        },
                    },
                ],
            },
        ],
    }


def _matrix(grid: Grid, language: Language) -> Spec:
    columns = [column.label for column in grid.columns[:MOST_CHART_COLUMNS]]
    largest = _largest(grid.cells) or 1
    headings = [wrap(column, 12, break_long_words=False) for column in columns]
    wide = max(len(word) for lines in headings for word in lines) > 12 or len(columns) > 4
    heading_height = 12 * max(map(len, headings)) + 8
    labels, cells, y = [], [], float(heading_height)
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        lines = _label(row.label)
        labels.append({"y": y + LABEL_LINE / 2, "text": lines})
        y += LABEL_LINE * len(lines) + 2
        for column, figure in zip(columns, figures, strict=False):
            if figure is None:
                continue
            share = min((figure.value or 0) / largest, 1)
            cells.append(
                {
                    "column": column,
                    "y": y,
                    "y2": y + CELL - 2,
                    "middle": y + CELL / 2 - 1,
                    "shade": _shade(share) if figure.value is not None else ABSENT,
                    "ink": "white" if share > 0.5 else INK,
                    "text": value_text(figure, language),
                }
            )
        y += CELL + 4
    down = _down(y)
    across = {
        "field": "column",
        "type": "nominal",
        "scale": {"domain": columns, "paddingInner": 0.04, "paddingOuter": 0},
        "axis": None,
    }
    return {
        "height": y,
        "layer": [
            _text(labels, down),
            {
                "data": {
                    "values": [
                        {"column": column, "text": lines}
                        for column, lines in zip(columns, headings, strict=True)
                    ]
                },
                "mark": {
                    "type": "text",
                    "baseline": "top",
                    "lineHeight": 12,
                    "fontSize": SMALL if wide and heading_height > 20 else 12,
                },
                "encoding": {
                    "x": {**across, "bandPosition": 0.5},
                    "y": {"value": 0},
                    "text": {"field": "text"},
                },
            },
            {
                "data": {"values": cells},
                "layer": [
                    {
                        "mark": {"type": "rect", "stroke": FAINT},
                        "encoding": {
                            "x": across,
                            "y": down,
                            "y2": {"field": "y2"},
                            "color": {"field": "shade", "type": "nominal", "scale": None},
                        },
                    },
                    {
                        "mark": {"type": "text", "baseline": "middle"},
                        "encoding": {
                            "x": {**across, "bandPosition": 0.5},
                            "y": {**down, "field": "middle"},
                            "text": {"field": "text"},
                            "color": {"field": "ink", "type": "nominal", "scale": None},
                        },
                    },
                ],
            },
        ],
    }


def _tiles(grid: Grid, language: Language) -> Spec:
    drawn = [
        (row, figures[0])
        for row, figures in zip(grid.rows, grid.figures, strict=True)
        if row.place and row.place != WHOLE and figures[0]
    ]
    below = max(row for _, row in TILES.values()) + 1
    unplaced = [row.place for row, _ in drawn if row.place not in TILES]
    places = TILES | {
        place: (position % 5, below + position // 5) for position, place in enumerate(unplaced)
    }
    largest = _largest(figure for _, figure in drawn) or 1
    tiles = []
    for row, figure in drawn:
        column, line = places[row.place]
        share = (figure.value or 0) / largest
        tiles.append(
            {
                "x": column,
                "x2": column + 0.96,
                "middle": column + 0.48,
                "y": line * TILE,
                "y2": line * TILE + TILE - 4,
                "name_y": line * TILE + 8,
                "value_y": line * TILE + TILE - 16,
                "shade": _shade(share) if figure.value is not None else ABSENT,
                "ink": "white" if share > 0.5 else INK,
                "edge": INK if row.place == grid.focus else FAINT,
                "width": 3 if row.place == grid.focus else 1,
                "name": short_name(row.place).split(),
                "text": value_text(figure, language),
            }
        )
    height = (max(line for _, line in places.values()) + 1) * TILE
    down = _down(height)
    scale = {"domain": [0, max(column for column, _ in places.values()) + 1], "nice": False}
    across = {"field": "x", "type": "quantitative", "axis": None, "scale": scale}
    ink = {"field": "ink", "type": "nominal", "scale": None}
    layers = [
        {
            "mark": {"type": "rect", "cornerRadius": 4},
            "encoding": {
                "x": across,
                "x2": {"field": "x2"},
                "y": down,
                "y2": {"field": "y2"},
                "stroke": {"field": "edge", "type": "nominal", "scale": None},
                "strokeWidth": {"field": "width", "type": "quantitative", "scale": None},
                "color": {"field": "shade", "type": "nominal", "scale": None},
            },
        },
        {
            "mark": {"type": "text", "baseline": "top", "lineHeight": 13, "fontSize": SMALL},
            "encoding": {
                "x": {**across, "field": "middle"},
                "y": {**down, "field": "name_y"},
                "text": {"field": "name"},
                "color": ink,
            },
        },
        {
            "mark": {"type": "text", "fontWeight": 700},
            "encoding": {
                "x": {**across, "field": "middle"},
                "y": {**down, "field": "value_y"},
                "text": {"field": "text"},
                "color": ink,
            },
        },
    ]
    return {"height": height, "layer": [{"data": {"values": tiles}, "layer": layers}]}


def _flow(grid: Grid, language: Language) -> Spec:
    """Bands from the rows (left) to the columns (right), as thick as their figures."""
    values = [[(figure.value or 0) if figure else 0 for figure in row] for row in grid.figures]
    left = [sum(row) for row in values]
    right = [sum(column) for column in zip(*values, strict=True)]
    pixels = FLOW_HEIGHT / (sum(left) or 1)
    left_tops, right_tops = _tops(left, pixels), _tops(right, pixels)
    height = FLOW_HEIGHT + FLOW_GAP * max(len(left), len(right)) + 8
    colours = (*COLOURS, "#E69F00", "#56B4E9")
    bands, nodes, labels = [], [], []
    left_used, right_used = list(left_tops), list(right_tops)
    for row, figures in enumerate(values):
        for column, value in enumerate(figures):
            if not value:
                continue
            start, end = left_used[row], right_used[column]
            left_used[row] += value * pixels
            right_used[column] += value * pixels
            for step in range(FLOW_STEPS + 1):
                x = step / FLOW_STEPS
                y = start + (end - start) * x * x * (3 - 2 * x)
                bands.append(
                    {
                        "x": x,
                        "y": y,
                        "y2": y + value * pixels,
                        "band": f"{row}-{column}",
                        "colour": colours[row % len(colours)],
                    }
                )
    for heads, tops, sums, x, align in (
        (grid.rows, left_tops, left, 0.0, "left"),
        (grid.columns, right_tops, right, 1.0, "right"),
    ):
        for position, (head, top, total) in enumerate(zip(heads, tops, sums, strict=True)):
            colour = colours[position % len(colours)]
            nodes.append({"x": x, "y": top, "y2": top + max(total * pixels, 1), "colour": colour})
            labels.append({"x": x, "y": top - 8, "text": head.label, "align": align})
    down = _down(height)
    across = {
        "field": "x",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, 1], "nice": False},
    }
    colour = {"field": "colour", "type": "nominal", "scale": None}
    return {
        "height": height,
        "layer": [
            {
                "data": {"values": bands},
                "mark": {"type": "area", "opacity": 0.45},
                "encoding": {
                    "x": across,
                    "y": down,
                    "y2": {"field": "y2"},
                    "detail": {"field": "band"},
                    "color": colour,
                },
            },
            {
                "data": {"values": nodes},
                "mark": {"type": "rule", "strokeWidth": 10},
                "encoding": {"x": across, "y": down, "y2": {"field": "y2"}, "color": colour},
            },
            *(
                {
                    "data": {"values": [label for label in labels if label["align"] == align]},
                    "mark": {"type": "text", "align": align, "fontSize": 12},
                    "encoding": {"x": across, "y": down, "text": {"field": "text"}},
                }
                for align in ("left", "right")
            ),
        ],
    }


def _tops(sums: list[float], pixels: float) -> list[float]:
    tops, y = [], FLOW_GAP - 4.0
    for total in sums:
        tops.append(y)
        y += total * pixels + FLOW_GAP
    return tops
