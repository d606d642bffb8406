"""What varies in a block: its years, places, populations, and what its measures differ in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import prod
from typing import Any, NamedTuple

from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.data import EVERYBODY, JOIN, WHOLE, Edition, Indicator
from cvg_warehouse.reading.texts import (
    TEXTS,
    Language,
    label_of,
    place_name,
    say,
    value_label,
)

INDICATOR = "indicator"


class Dimension(StrEnum):
    """What can go down or across a grid.

    Measures that differ in one way only (the indicator, or one breakdown) vary along MEASURE.
    Where they differ in several, the last way is CROSSED with the others: a breakdown by housing
    at entry and at exit has the entry in MEASURE and the exit in CROSSED.
    """

    YEAR = "year"
    PLACE = "place"
    POPULATION = "population"
    MEASURE = "measure"
    CROSSED = "crossed"


class Entry(NamedTuple):
    """One value of a dimension: what figures are looked up by, and what people read."""

    key: Any
    label: str


class IndicatorValue(NamedTuple):
    """An indicator and one of its breakdown values."""

    indicator: Indicator
    breakdown: str


# What a measure consists of, by name: its breakdowns, then the indicator itself.
Parts = Mapping[str, Entry]


@dataclass(frozen=True)
class Request:
    """What is asked: a block, for a choice, of an edition, in a language."""

    block: Block
    choice: Choice
    edition: Edition
    language: Language


@dataclass(frozen=True)
class Dimensions:
    """The entries of each dimension, and the measures by their keys of MEASURE and CROSSED.

    `corner` heads the column of measures; `constant` has the labels that all measures share.
    """

    entries: Mapping[Dimension, tuple[Entry, ...]]
    measures: Mapping[tuple[Any, Any], IndicatorValue]
    title: str
    corner: str
    constant: tuple[str, ...]

    def size(self, *dimensions: Dimension) -> int:
        """How many combinations of some dimensions there are."""
        return prod(len(self.entries[dimension]) for dimension in dimensions)

    def only(self, dimension: Dimension, key: object) -> "Dimensions":
        """The same with one entry of a dimension."""
        kept = tuple(entry for entry in self.entries[dimension] if entry.key == key)
        return replace(self, entries={**self.entries, dimension: kept})

    def first(self, dimension: Dimension) -> "Dimensions":
        """The same with the first entry of a dimension."""
        return self.only(dimension, self.entries[dimension][0].key)


def dimensions(measures: list[IndicatorValue], request: Request) -> Dimensions:
    """What varies among measures of one unit and breakdown, for what is asked."""
    parts = [_parts(measure, request) for measure in measures]
    if request.block.shape == "cards":
        parts = [_as_one(part) for part in parts]
    differing = _differing(parts)
    shared = [part for name, part in parts[0].items() if name not in (*differing, INDICATOR)]
    constant = tuple(entry.label for entry in shared)
    if differing == [INDICATOR]:
        parts = [_with_values(part, constant) for part in parts]
    keys = [_split(part, differing) for part in parts]
    heading = "breakdown_" + differing[0]
    return Dimensions(
        entries={
            Dimension.YEAR: _years(request),
            Dimension.PLACE: _places(request),
            Dimension.POPULATION: _populations(request),
            Dimension.MEASURE: _each_once(measure for measure, _ in keys),
            Dimension.CROSSED: _each_once(crossed for _, crossed in keys),
        },
        measures={
            (measure.key, crossed.key): value
            for (measure, crossed), value in zip(keys, measures, strict=True)
        },
        title=_title(measures, constant, request),
        corner=say(request.language, heading if heading in TEXTS else "measure"),
        constant=constant,
    )


def _years(request: Request) -> tuple[Entry, ...]:
    year, published = request.choice.year, request.edition.years
    years = {
        "one": [year],
        "all": sorted(published),
    }[request.block.years]
    return tuple(Entry(one, str(one)) for one in years)


def _places(request: Request) -> tuple[Entry, ...]:
    asked, edition = request.block.places, request.edition
    places = {
        "territories": [WHOLE, *(request.choice.compared or edition.territories)],
        "chosen": list(dict.fromkeys((request.choice.place, WHOLE))),
    }.get(asked, [asked])
    return tuple(Entry(place, place_name(edition, place, request.language)) for place in places)


def _populations(request: Request) -> tuple[Entry, ...]:
    asked = request.block.populations or (request.choice.population,)
    published = dict.fromkeys(
        name if name in request.edition.populations else EVERYBODY for name in asked
    )
    return tuple(
        Entry(name, value_label(request.edition, "population", name, request.language))
        for name in published
    )


def _parts(measure: IndicatorValue, request: Request) -> Parts:
    indicator, breakdown = measure
    names = indicator.breakdown.split(JOIN) if indicator.breakdown else []
    parts = {
        name: Entry(value, value_label(request.edition, name, value, request.language))
        for name, value in zip(names, breakdown.split(JOIN), strict=False)
    }
    label = label_of(indicator, request.language)
    return parts | {INDICATOR: Entry(indicator.indicator_id, label)}


def _as_one(parts: Parts) -> Parts:
    """A measure's parts as a single one, so that different kinds stand in one list."""
    *breakdowns, indicator = parts.values()
    keys, labels = zip(indicator, *breakdowns, strict=True)
    return {INDICATOR: Entry(" ".join(keys), " – ".join(labels))}


def _with_values(parts: Parts, constant: tuple[str, ...]) -> Parts:
    """A measure that is called by its indicator, and by the values that are not said elsewhere."""
    key, label = parts[INDICATOR]
    return {**parts, INDICATOR: Entry(key, " – ".join((label, *constant)))}


def _differing(parts: list[Parts]) -> list[str]:
    """The names of the parts that measures differ in; the indicator where they differ in none."""
    names = [name for name in parts[0] if len({part[name].key for part in parts}) > 1]
    return names or [INDICATOR]


def _split(parts: Parts, differing: list[str]) -> tuple[Entry, Entry]:
    """A measure's entries in MEASURE and in CROSSED."""
    *others, last = (parts[name] for name in differing)
    if not others:
        return Entry((last.key,), last.label), Entry("", "")
    keys, labels = zip(*others, strict=True)
    return Entry(keys, " · ".join(labels)), last


def _each_once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple({entry.key: entry for entry in entries}.values())


def _title(measures: list[IndicatorValue], constant: tuple[str, ...], request: Request) -> str:
    title, language = request.block.title, request.language
    if title:
        return say(language, title) if title in TEXTS else title
    return " – ".join([label_of(measures[0].indicator, language), *constant])
