"""The chart of a grid: the shape's own drawing in the frame that all share."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from textwrap import wrap

from cvg_warehouse.reading.charts import (
    bars,
    crosstab,
    flow,
    groups,
    lines,
    matrix,
    multiples,
    ranking,
    stacked,
    tiles,
)
from cvg_warehouse.reading.charts.common import BESIDE, FAINT, INK, Spec
from cvg_warehouse.reading.charts.order import drawn_order
from cvg_warehouse.reading.comparisons import cautions, estimates, pairs
from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import NOT_PUBLISHED, value_text
from cvg_warehouse.reading.grids import Grid, cut_text
from cvg_warehouse.reading.legend import caption, legend_lines
from cvg_warehouse.reading.texts import Language, say

DRAW: dict[str, Callable[[Grid, Language], Spec]] = {
    "lines": lines.draw,
    "bars": bars.draw,
    "groups": groups.draw,
    "stacked": stacked.draw,
    "crosstab": crosstab.draw,
    "matrix": matrix.draw,
    "flow": flow.draw,
    "tiles": tiles.draw,
    "ranking": ranking.draw,
    "multiples": multiples.draw,
}
# Shapes that scale each column, or row, by itself.
OF_ANY_SCALE = ("matrix", "crosstab")
PROTECTED = ("masked", NOT_PUBLISHED)
WIDTH = 640
MOST_FIGURES_LISTED = 12
LOCALES = {
    "fr": {"decimal": ",", "thousands": "\u202f", "grouping": [3], "currency": ["", "\u00a0€"]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]},
}


def chart(grid: Grid, language: Language) -> Spec | None:
    """The grid's chart; None where no value may be shown, or where its shape is text."""
    if not _is_drawn(grid):
        return None
    grid = grid.shortened
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": alternative_text(grid, language),
        "width": WIDTH,
        "background": "white",
        "padding": dict.fromkeys(("left", "top", "right", "bottom"), 4),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": _config(language),
        **DRAW[grid.shape](drawn_order(_comparable(grid)), language),
    }


def titled(spec: Spec, grid: Grid, source: str, link: str, language: Language) -> Spec:
    """The chart with title, filters, base, source, link and marks' meanings, to stand alone."""
    said = filter(
        None,
        (
            cut_text(grid, language),
            *cautions(grid, language),
            " · ".join(legend_lines(grid.shortened, language)),
        ),
    )
    known = [line for text in said for line in wrap(text, 95)]
    about = [*wrap(caption(grid, language), 95), *wrap(source, 95)]
    heading = {
        "text": wrap(grid.title, 70),
        "subtitle": [*about, *known, *wrap(link, 95, break_on_hyphens=False), ""],
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
    if sum(1 for _ in grid.cells) > MOST_FIGURES_LISTED and grid.shape != "tiles":
        return f"{text} {say(language, 'alt_table_below')}"
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        for column, figure in zip(grid.columns, figures, strict=True):
            if figure:
                names = " ".join(dict.fromkeys((row.label, column.label)))
                text += f" {say(language, 'named', names, value_text(figure, language))}."
    for pair in pairs(grid):
        for key, estimate in estimates(pair, language).items():
            text += f" {pair.label}, {say(language, 'named', say(language, key), estimate)}."
    return text


def left_to_the_table(grid: Grid, language: Language) -> str:
    """What the chart does not show and the table does, in one sentence; '' for nothing."""
    if grid.shape not in DRAW:
        return ""
    if not _is_drawn(grid):
        is_protected = any(figure.status in PROTECTED for figure in grid.cells)
        return say(language, "table_only_protected" if is_protected else "table_only")
    missing = sum(1 for figure in grid.cells if figure.value is None)
    if grid.shape == "flow" and missing:
        return say(language, "flow_masked", missing)
    if without_whole(grid) and grid.shape != "tiles":
        return say(language, "whole_in_table")
    if len(_of_one_unit(grid).columns) < len(grid.columns):
        return say(language, "other_units_in_table")
    return ""


def without_whole(grid: Grid) -> bool:
    """Whether the chart leaves the whole to the table: its numbers dwarf a territory's."""
    if grid.shape not in DRAW or grid.shape in OF_ANY_SCALE:
        return False
    grid = _of_one_unit(grid)
    places = {head.place for head in (*grid.rows, *grid.columns)}
    shown = any(cell.value is not None and cell.geography != WHOLE for cell in grid.cells)
    return grid.unit not in ("share", "months", "years") and WHOLE in places and shown


def _is_drawn(grid: Grid) -> bool:
    return grid.shape in DRAW and any(
        figure.value is not None for figure in _comparable(grid).cells
    )


def _comparable(grid: Grid) -> Grid:
    """The grid as far as its figures can be drawn to one scale."""
    alike = _of_one_unit(grid)
    if not without_whole(grid):
        return alike
    rows = [n for n, row in enumerate(alike.rows) if row.place != WHOLE]
    columns = [n for n, column in enumerate(alike.columns) if column.place != WHOLE]
    return _part(alike, rows, columns)


def _of_one_unit(grid: Grid) -> Grid:
    """The columns of the shares where there are some, else of the first unit."""
    units = {cell.indicator.unit for cell in grid.cells}
    if len(units) < 2 or grid.shape in OF_ANY_SCALE:
        return grid
    unit = "share" if "share" in units else grid.unit
    columns = [
        n
        for n, figures in enumerate(zip(*grid.figures, strict=True))
        if all(figure is None or figure.indicator.unit == unit for figure in figures)
    ]
    return _part(grid, range(len(grid.rows)), columns)


def _part(grid: Grid, rows: Sequence[int], columns: Sequence[int]) -> Grid:
    return replace(
        grid,
        rows=tuple(grid.rows[row] for row in rows),
        columns=tuple(grid.columns[column] for column in columns),
        figures=tuple(tuple(grid.figures[row][column] for column in columns) for row in rows),
    )


def _config(language: Language) -> Spec:
    return {
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
            "symbolStrokeWidth": 1,
            "symbolDash": [1, 0],
        },
        "axis": {"labelFontSize": 12, "labelColor": INK, "gridColor": FAINT, "title": None},
    }
