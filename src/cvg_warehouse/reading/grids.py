"""Lays figures out in rows and columns. Every chart, table and export is made from a grid."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Literal, NamedTuple

from cvg_warehouse.reading.blocks import Block, Choice, Shape
from cvg_warehouse.reading.breakdowns import shape_across
from cvg_warehouse.reading.data import (
    JOIN,
    OFFICER,
    WHOLE,
    WITH,
    WITHOUT,
    Comparisons,
    Edition,
    Indicator,
)
from cvg_warehouse.reading.dimensions import (
    Dimension,
    Dimensions,
    Entry,
    IndicatorValue,
    Request,
    dimensions,
)
from cvg_warehouse.reading.figures import (
    ABSENT,
    NOT_PUBLISHED,
    Figure,
    did_not_occur,
    look_up,
    rounding_text,
)
from cvg_warehouse.reading.texts import Language, label_of, place_name, say, value_label

YEAR, PLACE, POPULATION = Dimension.YEAR, Dimension.PLACE, Dimension.POPULATION
MEASURE, CROSSED = Dimension.MEASURE, Dimension.CROSSED
# What a place has several figures by in one year.
WITHIN_A_PLACE = (MEASURE, CROSSED, POPULATION)
# More of them cannot be told apart in one chart; of more rows the first are shown.
MOST_LINES, MOST_BARS, MOST_ROWS = 4, 3, 25
MOST_PLACES_NAMED = 3
# Values that no reference list has come after those of the list.
UNLISTED = ("", "", 99)


# What the Bilan prints as a table, or as figures by themselves, has no chart.
GridShape = Shape | Literal["table", "figures"]


@dataclass(frozen=True)
class Head:
    """A row's or column's heading, and the place and year of its figures if they share one."""

    label: str
    place: str | None = None
    year: int | None = None
    is_total: bool = False


@dataclass(frozen=True)
class Grid:
    """Figures in rows and columns; None where the indicator knows no such combination.

    `corner` heads the row headings; `focus` is the chosen place, `year` the chosen year.
    `comparisons` are the edition's, of people with and without a partnership officer. Of more rows
    than `most_rows` the first are shown.
    """

    key: str
    title: str
    filters: str
    shape: GridShape
    corner: str
    rows: tuple[Head, ...]
    columns: tuple[Head, ...]
    figures: tuple[tuple[Figure | None, ...], ...]
    focus: str
    year: int
    comparisons: Comparisons = field(default_factory=dict)
    most_rows: int = MOST_ROWS

    @property
    def shortened(self) -> "Grid":
        """With as many rows as can be read, and the totals; files have them all."""
        kept = [row for row, head in enumerate(self.rows) if not head.is_total][: self.most_rows]
        kept += [row for row, head in enumerate(self.rows) if head.is_total]
        if len(kept) == len(self.rows):
            return self
        return replace(
            self,
            rows=tuple(self.rows[row] for row in kept),
            figures=tuple(self.figures[row] for row in kept),
        )

    @property
    def cells(self) -> Iterator[Figure]:
        """Every figure, row by row."""
        return (figure for row in self.figures for figure in row if figure)

    @property
    def has_places(self) -> bool:
        """Whether its figures are of several places."""
        return len({figure.geography for figure in self.cells}) > 1

    @property
    def has_row_per_place(self) -> bool:
        """Whether each row is of a place of its own."""
        return len(self.rows) > 1 and len({row.place for row in self.rows}) == len(self.rows)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators of the grid, each once, in order."""
        return tuple({cell.indicator.indicator_id: cell.indicator for cell in self.cells}.values())

    @property
    def unit(self) -> str:
        """The unit that all figures share."""
        return next(self.cells).indicator.unit


def grids(block: Block, choice: Choice, edition: Edition, language: Language) -> list[Grid]:
    """The block's grids: one for each unit and kind of breakdown among its measures."""
    request = Request(block, choice, edition, language)
    found = [_with_place(measures, request) for measures in _groups(request)]
    found = [grid for grid in found if grid.rows]
    if len(found) < 2:
        return found
    return [
        replace(
            grid,
            key=f"{grid.key}-{position}",
            title=f"{grid.title} – {_own_title(grid, language)}",
        )
        for position, grid in enumerate(found, start=1)
    ]


def unpublished(names: Container[str], edition: Edition, language: Language) -> list[str]:
    """What the edition publishes nothing of: indicators with these names, values that they have."""
    asked = {name: one for name, one in edition.indicators.items() if name in names}
    absent = [
        label_of(one, language) for name, one in asked.items() if name not in edition.breakdowns
    ]
    breakdowns = dict.fromkeys(
        breakdown
        for name, one in asked.items()
        if name in edition.breakdowns and one.breakdown
        for breakdown in one.breakdown.split(JOIN)
    )
    return absent + [
        value_label(edition, breakdown, value, language)
        for breakdown in breakdowns
        for value in edition.unpublished_values(breakdown)
    ]


def _groups(request: Request) -> list[list[IndicatorValue]]:
    """The block's measures that the edition holds, grouped by what can stand in one grid."""
    block, chosen = request.block, request.choice.indicators
    groups: dict[tuple[str, str | None], list[IndicatorValue]] = {}
    for measure in block.measures:
        indicator = request.edition.indicators.get(measure.indicator_id)
        if indicator and (not chosen or indicator.indicator_id in chosen):
            kind = ("", "") if block.shape == "cards" else (indicator.unit, indicator.breakdown)
            values = values_of(request.edition, indicator, measure.pattern)
            groups.setdefault(kind, []).extend(IndicatorValue(indicator, one) for one in values)
    return [group for group in groups.values() if group]


def values_of(edition: Edition, indicator: Indicator, like: str) -> list[str]:
    """The breakdown values that a LIKE pattern means, in the order of the reference lists."""
    pattern = re.compile(".*".join(re.escape(part) for part in like.split("%")))
    names = (indicator.breakdown or "").split(JOIN)

    def order(breakdown: str) -> list[tuple[int, str]]:
        pairs = zip(names, breakdown.split(JOIN), strict=False)
        return [(edition.value_labels.get(pair, UNLISTED)[2], pair[1]) for pair in pairs]

    values = edition.breakdowns.get(indicator.indicator_id, ())
    return sorted((value for value in values if pattern.fullmatch(value)), key=order)


def _own_title(grid: Grid, language: Language) -> str:
    indicators = grid.indicators
    if len(indicators) == 1:
        return label_of(indicators[0], language)
    return say(language, "unit_name_" + grid.unit)


def _with_place(measures: list[IndicatorValue], request: Request) -> Grid:
    """The grid; its place always stands there, beside the whole where nothing of it is shown."""
    grid, block, choice = _grid(measures, request), request.block, request.choice
    place = choice.place if block.places == "chosen" else block.places
    there = {figure.status for figure in grid.cells if figure.geography == place}
    if place == WHOLE or not there or there - ABSENT:
        return grid
    beside = replace(
        request, block=replace(block, places="chosen"), choice=replace(choice, place=place)
    )
    grid = _grid(measures, beside, keeps_whole=True)
    if NOT_PUBLISHED not in there:
        return grid
    name = place_name(request.edition, place, request.language)
    said = say(request.language, "place_not_published", name)
    return replace(grid, filters=f"{grid.filters}. {said}")


class _Layout(NamedTuple):
    """The shape of a grid and which dimensions go down and across it, without what is too much."""

    dimensions: Dimensions
    shape: Shape
    down: tuple[Dimension, ...]
    across: tuple[Dimension, ...]


def _layout(varying: Dimensions, request: Request, keeps_whole: bool) -> _Layout:
    block, choice = request.block, request.choice
    if block.shape == "cards":
        return _Layout(varying, "cards", WITHIN_A_PLACE, (PLACE, YEAR))
    if block.shape == "flow" and not keeps_whole:
        there = varying.only(PLACE, choice.place)
        return _Layout(there, "flow", (MEASURE, YEAR), (CROSSED, POPULATION, PLACE))
    if block.places == "territories":
        return _by_territory(varying, block, choice)
    has_groups = _has_groups(varying) and varying.size(YEAR) == 1
    if has_groups and keeps_whole:
        return _Layout(varying, "groups", (MEASURE, YEAR), (CROSSED, POPULATION, PLACE))
    alone = varying if keeps_whole else varying.first(PLACE)
    lay_out = _over_years if varying.size(YEAR) > 1 else _in_one_year
    layout = lay_out(varying, alone)
    is_drawn = has_groups and layout.shape == "bars"
    return layout._replace(shape="groups") if is_drawn else layout


def _has_groups(varying: Dimensions) -> bool:
    """Whether the measures are two groups of people to compare, and nothing else."""
    values = varying.measures.values()
    return {indicator.breakdown for indicator, _ in values} == {OFFICER} and {
        breakdown for _, breakdown in values
    } == {WITH, WITHOUT}


def _by_territory(varying: Dimensions, block: Block, choice: Choice) -> _Layout:
    has_one_measure = varying.size(*WITHIN_A_PLACE) == 1
    if has_one_measure and varying.size(YEAR) > 1:
        return _Layout(varying, block.shape or "matrix", (PLACE, *WITHIN_A_PLACE), (YEAR,))
    usual: Shape = "ranking" if has_one_measure else shape_across(varying.measures.values())
    shape = block.shape or usual
    return _Layout(varying.only(YEAR, choice.year), shape, (PLACE, YEAR), WITHIN_A_PLACE)


def _over_years(varying: Dimensions, alone: Dimensions) -> _Layout:
    """Lines, at need without the place beside the chosen one; a table where they are too many."""
    for candidate in (varying, alone):
        if candidate.size(PLACE, *WITHIN_A_PLACE) <= MOST_LINES:
            return _Layout(candidate, "lines", (YEAR,), (*WITHIN_A_PLACE, PLACE))
    if shape_across(alone.measures.values()) == "stacked" and alone.size(POPULATION) == 1:
        return _Layout(alone, "stacked", (YEAR, PLACE), WITHIN_A_PLACE)
    return _Layout(alone, "matrix", WITHIN_A_PLACE, (YEAR, PLACE))


def _in_one_year(varying: Dimensions, alone: Dimensions) -> _Layout:
    """Bars, at need without the place beside the chosen one; a table where they are too many."""
    directions = (MEASURE, YEAR), (CROSSED, POPULATION, PLACE)
    for candidate in (varying, alone):
        if candidate.size(*directions[1]) <= MOST_BARS:
            return _Layout(candidate, "bars", *directions)
    if _are_rows_of_parts(varying):
        return _Layout(varying, "stacked", (MEASURE, YEAR, PLACE), (CROSSED, POPULATION))
    is_crossed = alone.size(MEASURE) > 1 and alone.size(POPULATION, PLACE) == 1
    is_counted = {indicator.statistic for indicator, _ in alone.measures.values()} == {"count"}
    return _Layout(alone, "crosstab" if is_crossed and is_counted else "matrix", *directions)


def _are_rows_of_parts(varying: Dimensions) -> bool:
    """Whether what crosses each measure parts it: the states of a difficulty at exit."""
    rows: dict[object, list[IndicatorValue]] = {}
    for (measure, _), value in varying.measures.items():
        rows.setdefault(measure, []).append(value)
    return varying.size(POPULATION) == 1 and all(
        shape_across(values) == "stacked" for values in rows.values()
    )


def _grid(measures: list[IndicatorValue], request: Request, keeps_whole: bool = False) -> Grid:
    choice = request.choice
    layout = _layout(dimensions(measures, request), request, keeps_whole)
    varying = layout.dimensions
    down, across = _entries(varying, layout.down), _entries(varying, layout.across)
    lines = [
        tuple(_figure({**row, **column}, varying, request.edition) for column in across)
        for row in down
    ]
    kept = [row for row, line in enumerate(lines) if any(line)]
    if len(kept) > MOST_ROWS:
        kept.sort(key=lambda row: altogether(lines[row]), reverse=True)
    rows = [_head(row, varying) for row in down]
    if layout.shape == "ranking":
        kept.sort(key=lambda row: _rank(rows[row], lines[row]))
    shown = (figure for line in lines for figure in line if figure)
    corner = {YEAR: say(request.language, "year"), PLACE: say(request.language, "territory")}
    return Grid(
        key=request.block.key,
        title=varying.title,
        filters=_filters(layout, rounding_text(shown, request.language), request),
        shape=layout.shape,
        corner=corner.get(layout.down[0], varying.corner),
        rows=tuple(rows[row] for row in kept),
        columns=tuple(_head(column, varying) for column in across),
        figures=tuple(lines[row] for row in kept),
        focus=choice.place,
        year=choice.year,
        comparisons=request.edition.comparisons,
    )


# One row or column: an entry of each dimension that goes down or across.
Entries = Mapping[Dimension, Entry]


def _entries(varying: Dimensions, names: tuple[Dimension, ...]) -> list[Entries]:
    """Every combination of the dimensions that go down or across."""
    combinations = product(*(varying.entries[name] for name in names))
    return [dict(zip(names, entries, strict=True)) for entries in combinations]


def _figure(at: Entries, varying: Dimensions, edition: Edition) -> Figure | None:
    """The figure of a row and a column; None where the indicator knows no such combination."""
    measure = varying.measures.get((at[MEASURE].key, at[CROSSED].key))
    if measure is None:
        return None
    indicator, breakdown = measure
    there = (indicator.indicator_id, at[YEAR].key, at[PLACE].key, at[POPULATION].key)
    found = look_up(edition, *there, breakdown)
    return None if did_not_occur(found, edition) else found


def _head(entries: Entries, varying: Dimensions) -> Head:
    """The heading of a row or column; what does not vary is not repeated in each."""
    names = [name for name in entries if varying.size(name) > 1] or list(entries)[:1]
    *_, last = entries.values()
    return Head(
        label=" · ".join(entries[name].label for name in names if entries[name].label)
        or last.label,
        place=entries[PLACE].key if PLACE in entries else None,
        year=entries[YEAR].key if YEAR in entries else None,
    )


def _rank(head: Head, figures: Iterable[Figure | None]) -> tuple[bool, bool, float]:
    """The whole first, then the largest, and last what has no value."""
    values = [figure.value for figure in figures if figure and figure.value is not None]
    return head.place != WHOLE, not values, -max(values, default=0)


def _filters(layout: _Layout, rounding: str, request: Request) -> str:
    """The place, year and population that the whole grid is for, and how its counts are rounded."""
    varying = layout.dimensions
    shared = [
        say(request.language, "all_territories")
        if name is PLACE and varying.size(PLACE) > MOST_PLACES_NAMED and not request.choice.compared
        else " / ".join(entry.label for entry in varying.entries[name])
        for name in (PLACE, YEAR, POPULATION)
        if name is PLACE or varying.size(name) == 1
    ]
    return " · ".join(filter(None, [*shared, *varying.constant, rounding]))


def altogether(figures: Iterable[Figure | None]) -> float:
    """The sum of the values that are shown: what rows of a long list are ordered by."""
    return sum(figure.value or 0 for figure in figures if figure)


def cut_text(grid: Grid, language: Language) -> str:
    """How many of the rows are shown; '' for all of them."""
    shown = len(grid.shortened.rows)
    return "" if shown == len(grid.rows) else say(language, "rows_left_out", shown, len(grid.rows))


def largest(figures: Iterable[Figure | None]) -> float:
    """The largest value; 0 where none is shown."""
    return max((figure.value or 0 for figure in figures if figure), default=0)
