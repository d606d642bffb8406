"""Lays figures out in rows and columns. Every chart, table and export is made from a grid."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any, Literal

from cvg_warehouse.reading.data import (
    EVERYBODY,
    JOIN,
    WHOLE,
    Edition,
    Indicator,
    Measure,
    ReportItem,
)
from cvg_warehouse.reading.figures import NOT_PUBLISHED, Figure, look_up
from cvg_warehouse.reading.texts import (
    TEXTS,
    Language,
    indicator_label,
    place_name,
    say,
    value_label,
)

Shape = Literal["lines", "bars", "strip", "matrix", "flow", "tiles", "cards"]
# More of them cannot be told apart in one chart; more rows are cut to the largest.
MOST_LINES, MOST_BARS, MOST_ROWS = 4, 3, 25


@dataclass(frozen=True)
class Choice:
    """What the person chose in the filters. No `indicators` means all of them."""

    year: int
    place: str
    population: str
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """What a part of a page shows, under a title of its own or the indicator's label.

    `years` is "one" (the chosen one), "all" or "with_before"; `places` is "chosen" (beside the
    whole), "territories" (all, beside the whole) or one geography; no `populations` means the
    chosen one; without a `shape` what varies decides.
    """

    key: str
    measures: tuple[Measure, ...]
    title: str = ""
    years: str = "one"
    places: str = "chosen"
    populations: tuple[str, ...] = ()
    shape: Shape | None = None


@dataclass(frozen=True)
class Head:
    """A row's or column's heading, and the place and year of its figures if they share one."""

    label: str
    place: str | None = None
    year: int | None = None


@dataclass(frozen=True)
class Grid:
    """Figures in rows and columns; None where the indicator knows no such combination.

    `corner` heads the row headings; `focus` is the chosen place, `year` the chosen year.
    """

    key: str
    title: str
    filters: str
    shape: Shape
    corner: str
    rows: tuple[Head, ...]
    columns: tuple[Head, ...]
    figures: tuple[tuple[Figure | None, ...], ...]
    focus: str
    year: int

    @property
    def cells(self) -> Iterator[Figure]:
        """Every figure, row by row."""
        return (figure for row in self.figures for figure in row if figure)

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
    groups: dict[tuple[str, str | None], list[tuple[Indicator, str]]] = {}
    for measure in block.measures:
        indicator = edition.indicators.get(measure.indicator_id)
        if indicator and (not choice.indicators or indicator.indicator_id in choice.indicators):
            kind = ("", "") if block.shape == "cards" else (indicator.unit, indicator.breakdown)
            group = groups.setdefault(kind, [])
            group += [(indicator, value) for value in _matching(edition, indicator, measure)]
    made = [
        _published(block, group, choice, edition, language) for group in groups.values() if group
    ]
    made = [grid for grid in made if grid.rows]
    if len(made) < 2:
        return made
    return [
        replace(
            grid,
            key=f"{grid.key}-{position}",
            title=f"{grid.title} – {_own_title(grid, language)}",
        )
        for position, grid in enumerate(made, start=1)
    ]


def item_block(item: ReportItem) -> Block:
    """The block of an item of the Bilan, for the year, place and population that were chosen."""
    geographies = item.geographies or WHOLE
    populations = tuple((item.populations or EVERYBODY).split("; "))
    return Block(
        key=f"element-{item.item}",
        measures=item.measures,
        title=item.title_fr,
        # A key figure stands alone in the Bilan; here its chart is how it went over the years.
        years="all" if item.years == "all" or item.kind == "KPI" else "one",
        places={WHOLE: "chosen"}.get(
            geographies, "territories" if "territory" in geographies else geographies
        ),
        populations=() if populations == (EVERYBODY,) else populations,
    )


def _own_title(grid: Grid, language: Language) -> str:
    indicators = grid.indicators
    if len(indicators) == 1:
        return indicator_label(indicators[0], language)
    return say(language, "unit_name_" + grid.unit)


def _matching(edition: Edition, indicator: Indicator, measure: Measure) -> list[str]:
    """The breakdown values that a LIKE pattern means, in the order of the reference lists."""
    pattern = ".*".join(re.escape(part) for part in measure.pattern.split("%"))
    names = (indicator.breakdown or "").split(JOIN)

    def order(breakdown: str) -> list[tuple[int, str]]:
        pairs = zip(names, breakdown.split(JOIN), strict=False)
        return [(edition.value_labels.get(pair, ("", "", 99))[2], pair[1]) for pair in pairs]

    values = edition.breakdowns.get(indicator.indicator_id, ())
    return sorted((value for value in values if re.fullmatch(pattern, value)), key=order)


@dataclass(frozen=True)
class _Axes:
    """What varies, by dimension: keys and labels.

    A measure (an indicator and a breakdown value) is a `first` and a `second` key; what varies
    last among its breakdowns is the second.
    """

    values: dict[str, list[tuple[Any, str]]]
    measures: dict[tuple[Any, Any], tuple[Indicator, str]]
    title: str
    corner: str
    constant: tuple[str, ...]

    def size(self, *names: str) -> int:
        return prod(len(self.values[name]) for name in names)

    def only(self, name: str, key: object) -> "_Axes":
        """The same with one value of a dimension."""
        kept = [pair for pair in self.values[name] if pair[0] == key]
        return replace(self, values=self.values | {name: kept})


def _axes(
    block: Block,
    measures: list[tuple[Indicator, str]],
    choice: Choice,
    edition: Edition,
    language: Language,
) -> _Axes:
    before = [year for year in (choice.year, choice.year - 1) if year in edition.years]
    years = {"all": sorted(edition.years), "with_before": before}
    places = {
        "territories": [WHOLE, *edition.territories],
        "chosen": list(dict.fromkeys((choice.place, WHOLE))),
    }
    populations = dict.fromkeys(
        name if name in edition.populations else EVERYBODY
        for name in block.populations or (choice.population,)
    )
    parts = [_parts(*measure, edition, language) for measure in measures]
    if block.shape == "cards":
        parts = [_as_one(part) for part in parts]
    varying = [name for name in parts[0] if len({part[name][0] for part in parts}) > 1] or [
        "indicator"
    ]
    firsts: dict[Any, str] = {}
    seconds: dict[Any, str] = {}
    split: dict[tuple[Any, Any], tuple[Indicator, str]] = {}
    for measure, part in zip(measures, parts, strict=True):
        first = [part[name] for name in (varying[:-1] or varying)]
        second = part[varying[-1]] if len(varying) > 1 else ("", "")
        first_key = tuple(key for key, _ in first)
        firsts[first_key] = " · ".join(label for _, label in first)
        seconds[second[0]] = second[1]
        split[first_key, second[0]] = measure
    heading = "breakdown_" + varying[0]
    constant = tuple(
        label for name, (_, label) in parts[0].items() if name not in (*varying, "indicator")
    )
    return _Axes(
        values={
            "year": [(year, str(year)) for year in years.get(block.years, [choice.year])],
            "place": [
                (place, place_name(edition, place, language))
                for place in places.get(block.places, [block.places])
            ],
            "population": [(name, say(language, "population_" + name)) for name in populations],
            "first": list(firsts.items()),
            "second": list(seconds.items()),
        },
        measures=split,
        title=_title(block, measures, constant, language),
        corner=say(language, heading if heading in TEXTS else "measure"),
        constant=constant,
    )


def _parts(
    indicator: Indicator, breakdown: str, edition: Edition, language: Language
) -> dict[str, tuple[str, str]]:
    """Key and label of each part of a measure: its breakdowns, then the indicator itself."""
    names = indicator.breakdown.split(JOIN) if indicator.breakdown else []
    parts = {
        name: (value, value_label(edition, name, value, language))
        for name, value in zip(names, breakdown.split(JOIN), strict=False)
    }
    label = indicator_label(indicator, language)
    return parts | {"indicator": (indicator.indicator_id, label)}


def _as_one(part: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """A measure's parts as a single one, so that different kinds stand in one list."""
    *breakdowns, indicator = part.values()
    keys, labels = zip(indicator, *breakdowns, strict=True)
    return {"indicator": (" ".join(keys), " – ".join(labels))}


def _title(
    block: Block,
    measures: list[tuple[Indicator, str]],
    constant: tuple[str, ...],
    language: Language,
) -> str:
    if block.title:
        return say(language, block.title) if block.title in TEXTS else block.title
    label = indicator_label(measures[0][0], language)
    return " – ".join([label, *constant])


def _layout(axes: _Axes, block: Block, choice: Choice) -> tuple[_Axes, Shape, list[str], list[str]]:
    """The shape, and which dimensions go down and which go across; what is too much is left out."""
    own = ["first", "second", "population"]
    if block.shape == "cards":
        return axes, "cards", own, ["place", "year"]
    if block.shape == "flow":
        return (
            axes.only("place", choice.place),
            "flow",
            ["first", "year"],
            ["second", "population", "place"],
        )
    if axes.size("year") > 1:
        if block.places == "territories" and axes.size(*own) == 1:
            return axes, "matrix", ["place", *own], ["year"]
        if block.places != "territories":
            if axes.size("place", *own) <= MOST_LINES:
                return axes, "lines", ["year"], [*own, "place"]
            alone = axes.only("place", axes.values["place"][0][0])
            if alone.size(*own) <= MOST_LINES:
                return alone, "lines", ["year"], [*own, "place"]
            return alone, "matrix", own, ["place", "year"]
        axes = axes.only("year", choice.year)
    if block.places == "territories":
        shape = block.shape or ("bars" if axes.size(*own) == 1 else "strip")
        return axes, shape, ["place", "year"], own
    across = ["second", "population", "place"]
    if axes.size(*across) > MOST_BARS:
        axes = axes.only("place", axes.values["place"][0][0])
    shape = "bars" if axes.size(*across) <= MOST_BARS else "matrix"
    return axes, shape, ["first", "year"], across


def _published(
    block: Block,
    measures: list[tuple[Indicator, str]],
    choice: Choice,
    edition: Edition,
    language: Language,
) -> Grid:
    """The grid for the chosen place, or for the whole where nothing of it is published there."""
    grid = _grid(
        block, _axes(block, measures, choice, edition, language), choice, edition, language
    )
    there = [figure for figure in grid.cells if figure.geography != WHOLE]
    published = {figure.population for figure in there if figure.status != NOT_PUBLISHED}
    if block.places != "chosen" or published == {figure.population for figure in there}:
        return grid
    whole = replace(choice, place=WHOLE)
    return _grid(block, _axes(block, measures, whole, edition, language), whole, edition, language)


def _grid(block: Block, axes: _Axes, choice: Choice, edition: Edition, language: Language) -> Grid:
    axes, shape, down, across = _layout(axes, block, choice)
    names = down + across

    def figure(keys: tuple[Any, ...]) -> Figure | None:
        at = dict(zip(names, keys, strict=True))
        measure = axes.measures.get((at["first"], at["second"]))
        if measure is None:
            return None
        indicator, breakdown = measure
        there = (indicator.indicator_id, at["year"], at["place"], at["population"])
        found = look_up(edition, *there, breakdown)
        # Of a list without end, such as the partners, a place has the values that occurred there.
        if found.cell is None and _is_open(indicator, edition) and edition.publishes(*there):
            return None
        return found

    row_keys, rows = _heads(axes, down)
    column_keys, columns = _heads(axes, across)
    lines = [tuple(figure(row + column) for column in column_keys) for row in row_keys]
    kept = [row for row, line in enumerate(lines) if any(line)]
    if len(kept) > MOST_ROWS:
        kept = sorted(kept, key=lambda row: _largest(lines[row]), reverse=True)[:MOST_ROWS]
    corner = {"year": say(language, "year"), "place": say(language, "territory")}
    every_place = say(language, "all_territories")
    told = [
        every_place
        if axes.size(name) > 3 and name == "place"
        else " / ".join(label for _, label in axes.values[name])
        for name in ("place", "year", "population")
        if name not in names or len(axes.values[name]) == 1 or name == "place"
    ]
    return Grid(
        key=block.key,
        title=axes.title,
        filters=" · ".join([*told, *axes.constant]),
        shape=shape,
        corner=corner.get(down[0], axes.corner),
        rows=tuple(rows[row] for row in kept),
        columns=tuple(columns),
        figures=tuple(lines[row] for row in kept),
        focus=choice.place,
        year=choice.year,
    )


def _heads(axes: _Axes, names: list[str]) -> tuple[list[tuple[Any, ...]], list[Head]]:
    """The keys along an axis and their headings; what does not vary is not repeated in each."""
    told = [name for name in names if axes.size(name) > 1] or names[:1]
    keys, heads = [], []
    for pairs in product(*(axes.values[name] for name in names)):
        at = dict(zip(names, pairs, strict=True))
        keys.append(tuple(key for key, _ in pairs))
        label = " · ".join(at[name][1] for name in told if at[name][1])
        heads.append(
            Head(
                label=label or at[names[-1]][1],
                place=at["place"][0] if "place" in at else None,
                year=at["year"][0] if "year" in at else None,
            )
        )
    return keys, heads


def _is_open(indicator: Indicator, edition: Edition) -> bool:
    listed = {name for name, _ in edition.value_labels}
    return indicator.breakdown is not None and not listed.issuperset(
        indicator.breakdown.split(JOIN)
    )


def _largest(figures: tuple[Figure | None, ...]) -> float:
    return max((figure.value or 0 for figure in figures if figure), default=0)
