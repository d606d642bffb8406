"""Small charts of lines over the years, one per place, all to one scale, the whole in each."""

from itertools import groupby
from textwrap import wrap

from cvg_warehouse.reading.charts.common import (
    BESIDE,
    CHOSEN,
    FAINT,
    LABEL_LINE,
    SMALL_ON_A_PHONE,
    Row,
    Spec,
    across,
    as_given,
    label_lines,
    pixels_down,
)
from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import DECIMALS, Figure, value_text, written
from cvg_warehouse.reading.grids import Grid, Head, largest
from cvg_warehouse.reading.texts import Language, say

COLUMNS, NAME_CHARACTERS, NAME_LINE = 3, 19, 13
# Pixels down a panel: two lines of its name, room for the values, the lines, the years, and a gap.
NAME, ROOM, PLOT, YEARS, BETWEEN = 32, 14, 56, 16, 8
PANEL = NAME + ROOM + PLOT + YEARS
# Parts of a panel's width that are left free beside its lines, and between two panels.
BESIDE_LINES, BESIDE_PANEL = 0.13, 0.03
# The same of a character of a mark, where a panel is narrow.
CHARACTER = 0.034
TINT, PALE = "#EAF3F9", "#F7F9FA"


def draw(grid: Grid, language: Language) -> Spec:
    """The spec: the chosen year bears its value; years without one bear their mark."""
    whole = next((n for n, row in enumerate(grid.rows) if row.place == WHOLE), None)
    places = [n for n in range(len(grid.rows)) if n != whole] or [0]
    said = [say(language, "multiples_scale", _most_text(grid, language))]
    if whole is not None and places != [whole]:
        said.append(say(language, "multiples_whole", grid.rows[whole].label))
    head = [line for text in said for line in label_lines(text)]
    top = LABEL_LINE * len(head) + 4.0
    rows: dict[str, list[Row]] = {"panels": [], "points": [], "marks": [], "years": []}
    for position, n in enumerate(places):
        at = _At(grid, position, top)
        rows["panels"].append(at.panel(grid.rows[n]))
        rows["years"] += at.years()
        rows["points"] += at.points(grid.figures[n], CHOSEN, language)
        rows["marks"] += at.marks(grid.figures[n], language)
        if whole is not None and n != whole:
            rows["points"] += at.points(grid.figures[whole], BESIDE, language)
    lines_of_panels = -(-len(places) // COLUMNS)
    height = top + lines_of_panels * (PANEL + BETWEEN)
    x, y = across(min(COLUMNS, len(places))), pixels_down(height)
    return {"height": height, "layer": [_said(head, y), *_layers(rows, x, y)]}


class _At:
    """Where the parts of one panel are: `x` in panels from the left, `y` in pixels from the top."""

    def __init__(self, grid: Grid, position: int, top: float) -> None:
        self.grid = grid
        self.left = position % COLUMNS
        self.top = top + position // COLUMNS * (PANEL + BETWEEN)
        self.panel_id = position
        self.most = largest(grid.cells) or 1
        self.all_years = sorted({figure.year for figure in grid.cells})

    def x(self, year: float) -> float:
        """Across, for a year or what lies between two."""
        first, last = self.all_years[0], self.all_years[-1]
        part = (year - first) / (last - first) if last > first else 0.5
        return self.left + BESIDE_LINES + part * (1 - 2 * BESIDE_LINES - BESIDE_PANEL)

    @property
    def foot(self) -> float:
        """The zero of the panel."""
        return self.top + NAME + ROOM + PLOT

    def panel(self, row: Head) -> Row:
        """Its background and its name."""
        is_chosen = row.place == self.grid.focus
        return {
            "x": self.left,
            "x2": self.left + 1 - BESIDE_PANEL,
            "y": self.top,
            "y2": self.top + PANEL,
            "foot": self.foot,
            "fill": TINT if is_chosen else PALE,
            "edge": CHOSEN if is_chosen else FAINT,
            "name_x": self.left + 0.03,
            "name_y": self.top + 5,
            "name": wrap(row.label, NAME_CHARACTERS),
        }

    def years(self) -> list[Row]:
        """The first and the last year, under the lines."""
        ends = dict.fromkeys((self.all_years[0], self.all_years[-1]))
        return [{"x": self.x(year), "y": self.foot + 9, "text": str(year)} for year in ends]

    def points(
        self, figures: tuple[Figure | None, ...], colour: str, language: Language
    ) -> list[Row]:
        """The points of a line, in as many runs as it has gaps."""
        found: list[Row] = []
        run = 0
        for figure in figures:
            if figure is None or figure.value is None:
                run += 1
                continue
            has_label = figure.year == self.grid.year and colour == CHOSEN
            found.append(
                {
                    "x": self.x(figure.year),
                    "y": self.foot - PLOT * figure.value / self.most,
                    "line": f"{self.panel_id} {colour} {run}",
                    "year": figure.year,
                    "colour": colour,
                    "text": value_text(figure, language) if has_label else "",
                }
            )
        return found

    def marks(self, figures: tuple[Figure | None, ...], language: Language) -> list[Row]:
        """Why there are no values, once for years in a row, within the panel."""
        found: list[Row] = []
        for has_value, run in groupby(filter(None, figures), lambda one: one.value is not None):
            absent = list(run)
            if not has_value:
                marks = dict.fromkeys(value_text(figure, language) for figure in absent)
                text = ", ".join(marks)
                middle = self.x((absent[0].year + absent[-1].year) / 2)
                half = (len(text) + 1) * CHARACTER / 2
                room = self.left + half, self.left + 1 - BESIDE_PANEL - half
                x = min(max(middle, room[0]), room[1])
                found.append({"x": x, "y": self.foot - 8, "text": text})
        return found


def _most_text(grid: Grid, language: Language) -> str:
    unit = grid.unit
    return written(
        largest(grid.cells), unit, language, 0 if unit == "share" else DECIMALS.get(unit)
    )


def _said(lines: list[str], y: Spec) -> Spec:
    return {
        "data": {"values": [{"y": 0, "text": lines}]},
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "top",
            "lineHeight": LABEL_LINE,
            "fontSize": 12,
            "color": BESIDE,
        },
        "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "text"}},
    }


def _layers(rows: dict[str, list[Row]], x: Spec, y: Spec) -> list[Spec]:
    small = {"type": "text", "fontSize": SMALL_ON_A_PHONE, "baseline": "middle"}
    text = {"field": "text"}
    by_line = {"field": "line", "type": "nominal"}
    points = {"x": x, "y": y, "color": as_given("colour")}
    return [
        {
            "data": {"values": rows["panels"]},
            "layer": [
                {
                    "mark": {"type": "rect", "cornerRadius": 3},
                    "encoding": {
                        "x": x,
                        "x2": {"field": "x2"},
                        "y": y,
                        "y2": {"field": "y2"},
                        "color": as_given("fill"),
                        "stroke": as_given("edge"),
                    },
                },
                {
                    "mark": {"type": "rule", "color": FAINT},
                    "encoding": {"x": x, "x2": {"field": "x2"}, "y": {**y, "field": "foot"}},
                },
                {
                    "mark": {
                        **small,
                        "align": "left",
                        "baseline": "top",
                        "lineHeight": NAME_LINE,
                        "fontWeight": 600,
                    },
                    "encoding": {
                        "x": {**x, "field": "name_x"},
                        "y": {**y, "field": "name_y"},
                        "text": {"field": "name"},
                    },
                },
            ],
        },
        {
            "data": {"values": rows["points"]},
            "layer": [
                {
                    "mark": {"type": "line", "strokeWidth": 2},
                    "encoding": {
                        **points,
                        "detail": by_line,
                        "order": {"field": "year", "type": "quantitative"},
                        "strokeDash": {
                            "condition": {"test": f"datum.colour == '{BESIDE}'", "value": [3, 3]},
                            "value": [1, 0],
                        },
                    },
                },
                {
                    "transform": [{"filter": f"datum.colour == '{CHOSEN}'"}],
                    "mark": {"type": "point", "filled": True, "size": 24, "opacity": 1},
                    "encoding": points,
                },
                {
                    "mark": {**small, "dy": -10, "fontWeight": 700},
                    "encoding": {"x": x, "y": y, "text": text},
                },
            ],
        },
        {
            "data": {"values": rows["marks"]},
            "mark": {**small, "fontStyle": "italic", "color": BESIDE},
            "encoding": {"x": x, "y": y, "text": text},
        },
        {
            "data": {"values": rows["years"]},
            "mark": {**small, "color": BESIDE},
            "encoding": {"x": x, "y": y, "text": text},
        },
    ]
