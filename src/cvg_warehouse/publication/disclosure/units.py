"""The rows behind the counts: which unit (a pathway in a year, an action, …) is in which count.

People are counted from pathways: a person is in a count when one of their pathways in the year, the
place and the population is. What holds among the people of each territory and population therefore
holds in every place and for everybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cvg_warehouse.publication.disclosure.equations import Term
from cvg_warehouse.publication.disclosure.grid import Grid, base_name, numerator_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS = """
    select columns.table_name, columns.column_name, columns.data_type = 'BOOLEAN',
        breakdowns.indicator_id, breakdowns.breakdown
    from duckdb_columns() as columns
    inner join dim_indicator_breakdowns as breakdowns
        on columns.column_name = breakdowns.indicator_column
    where columns.database_name = current_database()
        and starts_with(columns.table_name, 'ind_')
        and breakdowns.counting_unit in (select unnest($1))
        and columns.table_name in (
            select table_name from duckdb_columns()
            where database_name = current_database() and column_name = $2
        )
    order by all
"""
PATHWAY = ("pathway_key", "reporting_year", "territory_id", "population", "person_key")
PERSON = ("person_key", "reporting_year", "territory_id", "population")
WORKSITE = ("worksite_id", "reporting_year", "geography_id", "population")
ACTION = ("action_key",)
SESSION = ("session_key",)


@dataclass(frozen=True)
class Units:
    """Rows of one kind, and the counts that each of them is in."""

    keys: pl.DataFrame
    terms: list[Term]
    holds: np.ndarray
    """[unit, term]"""
    whole: np.ndarray
    """The units that are counted as one, such as the pathways of a person: number of each."""

    @cached_property
    def index(self) -> dict[Term, int]:
        """Column of each term."""
        return {term: number for number, term in enumerate(self.terms)}

    @cached_property
    def counted(self) -> np.ndarray:
        """[what is counted once, term], those that are in some count.

        People who are in the very same counts stand here once: rows that were copied are no news.
        """
        order = np.argsort(self.whole, kind="stable")
        is_first = np.diff(self.whole[order], prepend=-1) > 0
        counted = self.holds[order[is_first]]
        further = order[~is_first]
        np.logical_or.at(counted, self.whole[further], self.holds[further])
        counted = counted[counted.any(axis=1)]
        if len(counted) and "person_key" in self.keys.columns:
            packed = np.ascontiguousarray(np.packbits(counted, axis=1))
            alike = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
            counted = counted[np.unique(alike, return_index=True)[1]]
        return counted

    def only(self, terms: list[Term]) -> "Units":
        """These units with some of their counts."""
        columns = [self.index[term] for term in terms]
        return Units(self.keys, terms, self.holds[:, columns], self.whole)

    def with_terms(self, terms: Iterable[Term]) -> "Units":
        """These units with further counts as columns, where their indicators are counted here.

        Those are the counts of one population, and values that no row has.
        """
        counted = {_indicator(term) for term in self.terms}
        added = [term for term in dict.fromkeys(terms) if _indicator(term) in counted]
        added = [term for term in added if term not in self.index]
        columns = [self._column(term) for term in added]
        return Units(
            self.keys,
            [*self.terms, *added],
            np.column_stack([self.holds, *columns]),
            self.whole,
        )

    def _column(self, term: Term) -> np.ndarray:
        if Term(term.quantity) not in self.index:
            return np.zeros(len(self.holds), dtype=bool)
        column = self.holds[:, self.index[Term(term.quantity)]]
        if term.population:
            column = column & (self.keys["population"] == term.population).to_numpy()
        return column


def _indicator(term: Term) -> str:
    return term.quantity.partition("[")[0].removesuffix(":base")


def read_units(warehouse: "DuckDBPyConnection", grid: Grid) -> list[Units]:
    """The rows of all kinds that public indicators count, a `Units` each."""
    return [
        _of_columns(warehouse, grid, ("people", "pathways"), PATHWAY, PERSON),
        _of_columns(warehouse, grid, ("worksites",), WORKSITE, WORKSITE),
        _of_rows(
            warehouse,
            grid,
            "select action_key, indicator_id, breakdown, bool_or(state) as is_counted "
            "from ind_partners inner join dim_reporting_years using (period_id) "
            "where partner_key = '' group by all",
            ACTION,
        ),
        _of_rows(
            warehouse,
            grid,
            "select session_key, indicator_id, breakdown, participants_counted > 0 as is_counted "
            "from ind_sessions inner join dim_reporting_years using (period_id)",
            SESSION,
        ),
    ]


def _of_columns(
    warehouse: "DuckDBPyConnection",
    grid: Grid,
    counted: tuple[str, ...],
    keys: tuple[str, ...],
    once: tuple[str, ...],
) -> Units:
    """Units of the rule models with a column per indicator: true, false, null outside the base."""
    tables: dict[str, list[tuple[str, bool, str, str]]] = {}
    for table, *column in warehouse.execute(COLUMNS, [list(counted), keys[0]]).fetchall():
        if column[2] in grid.catalogue:
            tables.setdefault(table, []).append(tuple(column))
    frames = {
        table: warehouse.sql(
            f"select {', '.join(keys)}, {', '.join(name for name, *_ in columns)} from {table} "
            "inner join dim_reporting_years using (period_id)"
        ).pl()
        for table, columns in tables.items()
    }
    every = pl.concat([frame.select(keys) for frame in frames.values()])
    units = every.unique(maintain_order=True)
    found: dict[Term, np.ndarray] = {}
    for table, columns in tables.items():
        rows = units.join(frames[table], on=keys, how="left", maintain_order="left")
        for name, is_boolean, indicator, value in columns:
            top, bottom = numerator_name(indicator, value), base_name(indicator, value)
            if is_boolean and top in grid.quantities:
                found[Term(top)] = rows[name].fill_null(value=False).to_numpy()
            if bottom in grid.quantities:
                found[Term(bottom)] = rows[name].is_not_null().to_numpy()
    whole = units.select(pl.struct(once).rank("dense") - 1).to_series().to_numpy()
    return Units(units, list(found), _beside(found, len(units)), whole)


def _of_rows(
    warehouse: "DuckDBPyConnection", grid: Grid, query: str, keys: tuple[str, ...]
) -> Units:
    """Units of a rule model with a row per indicator and counted thing."""
    rows = warehouse.sql(query).pl().filter(pl.col("indicator_id").is_in(grid.catalogue))
    units = rows.select(keys).unique(maintain_order=True)
    rows = rows.join(units.with_row_index("unit"), on=keys, how="left", maintain_order="left")
    found: dict[Term, np.ndarray] = {}
    for (indicator, value), part in rows.group_by("indicator_id", "breakdown", maintain_order=True):
        unit, is_counted = part["unit"].to_numpy(), part["is_counted"].to_numpy()
        for name, inside in (
            (numerator_name(str(indicator), str(value)), unit[is_counted]),
            (base_name(str(indicator), str(value)), unit),
        ):
            if name in grid.quantities:
                found[Term(name)] = np.zeros(len(units), dtype=bool)
                found[Term(name)][inside] = True
    return Units(units, list(found), _beside(found, len(units)), np.arange(len(units)))


def _beside(columns: dict[Term, np.ndarray], units: int) -> np.ndarray:
    return np.column_stack([np.zeros((units, 0), dtype=bool), *columns.values()])
