"""What the viewer knows of an edition, read once into memory.

Other SQL is in earlier.py and periods.py only, which read what is asked for.

Nothing is computed here: a cell is as the edition holds it.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any

import duckdb

from cvg_warehouse.publication.editions import open_edition

WHOLE = "Total"
EVERYBODY = "all"
JOIN = " x "
# The breakdown whose two values are groups of people to compare.
OFFICER = "officer"
WITH, WITHOUT = "with", "without"

CELLS = """
    select
        cells.indicator_id, cells.population, cells.reporting_year, cells.geography_id,
        cells.breakdown, cells.numerator, cells.denominator, cells.value, cells.status,
        intervals.value_lower, intervals.value_upper
    from mart_indicators as cells
    left join mart_indicator_intervals as intervals
        using (indicator_id, reporting_year, geography_id, population, breakdown)
"""

COMPARISONS = """
    select
        indicator_id, reporting_year, geography_id, population,
        {value: difference, lower: difference_lower, upper: difference_upper},
        {value: ratio, lower: ratio_lower, upper: ratio_upper},
        {value: adjusted_ratio, lower: adjusted_ratio_lower, upper: adjusted_ratio_upper}
    from mart_officer_impact
"""

# The lists that the Bilan prints, and the order that they are printed in.
REFERENCE_LISTS = {
    "education_levels": "education_level",
    "housing_types": "housing_level, housing_type",
    "exit_reasons": "exit_reason_code",
}
EXPLANATIONS = """
    select contradiction_id as code, explanation_fr as text_fr, explanation as text_en
    from contradictions
    union all
    select reading_id, explanation_fr, explanation from other_readings
    union all
    select system, label_fr, label_en from other_systems
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: shares between 0 and 1, status as in the edition, bounds of the 95% interval."""

    numerator: float | None
    denominator: float | None
    value: float | None
    status: str
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95% interval; no bounds where there is no interval."""

    value: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups: the rate with less the one without, their ratio, and that within territories.

    A ratio is None where the rate without is 0. `publishes_adjusted` is False where the edition
    gives no adjusted ratio, whatever it is.
    """

    difference: Estimate
    ratio: Estimate | None
    adjusted: Estimate | None
    publishes_adjusted: bool


@dataclass(frozen=True)
class Theme:
    """What some indicators are about; the identifier of each begins with it."""

    theme: str
    label_fr: str
    label_en: str


@dataclass(frozen=True)
class Base:
    """Who, or what, a rate or a mean divides by."""

    base: str
    label_fr: str
    label_en: str


@dataclass(frozen=True)
class Indicator:
    """A line of the catalogue. `breakdown` is None, or up to three names joined by ' x '.

    `rule_model` is the dbt model that holds its rule. The edition's counts of it are multiples of
    `rounding`.
    """

    indicator_id: str
    theme: Theme
    unit: str
    statistic: str
    counting_unit: str
    breakdown: str | None
    base: Base | None
    label_fr: str
    label_en: str
    numerator_definition: str
    denominator_definition: str | None
    numerator_definition_fr: str
    denominator_definition_fr: str | None
    published_in: str | None
    rule_model: str
    rounding: int = 1


@dataclass(frozen=True)
class Geography:
    """A territory, an urbanity group or the whole programme."""

    geography_id: str
    geography_level: str
    name_fr: str
    name_en: str
    urbanity: str | None
    launch_year: int | None


@dataclass(frozen=True)
class Measure:
    """An indicator, and the LIKE pattern of the breakdown values meant."""

    indicator_id: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Term:
    """A cell that a printed figure is made of, for any year and place.

    `row_label` is "*" where the row is a place, a year or a value of an open list, which then
    stands for {row} in `breakdown`. A `geography_id` of the whole stands for the chosen place.
    """

    figure_id: str
    row_label: str
    measure: str
    label_fr: str | None
    label_en: str | None
    kind: str
    side: str
    coefficient: float
    indicator_id: str
    breakdown: str
    years_before: int
    geography_id: str
    population: str
    counted: str


@dataclass(frozen=True)
class ReportItem:
    """One of the Bilan's charts, tables and key figures.

    `measures` is what its chart shows; `terms` is what its table and its figures are made of, in
    the order of rows and columns. `coarser_because` says why they are coarser than the print; None
    where they are not.
    """

    item: int
    section: str
    title_fr: str
    kind: str
    geographies: str | None
    populations: str | None
    years: str | None
    table_id: str | None
    reference_seed: str | None
    coarser_because: str | None
    measures: tuple[Measure, ...]
    terms: tuple[Term, ...]

    @property
    def indicator_ids(self) -> frozenset[str]:
        """The indicators that it shows something of."""
        charts = (measure.indicator_id for measure in self.measures)
        return frozenset((*charts, *(term.indicator_id for term in self.terms)))


@dataclass(frozen=True)
class Edition:
    """A published edition for one audience.

    `exact_places` have their figures from the internal edition, where all others are rounded.
    """

    edition_id: str
    audience: str
    published_at: datetime
    code_version: str
    is_synthetic: bool
    first_year: int
    last_year: int
    about: Mapping[str, Any]
    themes: Mapping[str, Theme]
    bases: Mapping[str, Base]
    indicators: Mapping[str, Indicator]
    geographies: Mapping[str, Geography]
    populations: tuple[str, ...]
    value_labels: Mapping[tuple[str, str], tuple[str, str, int]]
    breakdowns: Mapping[str, tuple[str, ...]]
    report_items: Mapping[int, ReportItem]
    reference_lists: Mapping[str, tuple[Mapping[str, Any], ...]]
    reconciliation: tuple[Mapping[str, Any], ...]
    explanations: Mapping[str, tuple[str, str]]
    comparisons: "Comparisons"
    _cells: "Cells"
    exact_places: frozenset[str] = frozenset()

    def cell(
        self, indicator_id: str, year: int, geography_id: str, population: str, breakdown: str
    ) -> Cell | None:
        """The figure, or None where this edition does not publish it."""
        place = self._cells.get(geography_id, {})
        return place.get((indicator_id, population, year), {}).get(breakdown)

    def cells_of(self, geography_id: str, population: str) -> Mapping[tuple[str, int, str], Cell]:
        """All figures of a place and population, by indicator, year and breakdown value."""
        return {
            (indicator_id, year, breakdown): cell
            for (indicator_id, whose, year), values in self._cells.get(geography_id, {}).items()
            if whose == population
            for breakdown, cell in values.items()
        }

    def holds(self, geography_id: str) -> bool:
        """Whether there is any figure of a place."""
        return geography_id in self._cells

    def audience_of(self, geography_id: str) -> str:
        """The audience of a place's figures: a person may read some places of the internal one."""
        is_public = self.exact_places and geography_id not in self.exact_places
        return "public" if is_public else self.audience

    def publishes(self, indicator_id: str, year: int, geography_id: str, population: str) -> bool:
        """Whether the edition holds any figure of an indicator there."""
        return (indicator_id, population, year) in self._cells.get(geography_id, {})

    def has_open_list(self, indicator: Indicator) -> bool:
        """Whether a breakdown of the indicator has values that no reference list has."""
        names = indicator.breakdown.split(JOIN) if indicator.breakdown else []
        return not self._listed_breakdowns.issuperset(names)

    def unpublished_values(self, breakdown: str) -> list[str]:
        """The listed values of a breakdown of which the edition has no figure at all."""
        listed = {
            value: order
            for (name, value), (*_, order) in self.value_labels.items()
            if name == breakdown
        }
        held = self._held_values.get(breakdown, set())
        return sorted(listed.keys() - held, key=listed.__getitem__) if held else []

    @cached_property
    def _held_values(self) -> dict[str, set[str]]:
        """The values that some indicator has a figure of, by breakdown."""
        held: dict[str, set[str]] = {}
        for indicator_id, breakdowns in self.breakdowns.items():
            names = (self.indicators[indicator_id].breakdown or "").split(JOIN)
            for breakdown in breakdowns:
                for name, value in zip(names, breakdown.split(JOIN), strict=False):
                    held.setdefault(name, set()).add(value)
        return held

    @cached_property
    def _listed_breakdowns(self) -> frozenset[str]:
        return frozenset(breakdown for breakdown, _ in self.value_labels)

    def printed_rows(self, table_id: str, year: int) -> list[str]:
        """The rows of a printed table of the year, in the order of the print; else none."""
        cells = [
            row
            for row in self.reconciliation
            if (row["table_id"] or "").startswith(table_id) and row["reporting_year"] == year
        ]
        in_order = sorted(cells, key=lambda row: row["printed_order"])
        return list(dict.fromkeys(row["row_label"] for row in in_order))

    @property
    def rounding(self) -> int:
        """Counts of people are multiples of this; 1 where they are exact."""
        return self.about["rounding"]

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years with data, the newest first: any figure but 0, and none after the edition.

        A date that was mistyped makes a year of a few people, which is nobody's newest year.
        """
        found: set[int] = set()
        for place in self._cells.values():
            for (_, _, year), cells in place.items():
                if year not in found and any(cell.value for cell in cells.values()):
                    found.add(year)
        return tuple(sorted((y for y in found if y <= self.published_at.year), reverse=True))

    @property
    def territories(self) -> tuple[str, ...]:
        """Identifiers of the territories, in their own order."""
        return tuple(
            place.geography_id
            for place in self.geographies.values()
            if place.geography_level == "territory"
        )


# By indicator, year, geography and population.
Comparisons = Mapping[tuple[str, int, str, str], Comparison]
# The cells of each geography, by indicator, population and year, then by breakdown value.
Cells = Mapping[str, Mapping[tuple[str, str, int], Mapping[str, Cell]]]


def with_own(public: Edition, internal: Edition, own: Container[str]) -> Edition:
    """The public edition, with the figures of some territories as the internal one has them."""
    own_cells = {
        place: internal._cells.get(place, {}) for place in internal.territories if place in own
    }
    cells = {**public._cells, **own_cells}
    own_comparisons = {key: one for key, one in internal.comparisons.items() if key[2] in own_cells}
    return replace(
        public,
        audience="internal",
        populations=internal.populations,
        breakdowns=_breakdowns([cells]),
        comparisons={**public.comparisons, **own_comparisons},
        _cells=cells,
        exact_places=frozenset(own_cells),
    )


def with_cells(edition: Edition, *some: Cells) -> list[Edition]:
    """The edition once for each of some cells, which it then holds alone.

    All know the indicators and breakdown values of any, so that their figures stand beside each
    other.
    """
    breakdowns = _breakdowns(some)
    return [replace(edition, breakdowns=breakdowns, _cells=cells) for cells in some]


def read_edition(audience: str) -> Edition:
    """The current edition for `audience`. Raises `Refusal` where there is none."""
    connection, edition_id = open_edition(audience)
    with connection:
        about = _rows(connection, "from edition")[0]
        themes = {
            row["theme"]: Theme(**row)
            for row in _rows(connection, f"select {_names(Theme)} from themes order by sort_order")
        }
        bases = {
            row["base"]: Base(**row)
            for row in _rows(connection, f"select {_names(Base)} from bases")
        }
        cells = read_cells(connection, CELLS)
        return Edition(
            edition_id=edition_id,
            audience=audience,
            published_at=about["published_at"],
            code_version=about["code_version"],
            is_synthetic=about["is_synthetic"],
            first_year=about["first_year"],
            last_year=about["last_year"],
            about=about,
            themes=themes,
            bases=bases,
            indicators=_indicators(connection, themes, bases),
            geographies={
                row["geography_id"]: Geography(**row)
                for row in _rows(
                    connection,
                    f"""select {_names(Geography)} from geographies order by
                    list_position(['national', 'urbanity', 'territory'], geography_level),
                    geography_id""",
                )
            },
            populations=tuple(
                row["population"]
                for row in _rows(
                    connection,
                    """select distinct cells.population, labels.sort_order
                    from mart_indicators as cells
                    left join breakdown_values as labels
                        on labels.breakdown = 'population' and labels.value = cells.population
                    order by labels.sort_order, cells.population""",
                )
            ),
            value_labels={
                (row["breakdown"], row["value"]): (
                    row["label_fr"],
                    row["label_en"],
                    row["sort_order"],
                )
                for row in _rows(connection, "from breakdown_values")
            },
            breakdowns=_breakdowns([cells]),
            report_items=_report_items(connection),
            reference_lists={
                name: tuple(_rows(connection, f"from {name} order by {order}"))
                for name, order in REFERENCE_LISTS.items()
            },
            reconciliation=tuple(
                _rows(connection, "from mart_report_reconciliation order by table_id, figure_id")
            ),
            explanations={
                row["code"]: (row["text_fr"], row["text_en"])
                for row in _rows(connection, EXPLANATIONS)
            },
            comparisons=_comparisons(connection, audience),
            _cells=cells,
        )


def _names(kind: type) -> str:
    return ", ".join(field.name for field in fields(kind))


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    result = connection.execute(sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _indicators(
    connection: duckdb.DuckDBPyConnection,
    themes: Mapping[str, Theme],
    bases: Mapping[str, Base],
) -> dict[str, Indicator]:
    """The catalogue in its own order."""
    found = {}
    for row in _rows(connection, f"select {_names(Indicator)} from indicators"):
        base = bases[row["base"]] if row["base"] else None
        indicator = Indicator(**{**row, "theme": themes[row["theme"]], "base": base})
        found[indicator.indicator_id] = indicator
    return found


def read_cells(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: object = None
) -> dict[str, dict[tuple[str, str, int], dict[str, Cell]]]:
    """Every figure by its place, of a query with the columns of `CELLS`."""
    cells: dict[str, dict[tuple[str, str, int], dict[str, Cell]]] = {}
    # One text object for each value, however many rows name it.
    known: dict[str, str] = {}
    result = connection.execute(query, parameters)
    while rows := result.fetchmany(20_000):
        for indicator, population, year, geography, breakdown, *figure in rows:
            texts = [known.setdefault(text, text) for text in (indicator, population)]
            values = cells.setdefault(geography, {}).setdefault((texts[0], texts[1], year), {})
            values[known.setdefault(breakdown, breakdown)] = Cell(*figure)
    return cells


def _comparisons(connection: duckdb.DuckDBPyConnection, audience: str) -> "Comparisons":
    """Every comparison by its place."""
    found = {}
    for *place, difference, ratio, adjusted in connection.execute(COMPARISONS).fetchall():
        indicator, year, geography, population = place
        found[indicator, year, geography, population] = Comparison(
            Estimate(**difference),
            Estimate(**ratio) if ratio["value"] is not None else None,
            Estimate(**adjusted) if adjusted["value"] is not None else None,
            publishes_adjusted=audience == "internal",
        )
    return found


def _breakdowns(some: Iterable[Cells]) -> dict[str, tuple[str, ...]]:
    """Each indicator's breakdown values in alphabetical order."""
    breakdowns: dict[str, set[str]] = {}
    for place in chain.from_iterable(cells.values() for cells in some):
        for (indicator, *_), values in place.items():
            breakdowns.setdefault(indicator, set()).update(values)
    return {name: tuple(sorted(values)) for name, values in breakdowns.items()}


def _report_items(connection: duckdb.DuckDBPyConnection) -> dict[int, ReportItem]:
    measures: dict[int, list[Measure]] = {}
    for row in _rows(connection, "from report_item_indicators"):
        measure = Measure(row["indicator_id"], row["breakdown_pattern"])
        measures.setdefault(row["item"], []).append(measure)
    terms: dict[int, list[Term]] = {}
    for row in _rows(
        connection,
        f"""select item, {_names(Term)} from report_item_terms
        order by row_order, measure_order, side desc, years_before, indicator_id, breakdown""",
    ):
        terms.setdefault(row.pop("item"), []).append(Term(**row))
    columns = """item, section, title_fr, kind, geographies, populations, years, table_id,
        reference_seed, coarser_because"""
    return {
        row["item"]: ReportItem(
            **row,
            measures=tuple(measures.get(row["item"], ())),
            terms=tuple(terms.get(row["item"], ())),
        )
        for row in _rows(connection, f"select {columns} from report_items order by item")
    }
