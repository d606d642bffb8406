"""The counts of `mart_indicators` as cells.

A quantity is the numerator of an indicator (`exits.neutral`, `age_band` values in brackets) or its
denominator (`exits.neutral:base`); a cell is a quantity in a year, a place and a population. Bases
of one definition that are equal in every row are one quantity. The rules say which others are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
import scipy.sparse as sp

from cvg_warehouse.publication.disclosure.rules import Rules

if TYPE_CHECKING:
    pass

ROOT = "headcount.supported"
EVERYBODY = "all"
KEYS = ("indicator_id", "breakdown", "reporting_year", "geography_id", "population")
GROUP = ("indicator_id", "reporting_year", "geography_id", "population")


class Cell(NamedTuple):
    """A count, by the first of its names."""

    quantity: str
    year: int
    geography: str
    population: str

    def __str__(self) -> str:
        return f"{self.quantity}, {self.year}, {self.geography}, {self.population}"


@dataclass(frozen=True)
class Indicator:
    """A line of the catalogue, as far as masking needs it."""

    indicator: str
    statistic: str
    counting_unit: str
    breakdown: str
    base: str
    """The widest base that its denominator is part of."""

    @property
    def keys(self) -> list[str]:
        """Names of its breakdowns, none, one or two."""
        return self.breakdown.split(" x ") if self.breakdown else []


def numerator_name(indicator: str, value: str) -> str:
    """Name of the quantity that an indicator counts."""
    return f"{indicator}[{value}]" if value else indicator


def base_name(indicator: str, value: str) -> str:
    """Name of the quantity that an indicator divides by."""
    return f"{indicator}:base[{value}]" if value else f"{indicator}:base"


def indicator_part(quantity: str) -> str:
    """The indicator in the name of a quantity."""
    return quantity.partition("[")[0].removesuffix(":base")


@dataclass
class Grid:
    """All counts of the warehouse by quantity, year, place and population."""

    catalogue: dict[str, Indicator]
    years: list[int]
    geographies: list[str]
    levels: dict[str, str]
    groups: dict[str, list[str]]
    """Territories by urbanity group: no place that is printed, but the Bilan names the groups."""
    worksites: dict[tuple[str, str, int], list[tuple[str, int]]]
    """Worksite, its territory and a year -> its own counts of quantities, among everybody."""
    single: set[tuple[str, int, str, str]]
    """Quantity, year, place and population of counts behind which one worksite or person stands."""
    populations: list[str]
    quantities: dict[str, int]
    unit: list[str]
    counts: np.ndarray
    """[quantity, population, year, geography]"""
    shares: list[tuple[str, str, str]]
    """Indicator, name of its numerator and of its base, of every share."""
    action_groups: dict[str, list[str]]
    rules: Rules
    rows: pl.DataFrame
    """`mart_indicators`, as far as its indicators are public."""
    internal: frozenset[str]
    """Indicators that are not public."""
    column: np.ndarray = field(init=False)
    """[quantity, population] -> number of the column that holds it"""

    def __post_init__(self) -> None:
        self.column = self._columns()

    def _columns(self) -> np.ndarray:
        same: dict[tuple[str, bytes], int] = {}
        column = np.zeros(self.counts.shape[:2], dtype=np.int64)
        number = 0
        for (name, quantity), values in zip(self.quantities.items(), self.counts, strict=True):
            if ":base" in name:
                key = (self.indicator_of(name)[0].base, values.tobytes())
                first = same.setdefault(key, quantity)
                if first != quantity:
                    column[quantity] = column[first]
                    continue
            column[quantity] = number + np.arange(len(self.populations))
            number += len(self.populations)
        return column

    @property
    def columns(self) -> int:
        """How many columns there are, each a count for all years and places."""
        return int(self.column.max()) + 1

    @property
    def size(self) -> int:
        """How many cells there are."""
        return self.columns * len(self.years) * len(self.geographies)

    def cell(self, quantity: int | np.ndarray, population: int | np.ndarray) -> np.ndarray:
        """Cell numbers of a quantity in a population, by year and place."""
        years, places = len(self.years), len(self.geographies)
        first = np.asarray(self.column[quantity, population]) * years * places
        return first[..., None, None] + np.arange(years * places).reshape(years, places)

    @cached_property
    def values(self) -> np.ndarray:
        """Count of every cell."""
        values = np.zeros(self.size, dtype=np.int64)
        for quantity, population in product(*map(range, self.counts.shape[:2])):
            values[self.cell(quantity, population)] = self.counts[quantity, population]
        return values

    def find(self, quantity: str, year: int, place: str, population: str) -> int | None:
        """Number of a cell, where there is such a count."""
        if (
            quantity not in self.quantities
            or year not in self.years
            or place not in self.geographies
        ):
            return None
        cells = self.cell(self.quantities[quantity], self.populations.index(population))
        return int(cells[self.years.index(year), self.geographies.index(place)])

    @cached_property
    def names(self) -> list[Cell]:
        """First name of every cell."""
        names: dict[int, Cell] = {}
        for (quantity, q), (population, p) in product(
            self.quantities.items(), zip(self.populations, range(9), strict=False)
        ):
            cells = self.cell(q, p)
            if cells[0, 0] not in names:
                for (y, year), (g, place) in product(
                    enumerate(self.years), enumerate(self.geographies)
                ):
                    names[cells[y, g]] = Cell(quantity, year, place, population)
        return [names[number] for number in range(self.size)]

    @cached_property
    def is_empty_place(self) -> np.ndarray:
        """[year, geography] where nobody was supported: zeros there tell nothing."""
        root = self.counts[self.quantities[ROOT], self.populations.index(EVERYBODY)]
        return root == 0

    @cached_property
    def is_idle(self) -> np.ndarray:
        """Cells of such places: everybody knows that they are 0."""
        return np.tile(self.is_empty_place.ravel(), self.columns) & (self.values == 0)

    @cached_property
    def published(self) -> np.ndarray:
        """Cells that the scope would publish, under any of their names."""
        published = np.zeros(self.size, dtype=bool)
        for side in (self.top, self.bottom):
            published[side[self.in_scope & (side >= 0)]] = True
        return published

    @cached_property
    def top(self) -> np.ndarray:
        """Cell of each row's numerator, -1 where that is no count."""
        return self._cells_of_rows(numerator_name, ("share", "count"))

    @cached_property
    def bottom(self) -> np.ndarray:
        """Cell of each row's denominator, -1 where it has none."""
        return self._cells_of_rows(base_name, ("share", "mean", "median"))

    def _cells_of_rows(self, name_of: Callable[[str, str], str], statistics: tuple) -> np.ndarray:
        index = {
            key: self.quantities[name_of(*key)]
            for key in set(zip(self.rows["indicator_id"], self.rows["breakdown"], strict=True))
            if self.catalogue[key[0]].statistic in statistics
        }
        keys = zip(self.rows["indicator_id"], self.rows["breakdown"], strict=True)
        quantity = np.array([index.get(key, -1) for key in keys])
        population = positions(self.rows["population"], self.populations)
        year = positions(self.rows["reporting_year"], self.years)
        place = positions(self.rows["geography_id"], self.geographies)
        places = len(self.geographies)
        first = self.column[quantity, population] * len(self.years) * places
        return np.where(quantity < 0, -1, first + year * places + place)

    def _cells_of(self, quantities: Iterable[str]) -> np.ndarray:
        """Which cells are of these quantities."""
        found = np.zeros(self.size, dtype=bool)
        for name in quantities:
            found[self.cell(self.quantities[name], np.arange(len(self.populations)))] = True
        return found

    @cached_property
    def is_rounded(self) -> np.ndarray:
        """Cells that count people, as persons or as their pathways."""
        exact = self.rules.shown_exactly
        return self._cells_of(
            name for name, n in self.quantities.items() if self.unit[n] not in exact
        )

    @cached_property
    def is_single(self) -> np.ndarray:
        """Cells that are shown exactly, and must not: one worksite or person stands behind them."""
        found = np.zeros(self.size, dtype=bool)
        found[[cell for one in self.single if (cell := self.find(*one)) is not None]] = True
        return found & ~self.is_rounded

    @cached_property
    def adds_up(self) -> np.ndarray:
        """Cells whose counts in a place are among those of the places that it is part of."""
        return self._cells_of(
            name
            for name in self.quantities
            if self.rules.is_additive(self.indicator_of(name)[0].indicator)
        )

    @cached_property
    def place(self) -> np.ndarray:
        """Place of every cell, by its number."""
        return np.tile(np.arange(len(self.geographies)), self.columns * len(self.years))

    @cached_property
    def territories(self) -> list[str]:
        """The parts of the nation."""
        return [place for place in self.geographies if place != self.national]

    @cached_property
    def is_base(self) -> np.ndarray:
        """Cells that a share is divided by, under this or another name."""
        bases = {self.counts[self.quantities[bottom]].tobytes() for *_, bottom in self.shares}
        is_base = np.zeros(self.size, dtype=bool)
        for quantity, counts in enumerate(self.counts):
            if counts.tobytes() in bases:
                is_base[self.cell(quantity, np.arange(len(self.populations)))] = True
        return is_base

    @cached_property
    def levels_of_year(self) -> dict[int, set[str]]:
        """The levels of place that are printed of each year: those with territories enough."""
        territories = np.isin(self.geographies, self.territories)
        everywhere = set(self.levels.values())
        return {
            year: everywhere
            if (territories & ~is_empty).sum() >= self.rules.fewest_territories
            else {self.levels[self.national]}
            for year, is_empty in zip(self.years, self.is_empty_place, strict=True)
        }

    @cached_property
    def in_scope(self) -> np.ndarray:
        """Rows that the public edition has."""

        @cache
        def is_in(indicator: str, value: str, year: int, place: str, population: str) -> bool:
            line = self.catalogue[indicator]
            return (
                self.levels[place] in self.levels_of_year[year]
                and not self._is_left_out(line, value)
                and self.rules.is_published(indicator, self.levels[place], population)
            )

        return np.array([is_in(*row) for row in self.rows.select(KEYS).iter_rows()], dtype=bool)

    @cached_property
    def group(self) -> np.ndarray:
        """Number of each row's indicator, year, place and population: they are printed together."""
        keys = self.rows.select(pl.struct(*GROUP).rank("dense"))
        return keys.to_series().to_numpy().astype(np.int64) - 1

    @cached_property
    def cells_in_groups(self) -> sp.csr_array:
        """[cell or small rest, group] whether a row of the scope that has the cell is in the group.

        A small rest is with the part that it is told by.
        """
        sides = [side[self.in_scope] for side in (self.top, self.bottom)]
        cells, groups = np.concatenate(sides), np.tile(self.group[self.in_scope], 2)
        ones = np.ones((cells >= 0).sum(), dtype=np.int64)
        shape = (self.size, int(self.group.max()) + 1)
        of_cells = sp.coo_array((ones, (cells[cells >= 0], groups[cells >= 0])), shape).tocsr()
        part, _, _ = self.small_complements
        return sp.csr_array(sp.vstack([of_cells, of_cells[part]]))

    @cached_property
    def is_optional(self) -> np.ndarray:
        """[group] left out rather than that another is hidden for it."""
        is_optional = np.zeros(int(self.group.max()) + 1, dtype=bool)
        keys = zip(self.group, self.rows["indicator_id"], self.rows["geography_id"], strict=True)
        for group, indicator, place in keys:
            is_optional[group] = self.rules.is_optional(indicator, self.levels[place])
        return is_optional

    def indicator_of(self, quantity: str) -> tuple[Indicator, str]:
        """Catalogue line and breakdown value of a quantity's name."""
        value = quantity.partition("[")[2].removesuffix("]")
        return self.catalogue[indicator_part(quantity)], value

    def _is_left_out(self, indicator: Indicator, value: str) -> bool:
        values = value.split(" x ", len(indicator.keys) - 1) if value else []
        return any(
            one in self.rules.left_out_values.get(key, ())
            for key, one in zip(indicator.keys, values, strict=False)
        )

    @cached_property
    def discloses_zero(self) -> np.ndarray:
        """Cells whose zero tells something: a count of people where there are some."""
        discloses = np.zeros(self.size, dtype=bool)
        for quantity, q in self.quantities.items():
            if self.unit[self.quantities[quantity]] in self.rules.zeros_disclose:
                # Nobody in what nobody was in so far, anywhere: it did not exist yet.
                existed = self.counts[q, 0, :, self.geographies.index(self.national)].cumsum() > 0
                for p in range(len(self.populations)):
                    discloses[self.cell(q, p)] = ~self.is_empty_place & existed[:, None]
        return discloses

    @cached_property
    def national(self) -> str:
        """The place that all others are part of."""
        return next(place for place, level in self.levels.items() if level == "national")

    @cached_property
    def complements(self) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of published cells whose difference is a count too: part and whole.

        The numerator and the base of a share; a population and everybody, for people.
        """
        pairs = [
            (self.cell(self.quantities[top], p), self.cell(self.quantities[bottom], p))
            for _, top, bottom in self.shares
            for p in range(len(self.populations))
            if self.unit[self.quantities[top]] not in self.rules.shown_exactly
        ]
        pairs += [
            (self.cell(q, p), self.cell(q, 0))
            for quantity, q in self.quantities.items()
            for p in range(1, len(self.populations))
            if self.rules.is_additive(self.indicator_of(quantity)[0].indicator)
            and self.rules.additive_populations[self.unit[q]] == "sum"
        ]
        part = np.concatenate([one.ravel() for one, _ in pairs])
        whole = np.concatenate([one.ravel() for _, one in pairs])
        unique = np.unique(np.stack([part, whole]), axis=1)
        shown = self.published[unique].all(axis=0) & (unique[0] != unique[1])
        shown &= self.is_rounded[unique].all(axis=0)
        return unique[0, shown], unique[1, shown]

    @cached_property
    def parts_near_a_whole(self) -> np.ndarray:
        """Parts that may be nearly all of a whole: their population is as large as that."""
        part, whole = self.complements
        supported = np.zeros(self.size, dtype=np.int64)
        for q, p in product(range(len(self.quantities)), range(len(self.populations))):
            supported[self.cell(q, p)] = self.counts[self.quantities[ROOT], p]
        return part[self.values[whole] <= supported[part] + 2 * self.rules.rounding.base]

    @cached_property
    def small_complements(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Those pairs that would be shown as equal, and their difference: everybody, or nearly.

        Where they are shown as different, rounding leaves 1 to 9 open for one step of 5.
        """
        part, whole = self.complements
        shown = self.rules.rounding.shown(self.values)
        near = (shown[part] == shown[whole]) & self.discloses_zero[part] & (self.values[whole] > 0)
        return part[near], whole[near], self.values[whole[near]] - self.values[part[near]]

    def of_rests(self, cells: np.ndarray) -> np.ndarray:
        """One entry per cell, and after them one per small rest: of the whole less the part."""
        part, whole, _ = self.small_complements
        return np.concatenate([cells, cells[whole] - cells[part]])


def positions(names: pl.Series, of: list) -> np.ndarray:
    """Where each of the names stands in a list."""
    return names.replace_strict(of, range(len(of)), return_dtype=pl.Int64).to_numpy()
