"""A table that somebody composes: any indicators, places, years and populations of the edition."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Literal, get_args

from cvg_warehouse.reading.data import Edition, Measure
from cvg_warehouse.reading.figures import Figure, did_not_occur, look_up, rounding_text
from cvg_warehouse.reading.grids import Grid, Head, values_of
from cvg_warehouse.reading.texts import (
    Language,
    breakdown_label,
    label_of,
    place_name,
    say,
    value_label,
)

# What can go down or across, from the outermost heading of rows to the innermost.
Axis = Literal["population", "place", "indicator", "value", "year"]
AXES: tuple[Axis, ...] = get_args(Axis)
# What is said above the table where it is the same for all of it.
AS_FILTERS: tuple[Axis, ...] = ("place", "year", "population", "value")
# An indicator, and a breakdown with one of its values.
Keys = tuple[str, tuple[str, str]]
# More cannot be read; the whole edition is a workbook.
MOST_CELLS = 4000


@dataclass(frozen=True)
class Asked:
    """What a table is to hold, and which axis goes across it."""

    measures: tuple[Measure, ...]
    places: tuple[str, ...]
    years: tuple[int, ...]
    populations: tuple[str, ...]
    across: Axis = "year"


def measures_of(indicators: tuple[str, ...], edition: Edition) -> list[Measure]:
    """Every breakdown value of some indicators, in the order of the reference lists."""
    return [
        Measure(name, value)
        for name in indicators
        for value in values_of(edition, edition.indicators[name], "%")
    ]


def size(asked: Asked) -> int:
    """How many cells the table may have."""
    axes = (asked.measures, asked.places, asked.years, asked.populations)
    return prod(len(axis) for axis in axes)


def composed_table(asked: Asked, edition: Edition, language: Language) -> Grid | None:
    """The table; None where the edition holds nothing of it."""
    entries = _entries(asked, edition, language)
    known = {_keys(one, edition): one for one in asked.measures}
    down = [axis for axis in AXES if axis != asked.across]
    rows = [dict(zip(down, keys, strict=True)) for keys in product(*(entries[one] for one in down))]
    lines = [
        [_figure({**row, asked.across: key}, known, edition) for key in entries[asked.across]]
        for row in rows
    ]
    kept = [n for n, line in enumerate(lines) if any(line)]
    if not kept:
        return None
    columns = [n for n in range(len(entries[asked.across])) if any(lines[row][n] for row in kept)]
    figures = tuple(tuple(lines[row][column] for column in columns) for row in kept)
    # Where all rows are of one thing, they are headed by what is counted.
    counted = [axis for axis in down if axis in ("indicator", "value")]
    varying = [axis for axis in down if len({rows[row][axis] for row in kept}) > 1] or counted
    across = list(entries[asked.across].values())
    cells = [figure for line in figures for figure in line if figure]
    shared = [
        next(iter(entries[axis].values()))
        for axis in AS_FILTERS
        if len(entries[axis]) == 1 and axis != asked.across
    ]
    return Grid(
        key="tableau",
        title=" ; ".join(entries["indicator"].values()),
        filters=" · ".join(filter(None, [*shared, rounding_text(cells, language)])),
        shape="table",
        corner=" · ".join(say(language, "axis_" + axis) for axis in varying),
        rows=tuple(
            Head(
                " · ".join(filter(None, (entries[axis][rows[row][axis]] for axis in varying))),
                place=rows[row].get("place"),
                year=rows[row].get("year"),
            )
            for row in kept
        ),
        columns=tuple(Head(across[n] or say(language, "value_total")) for n in columns),
        figures=figures,
        focus=asked.places[0],
        year=max(asked.years),
        most_rows=MOST_CELLS,
    )


def _entries(asked: Asked, edition: Edition, language: Language) -> Mapping[Axis, dict[Any, str]]:
    """What each axis has, by key: what people read."""
    indicators = {one.indicator_id: edition.indicators[one.indicator_id] for one in asked.measures}
    return {
        "population": {
            one: value_label(edition, "population", one, language) for one in asked.populations
        },
        "place": {one: place_name(edition, one, language) for one in asked.places},
        "indicator": {name: label_of(one, language) for name, one in indicators.items()},
        "value": {
            _keys(one, edition)[1]: breakdown_label(
                edition, indicators[one.indicator_id], one.pattern, language
            )
            for one in asked.measures
        },
        "year": {one: str(one) for one in asked.years},
    }


def _keys(measure: Measure, edition: Edition) -> Keys:
    """What a measure is looked up by among indicators and values.

    A value is one of its breakdown: two breakdowns may call different things the same.
    """
    name = measure.indicator_id
    return name, (edition.indicators[name].breakdown or "", measure.pattern)


def _figure(
    at: Mapping[Axis, Any], known: Mapping[Keys, Measure], edition: Edition
) -> Figure | None:
    """The figure; None where the indicator knows no such value."""
    measure = known.get((at["indicator"], at["value"]))
    if measure is None:
        return None
    found = look_up(
        edition,
        measure.indicator_id,
        at["year"],
        at["place"],
        at["population"],
        measure.pattern,
    )
    return None if did_not_occur(found, edition) else found
