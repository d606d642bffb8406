"""The map: one tile per territory, placed roughly as on the map of France."""

import csv
from pathlib import Path
from typing import Any

from cvg_warehouse.reading.charts.common import (
    ABSENT,
    FAINT,
    INK,
    SMALL_ON_A_PHONE,
    Row,
    Spec,
    across,
    as_given,
    pixels_down,
    shade,
)
from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import Figure, value_text, written
from cvg_warehouse.reading.grids import Grid, largest
from cvg_warehouse.reading.texts import Language, say

TILE, LEGEND = 76, 44
# Of the legend: its shades, and how wide each is, in tiles.
SHADES, SHADE = 5, 0.5
COLUMNS_BELOW = 5


def _places() -> dict[str, tuple[int, int]]:
    with Path(__file__).with_name("tiles.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["geography_id"]: (int(row["column"]), int(row["row"]))
            for row in csv.DictReader(stream)
        }


# Column and row of each territory.
PLACES = _places()


def draw(grid: Grid, language: Language) -> Spec:
    """The spec; a territory that has no place on the map has its tile below."""
    drawn = {
        row.place: figures[0]
        for row, figures in zip(grid.rows, grid.figures, strict=True)
        if row.place and row.place != WHOLE and figures[0]
    }
    places = PLACES | _places_below([place for place in drawn if place not in PLACES])
    most = largest(drawn.values()) or 1
    tiles = [
        _tile(place, places[place], figure, most, grid, language) for place, figure in drawn.items()
    ]
    below = (max(row for _, row in places.values()) + 1) * TILE
    height = below + LEGEND
    x = across(max(column for column, _ in places.values()) + 1)
    return {
        "height": height,
        "layer": [
            {"data": {"values": tiles}, "layer": _tile_layers(x, pixels_down(height))},
            *_legend_layers(below, most, grid, x, pixels_down(height), language),
        ],
    }


def _places_below(unplaced: list[str]) -> dict[str, tuple[int, int]]:
    below = max(row for _, row in PLACES.values()) + 1
    return {
        place: (position % COLUMNS_BELOW, below + position // COLUMNS_BELOW)
        for position, place in enumerate(unplaced)
    }


def _tile(
    place: str, at: tuple[int, int], figure: Figure, most: float, grid: Grid, language: Language
) -> Row:
    column, top = at[0], at[1] * TILE
    share = (figure.value or 0) / most
    is_chosen = place == grid.focus
    return {
        "x": column,
        "x2": column + 0.96,
        "middle": column + 0.48,
        "y": top,
        "y2": top + TILE - 4,
        "name_y": top + 8,
        "value_y": top + TILE - 16,
        "shade": shade(share) if figure.value is not None else ABSENT,
        "ink": "white" if share > 0.5 else INK,
        "edge": INK if is_chosen else FAINT,
        "width": 3 if is_chosen else 1,
        "name": _short_name(place).split(),
        "text": value_text(figure, language),
    }


def _short_name(geography_id: str) -> str:
    """`12-Seine_Saint_Denis` as a tile has room for it."""
    return geography_id.split("-", 1)[-1].replace("_", " ")


def _legend_layers(
    top: float, most: float, grid: Grid, x: Spec, y: Spec, language: Language
) -> list[Spec]:
    """The shades from 0 to the largest value, and that of what has none."""
    decimals = 0 if grid.unit == "share" else None
    ends = {
        0: written(0, grid.unit, language, decimals),
        SHADES - 1: written(most, grid.unit, language, decimals),
        SHADES + 1: say(language, "tiles_absent"),
    }
    colours = {n: shade(n / (SHADES - 1)) for n in range(SHADES)} | {SHADES + 1: ABSENT}
    boxes = [
        {
            "x": n * SHADE,
            "x2": (n + 1) * SHADE,
            "middle": (n + 0.5) * SHADE,
            "y": top + 6,
            "y2": top + 20,
            "text_y": top + 32,
            "shade": colour,
            "text": ends.get(n, ""),
        }
        for n, colour in colours.items()
    ]
    box = {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}}
    return [
        {
            "data": {"values": boxes},
            "layer": [
                {
                    "mark": {"type": "rect", "stroke": FAINT},
                    "encoding": {**box, "color": as_given("shade")},
                },
                {
                    "mark": {"type": "text", "fontSize": 12, "baseline": "middle"},
                    "encoding": {
                        "x": {**x, "field": "middle"},
                        "y": {**y, "field": "text_y"},
                        "text": {"field": "text"},
                    },
                },
            ],
        }
    ]


def _tile_layers(x: dict[str, Any], y: dict[str, Any]) -> list[Spec]:
    middle, ink = {**x, "field": "middle"}, as_given("ink")
    return [
        {
            "mark": {"type": "rect", "cornerRadius": 4},
            "encoding": {
                "x": x,
                "x2": {"field": "x2"},
                "y": y,
                "y2": {"field": "y2"},
                "stroke": as_given("edge"),
                "strokeWidth": {"field": "width", "type": "quantitative", "scale": None},
                "color": as_given("shade"),
            },
        },
        {
            "mark": {
                "type": "text",
                "baseline": "top",
                "lineHeight": 13,
                "fontSize": SMALL_ON_A_PHONE,
            },
            "encoding": {
                "x": middle,
                "y": {**y, "field": "name_y"},
                "text": {"field": "name"},
                "color": ink,
            },
        },
        {
            "mark": {"type": "text", "fontWeight": 700},
            "encoding": {
                "x": middle,
                "y": {**y, "field": "value_y"},
                "text": {"field": "text"},
                "color": ink,
            },
        },
    ]
