"""The public edition's indicators: what is printed, and the proof on what is printed.

`protect_warehouse` chooses the masks (`protect`), writes down what the edition prints, and then
starts anew from that table: `prove` reads the printed rows as an outsider would, and asks of every
count that is not among them whether it could be anything from 0 to `reach`. Tables that the search
for masks came across serve as witnesses there, each checked in integers against what is printed.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from cvg_warehouse.disclosure.attack import Attack, Contradiction
from cvg_warehouse.disclosure.bounds import Unknowns
from cvg_warehouse.disclosure.grid import Cell, Grid, read_grid
from cvg_warehouse.disclosure.protect import Plan, Protection, protect, restrict
from cvg_warehouse.disclosure.relations import relations_of
from cvg_warehouse.disclosure.rules import load_rules
from cvg_warehouse.disclosure.system import System

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WORKERS = 2

Report = Callable[[str, float], None]


class Exposure(NamedTuple):
    """A count of the edition that an outsider could narrow down. It never says the count."""

    indicator_id: str
    breakdown: str
    reporting_year: int
    geography_id: str
    population: str

    def __str__(self) -> str:
        return " | ".join(str(one) for one in self if one != "")


@dataclass(frozen=True)
class Protected:
    """The rows of the public edition and the figures of its record."""

    mart_indicators: pl.DataFrame
    """Columns of `mart_indicators` and `status`: shown, masked or not_applicable."""
    cells: int
    """Rows of the edition."""
    primary_masks: int
    """Rows masked for a count, a rest or a base of their own."""
    secondary_masks: int
    """Rows masked so that no other can be computed."""
    masked_share_of_counts: float
    """What the masked rows count, of all that the rows count."""
    exposed: list[Exposure]
    """Empty, or the edition must not be published."""

    @property
    def masked_cells(self) -> int:
        """Rows without a value because one was masked."""
        return self.primary_masks + self.secondary_masks

    @property
    def recoverable_cells(self) -> int:
        """Counts that an outsider could narrow down."""
        return len(self.exposed)


def protect_warehouse(
    warehouse: "DuckDBPyConnection",
    previous: Path | None = None,
    progress: Report | None = None,
) -> Protected:
    """Mask and prove the public edition of a built warehouse.

    `previous` is the public edition before (a DuckDB file): its masks stay, and what it printed
    counts as known. `progress` is told what is done, and how much of all (0 to 1).
    """
    report = progress or (lambda _doing, _done: None)
    report("relations", 0.0)
    grid = read_grid(warehouse, load_rules())
    system = relations_of(grid)
    plan = plan_of(grid, system)
    protection = protect_all(system, plan, grid.rules.reach, report)
    report("proof", 0.9)
    printed = print_rows(grid, protection.masked[: grid.size])
    exposed = prove(grid, system, plan, printed, protection.witnesses)
    report("proof", 1.0)
    return _summary(grid, plan, printed, exposed)


def plan_of(grid: Grid, system: System) -> Plan:
    """What is wanted of each cell of the system: those of the grid, then the small complements."""
    rules, values = grid.rules, grid.values
    tops, _, rests = grid.small_complements
    sensitive = (values > 0) & (values < rules.threshold)
    sensitive |= (values == 0) & grid.discloses_zero
    sensitive[tops] = True
    levels = [rules.weights[grid.levels[place]] for place in grid.geographies]
    weight = np.tile(np.array(levels, dtype=float), len(grid.years) * grid.columns)
    weight[grid.is_base] *= rules.weights["base"]
    extra = len(system.cells) - grid.size

    def extended(cells: np.ndarray, rest: object) -> np.ndarray:
        return np.concatenate([cells, np.full(extra, rest, dtype=cells.dtype)])

    counts = extended(values, 0)
    counts[grid.size :] = rests
    return Plan(
        counts=counts,
        published=extended(grid.published, False),
        sensitive=extended(sensitive & grid.published, False),
        given=extended(np.tile(grid.is_empty_place.ravel(), grid.columns), False),
        guarded=extended(np.zeros(grid.size, dtype=bool), True),
        weight=extended(weight, 1.0),
    )


def protect_all(system: System, plan: Plan, reach: int, report: Report) -> Protection:
    """Protect each year in a process of its own, the largest first: no relation joins two years."""
    years = _years(system)
    masked = np.zeros(len(system.cells), dtype=bool)
    witnesses: list[np.ndarray] = []
    pool = ProcessPoolExecutor(WORKERS, get_context("spawn"), _end_with_parent)
    try:
        tasks = {
            pool.submit(protect, restrict(system, cells), plan.part(cells), reach): year
            for year, cells in sorted(years.items(), key=lambda one: -_size(plan, one[1]))
        }
        for done, task in enumerate(as_completed(tasks), start=1):
            year = tasks[task]
            found, cells = task.result(), years[year]
            masked[cells] = found.masked
            for table in found.witnesses:
                whole = plan.counts.copy()
                whole[cells] = table
                witnesses.append(whole)
            report(f"masks of {year}", 0.05 + 0.85 * done / len(tasks))
    finally:
        pool.shutdown(cancel_futures=True)
    return Protection(masked=masked, witnesses=witnesses)


def _size(plan: Plan, cells: np.ndarray) -> int:
    return int((plan.published[cells] & (plan.counts[cells] > 0)).sum())


def _end_with_parent() -> None:
    """A worker whose parent was killed ends too."""

    def wait() -> None:
        parent_process().join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def _years(system: System) -> dict[int, np.ndarray]:
    year = np.array([cell.year for cell in system.cells])
    return {int(one): np.flatnonzero(year == one) for one in np.unique(year)}


def print_rows(grid: Grid, masked: np.ndarray) -> pl.DataFrame:
    """The rows of the edition: those of the scope, without what is masked."""
    top, bottom = grid.top, grid.bottom
    rows = grid.rows
    top_hidden = (top >= 0) & masked[top]
    bottom_hidden = (bottom >= 0) & masked[bottom]
    hidden = pl.Series(top_hidden | bottom_hidden)
    is_empty = (pl.col("denominator") == 0) & pl.col("value").is_null()
    return (
        rows.with_columns(
            numerator=pl.when(~hidden).then("numerator"),
            denominator=pl.when(~pl.Series(bottom_hidden)).then("denominator"),
            value=pl.when(~hidden).then("value"),
            status=pl.when(hidden)
            .then(pl.lit("masked"))
            .when(is_empty)
            .then(pl.lit("not_applicable"))
            .otherwise(pl.lit("shown")),
        )
        .filter(pl.Series(grid.in_scope))
        .with_columns(pl.col("denominator", "numerator").cast(pl.Float64))
    )


def prove(
    grid: Grid, system: System, plan: Plan, printed: pl.DataFrame, witnesses: Iterable[np.ndarray]
) -> list[Exposure]:
    """Every count that the printed rows do not show and an outsider could narrow down."""
    top, bottom = grid.top[grid.in_scope], grid.bottom[grid.in_scope]
    counts = np.zeros(len(system.cells), dtype=np.int64)
    known = plan.given.copy()
    counts[known] = plan.counts[known]
    for cells, column in ((top, "numerator"), (bottom, "denominator")):
        is_printed = printed[column].is_not_null().to_numpy() & (cells >= 0)
        known[cells[is_printed]] = True
        counts[cells[is_printed]] = printed[column].to_numpy()[is_printed].astype(np.int64)
    needed = plan.guarded & ~known
    for cells in (top, bottom):
        needed[cells[cells >= 0]] = True
    needed &= ~known
    found = np.flatnonzero(known & plan.sensitive & ~plan.given).tolist()
    for cells in _years(system).values():
        part = restrict(system, cells)
        unknowns = Unknowns.of(part, counts[cells], known[cells])
        attack = Attack(unknowns, needed[cells], grid.rules.reach)
        for table in witnesses:
            attack.confirm(table[cells])
        try:
            found += [int(cells[one.cell]) for one in attack.run()]
        except Contradiction:
            found += cells[needed[cells]].tolist()
    return [_exposure(grid, system.cells[cell]) for cell in sorted(set(found))]


def _exposure(grid: Grid, cell: Cell) -> Exposure:
    line, value = grid.indicator_of(cell.quantity.removeprefix("not "))
    return Exposure(line.indicator, value, cell.year, cell.geography, cell.population)


def _summary(grid: Grid, plan: Plan, printed: pl.DataFrame, exposed: list[Exposure]) -> Protected:
    top, bottom = grid.top[grid.in_scope], grid.bottom[grid.in_scope]
    is_masked = (printed["status"] == "masked").to_numpy()
    own = (top >= 0) & plan.sensitive[top] | (bottom >= 0) & plan.sensitive[bottom]
    counted = np.where(top >= 0, plan.counts[top], plan.counts[bottom])
    return Protected(
        mart_indicators=printed,
        cells=len(printed),
        primary_masks=int((is_masked & own).sum()),
        secondary_masks=int((is_masked & ~own).sum()),
        masked_share_of_counts=float(counted[is_masked].sum() / max(counted.sum(), 1)),
        exposed=exposed,
    )
