"""A year of counts as an outsider has them: unknown cells, what is shown of each, equations."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import scipy.sparse as sp
from tests.attack.equations import (
    BANDS,
    MEDIANS,
    NOT_ADDITIVE,
    OWN_BASE,
    Line,
    action_types,
    health_rights,
    lines_of,
    matches,
    read_equations,
)

from cvg_warehouse.paths import PROJECT

POPULATIONS = ("all", "after_phc", "direct")
NATION = "Total"
MOST = 10**5
"""No count of the programme is as high."""
LEAST_SHOWN = 11
ROUNDED = ("people", "pathways", "participations")
ROWS = """
    select
        indicator_id, reporting_year, geography_id, population, mart_indicators.breakdown,
        statistic, counting_unit, numerator, denominator, value, {status} as status
    from mart_indicators
    inner join indicators using (indicator_id)
    inner join geographies using (geography_id)
    where coalesce(launch_year, 0) <= reporting_year and indicator_id != 'partners.partner_actions'
    order by all
"""

Cell = tuple[str, str, str]
"""Count, place, population."""


@dataclass(repr=False)
class Table:
    """The cells of a year, the truth, what is known of each, and the equations."""

    index: dict[Cell, int]
    true: np.ndarray
    units: dict[str, str]
    groups: dict[str, list[str]]
    low: np.ndarray = field(init=False)
    high: np.ndarray = field(init=False)
    masked: dict[int, Cell] = field(default_factory=dict)
    misses: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By how much the truth misses an equation, where it does: the known double counts."""

    def __post_init__(self) -> None:
        self._rows: list[tuple[dict[int, float], float, float]] = []
        self.low, self.high = np.zeros(len(self.true)), np.full(len(self.true), float(MOST))
        self.values: dict[str, list[str]] = defaultdict(list)
        self.places = list(dict.fromkeys(place for _, place, _ in self.index))
        self.names = list(dict.fromkeys(name for name, _, _ in self.index))
        for name in self.names:
            stem, _, value = name.rstrip("]").partition("[")
            self.values[stem].append(value)

    @property
    def is_shown(self) -> np.ndarray:
        """Cells of which something is printed."""
        return self.high < MOST

    def read_the_rules(self, most_masked: int) -> None:
        """A larger count is left out rather than masked; beside a shown base it may be the rest."""
        for cell, (name, place, population) in self.masked.items():
            base = self.index.get((self.base_of(name), place, population))
            if base is None or base in self.masked:
                self.high[cell] = most_masked

    @property
    def rows(self) -> tuple[sp.csr_array, np.ndarray, np.ndarray]:
        """Matrix of the equations, and the least and the most of each."""
        where = [(number, cell) for number, row in enumerate(self._rows) for cell in row[0]]
        factors = np.array([factor for row in self._rows for factor in row[0].values()])
        matrix = sp.csr_array((factors, np.array(where).T), shape=(len(self._rows), len(self.true)))
        ends = np.array([row[1:] for row in self._rows])
        return matrix, ends[:, 0], ends[:, 1]

    def add(self, text: str, terms: Iterable[tuple[float, Cell]], is_equal: bool) -> None:
        """A sum that is 0 or at most 0, but for what the truth misses it by."""
        factors: dict[int, float] = defaultdict(float)
        for factor, cell in terms:
            factors[self.index[cell]] += factor
        total = sum(factor * self.true[cell] for cell, factor in factors.items())
        if total if is_equal else total > 1e-6:
            self.misses[text].append(total)
        factors = {cell: factor for cell, factor in factors.items() if factor}
        self._rows.append((factors, total if is_equal else -np.inf, max(total, 0)))

    @staticmethod
    def base_of(name: str) -> str:
        """What a count would be divided by."""
        stem, bracket, value = name.partition("[")
        return f"{stem}:base{bracket}{value}"

    def counts(self, name: str) -> list[str]:
        """The counts that a name adds up."""
        stem, _, pattern = name.removesuffix("]").partition("[")
        found = [value for value in self.values[stem] if matches(pattern, value)]
        assert found, f"{name}: there is no such count"
        return [f"{stem}[{value}]" if value else stem for value in found]

    def add_line(self, line: Line, places: Iterable[str]) -> None:
        """An equation in each of these places, and every population."""
        terms = [
            (factor, count, population)
            for factor, name, population in line.terms
            for count in self.counts(name)
        ]
        populations = POPULATIONS[:1] if any(term[2] for term in terms) else POPULATIONS
        for place in places:
            for population in populations:
                cells = [(factor, (count, place, of or population)) for factor, count, of in terms]
                self.add(line.text, cells, line.is_equal)

    def add_bases(self) -> None:
        """A rate's numerator is part of its base, which all values of most breakdowns share."""
        for name in self.names:
            stem, _, value = name.partition("[")
            base = self.base_of(name)
            if base not in self.names:
                continue
            first = self.counts(f"{stem}:base[*]" if value else base)[0]
            for place in self.places:
                for population in POPULATIONS:
                    of = (base, place, population)
                    self.add(f"{name} <= base", [(1, (name, place, population)), (-1, of)], False)
                    if stem not in OWN_BASE and base != first:
                        same = [(1, of), (-1, (first, place, population))]
                        self.add(f"{stem}: one base", same, True)

    def add_places_and_populations(self) -> None:
        """Parts add up to the whole; partners and worksites may be in several parts."""
        for name in self.names:
            unit = self.units[name.partition("[")[0].removesuffix(":base")]
            if name in NOT_ADDITIVE:
                continue
            adds_up = unit not in ("partners", "worksites")
            for whole, parts in self.groups.items():
                here = [place for place in parts if place in self.places]
                for population in POPULATIONS if here else ():
                    total = (-1, (name, whole, population))
                    terms = [(1, (name, place, population)) for place in here]
                    if adds_up:
                        self.add(f"places: {unit}", [*terms, total], True)
                        continue
                    self.add(
                        f"places: {unit}",
                        [(-factor, cell) for factor, cell in (*terms, total)],
                        False,
                    )
                    for term in terms:
                        self.add(f"places: each of {unit}", [term, total], False)
            for place in self.places:
                after, direct = (1, (name, place, "after_phc")), (1, (name, place, "direct"))
                every = (-1, (name, place, "all"))
                text = f"populations: {unit}"
                if unit in ("people", "pathways"):
                    self.add(text, [after, direct, every], True)
                elif unit in ("actions", "participations"):
                    self.add(text, [after, direct, every], False)
                elif unit == "worksites":
                    terms = [(-factor, cell) for factor, cell in (after, direct, every)]
                    self.add(text, terms, False)
                for part in (after, direct):
                    self.add(f"{text}, each", [part, every], False)

    def show(self, row: dict) -> None:
        """What a row of the public file says."""
        place, population = row["geography_id"], row["population"]
        indicator, value = row["indicator_id"], row["breakdown"]
        top = f"{indicator}[{value}]" if value else indicator
        for number, name in (("numerator", top), ("denominator", self.base_of(top))):
            cell = self.index.get((name, place, population))
            if cell is None:
                continue
            shown = row[number]
            if shown is None:
                assert row["status"] == "masked", name
                self.masked[cell] = (name, place, population)
                continue
            low = high = shown
            if self.units[indicator] in ROUNDED and shown > 0:
                low, high = max(shown - 2, LEAST_SHOWN), shown + 2
            self.low[cell], self.high[cell] = max(low, self.low[cell]), min(high, self.high[cell])
        if row["value"] is not None and indicator in BANDS:
            self._show_mean(row)
        if row["value"] is not None and indicator in MEDIANS:
            self._show_median(row)

    def _show_mean(self, row: dict) -> None:
        """Its sum lies between those of the least and of the most of the bands."""
        stem, limits = BANDS[row["indicator_id"]]
        place, population, mean = row["geography_id"], row["population"], row["value"]
        half = 0.05 if mean * 2 < 0.1 * row["denominator"] else 0.5
        bands = [(f"{stem}[{band}]", place, population) for band in limits]
        base = (f"{row['indicator_id']}:base", place, population)
        least = [(low, band) for band, (low, _) in zip(bands, limits.values(), strict=True)]
        self.add(f"{stem}: least", [*least, (-(mean + half), base)], False)
        # Who has two pathways is in a band once: the further pathway is of any length.
        longest = max(high for _, high in limits.values())
        most = [
            (longest - high, band) for band, (_, high) in zip(bands, limits.values(), strict=True)
        ]
        self.add(f"{stem}: most", [*most, (mean - half - longest, base)], False)

    def _show_median(self, row: dict) -> None:
        """No more than half lie in the bands below it, nor in those above it."""
        stem, limits = BANDS[MEDIANS[row["indicator_id"]]]
        place, population = row["geography_id"], row["population"]
        below = [band for band, (_, high) in limits.items() if high < row["value"] - 0.5]
        above = [band for band, (low, _) in limits.items() if low > row["value"] + 0.5]
        base = (f"{row['indicator_id']}:base", place, population)
        for bands in filter(None, (below, above)):
            terms = [(2.0, (f"{stem}[{band}]", place, population)) for band in bands]
            self.add(f"{stem}: median", [*terms, (-1, base)], False)


class Files:
    """The two files of a folder's newest edition."""

    def __init__(self, editions: Path) -> None:
        (*_, public) = sorted(editions.glob("*-public.duckdb"))
        self.public = _read(public, "mart_indicators.status")
        self.internal = _read(public.with_name(public.name.replace("public", "internal")), "null")
        with duckdb.connect(public, read_only=True) as connection:
            places = connection.execute(
                "select geography_id, urbanity from geographies where geography_level = 'territory'"
            ).fetchall()
        self.groups: dict[str, list[str]] = defaultdict(list)
        for place, urbanity in places:
            self.groups[urbanity].append(place)
            self.groups[NATION].append(place)

    @property
    def years(self) -> list[int]:
        """Those that are printed."""
        return sorted(set(self.public["reporting_year"]))

    def table(self, year: int) -> Table:
        """All that an outsider knows of a year."""
        is_of_year = pl.col("reporting_year") == year
        return _table(self.public.filter(is_of_year), self.internal.filter(is_of_year), self.groups)


def _read(file: Path, status: str) -> pl.DataFrame:
    with duckdb.connect(file, read_only=True) as connection:
        return connection.sql(ROWS.format(status=status)).pl()


def _table(public: pl.DataFrame, internal: pl.DataFrame, groups: dict[str, list[str]]) -> Table:
    """All that is known of one year: `public` and `internal` have its rows."""
    index: dict[Cell, int] = {}
    true: list[float] = []
    for row in internal.iter_rows(named=True):
        top = (
            f"{row['indicator_id']}[{row['breakdown']}]"
            if row["breakdown"]
            else row["indicator_id"]
        )
        for number, name, statistics in (
            ("numerator", top, ("count", "share")),
            ("denominator", Table.base_of(top), ("share", "mean", "median")),
        ):
            if row["statistic"] in statistics:
                index[name, row["geography_id"], row["population"]] = len(true)
                true.append(row[number] or 0)
    units = dict(internal.select("indicator_id", "counting_unit").unique().iter_rows())
    table = Table(index, np.array(true), units, groups)
    everywhere, nation = read_equations()
    for text in (everywhere, health_rights(), _action_types()):
        for line in lines_of(text):
            table.add_line(line, table.places)
    for line in lines_of(nation):
        table.add_line(line, [NATION])
    table.add_bases()
    table.add_places_and_populations()
    for row in public.iter_rows(named=True):
        table.show(row)
    return table


def _action_types() -> str:
    with (PROJECT / "seeds/reference/action_types.csv").open(encoding="utf-8") as stream:
        types = list(csv.DictReader(stream))
    groups: dict[str, list[str]] = defaultdict(list)
    domains = {}
    for row in types:
        name = f"{row['domain']} x {row['action_type']}"
        domains[name] = row["domain"]
        if row["action_group"]:
            groups[f"{row['domain']} x {row['action_group']}"].append(name)
    return action_types(groups, domains)
