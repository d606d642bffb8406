"""The public edition's indicators: masks, the rows that are printed, and the proof on those."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy.sparse as sp

from cvg_warehouse.publication.disclosure.derivation import refuse_unsigned
from cvg_warehouse.publication.disclosure.grid import KEYS, Grid
from cvg_warehouse.publication.disclosure.means import relations_of_means
from cvg_warehouse.publication.disclosure.moves import Knowledge
from cvg_warehouse.publication.disclosure.plan import LEFT_OUT, Plan, plan_of
from cvg_warehouse.publication.disclosure.printed import read_before, read_in_print
from cvg_warehouse.publication.disclosure.proof import (
    Exposure,
    Finding,
    exposure,
    printed_in_error,
    prove,
    shown_by,
)
from cvg_warehouse.publication.disclosure.protect import Protection, protect
from cvg_warehouse.publication.disclosure.readers import ANYBODY, Reader, readers_of
from cvg_warehouse.publication.disclosure.reading import read_grid
from cvg_warehouse.publication.disclosure.relations import relations_of
from cvg_warehouse.publication.disclosure.rules import load_rules
from cvg_warehouse.publication.disclosure.system import System, years_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WORKERS = 2

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Protected:
    """The rows of the public edition, and what the proof says of them."""

    mart_indicators: pl.DataFrame
    """Columns of `mart_indicators` and `status`: shown, masked or not_applicable."""
    exposed: list[Exposure]
    """Empty, or the edition must not be published."""
    left_out: pl.DataFrame
    """Keys of rows that the edition is without: to protect others, or as no mask protects them."""
    known_anyway: list[Exposure] = field(default_factory=list)
    """Masked counts that readers know without the edition: from the print, or their own figures."""

    @property
    def cells(self) -> int:
        """Rows of the edition."""
        return len(self.mart_indicators)

    @property
    def masked_cells(self) -> int:
        """Rows without a value because one was masked."""
        return int((self.mart_indicators["status"] == "masked").sum())

    @property
    def recoverable_cells(self) -> int:
        """Counts that somebody could narrow down."""
        return len(self.exposed)


@dataclass(frozen=True)
class Control:
    """All that the masks and the proof need."""

    grid: Grid
    system: System
    plan: Plan
    read: Knowledge
    """What the print and the editions before say of each cell."""
    read_high: np.ndarray
    """Upper ends of the relations, closed by what is printed."""

    @cached_property
    def is_idle(self) -> np.ndarray:
        """Cells that nobody can be in, of those of the system."""
        idle = np.zeros(len(self.system.cells), dtype=bool)
        idle[: self.grid.size] = self.grid.is_idle
        return idle

    @cached_property
    def years(self) -> dict[int, np.ndarray]:
        """Cells of each year that somebody may be in."""
        return {year: cells[~self.is_idle[cells]] for year, cells in years_of(self.system).items()}

    def year(self, year: int) -> tuple[np.ndarray, System, Plan, list[Reader]]:
        """Cells of a year and those that a flow joins to it, their system, plan and readers.

        A year is protected by itself; of the years beside it what is shown is known, as far as it
        is shown for certain.
        """
        own = len(self.years[year])
        cells = self.system.around(self.years[year])
        cells = cells[~self.is_idle[cells]]
        system = self.system.part(cells, self.plan.counts, own)
        closed = replace(self.system, high=self.read_high).part(cells, self.plan.counts, own)
        read = Knowledge(self.read.low[cells], self.read.high[cells])
        readers = list(readers_of(self.grid, year, system, cells, read, closed.high))
        return cells, system, self.plan.part(cells).of_first(own), readers

    def masks(self, year: int) -> Protection:
        """Masks of a year."""
        _, system, plan, readers = self.year(year)
        found = protect(system, plan, readers, self.grid.rules.reach)
        return replace(found, masked=found.masked[: len(self.years[year])])

    def seen_of(self, printed: pl.DataFrame, left_out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The number that rows print of each cell, and the cells that must not be narrowed.

        Those are what the rows mask, and the small rests of what they have.
        """
        rows = printed.with_columns(
            pl.when(~pl.Series(left_out)).then(name) for name in ("numerator", "denominator")
        )
        shown, needed = shown_by(self.grid, rows, ~left_out, len(self.system.cells))
        part, _, _ = self.grid.small_complements
        needed[self.grid.size :] = needed[part]
        return shown, needed & (shown < 0)

    def proof(
        self, year: int, shown: np.ndarray, needed: np.ndarray, witnesses: sp.csc_array
    ) -> list[Finding]:
        """What the readers of a year narrow down."""
        cells, system, plan, readers = self.year(year)
        reach = self.grid.rules.reach
        needed = needed & np.isin(np.arange(len(needed)), self.years[year])
        found = prove(system, plan, readers, shown[cells], needed[cells], witnesses, reach)
        return [replace(one, cells=cells[one.cells].tolist()) for one in found]


def protect_warehouse(
    warehouse: "DuckDBPyConnection",
    printed_before: pl.DataFrame | None = None,
    progress: Report | None = None,
) -> Protected:
    """Mask and prove the public edition of a built warehouse.

    `printed_before` is what earlier editions printed (`read_before`). `progress` is called with
    what is being done, and how much of all is done (0 to 1). Raises `Refusal` where the rows and
    the signed relations do not agree.
    """
    report = progress or (lambda _doing, _done: None)
    report("relations", 0.0)
    grid = read_grid(warehouse, load_rules())
    refuse_unsigned(warehouse, grid)
    control = control_of(grid, warehouse, printed_before)
    masked, left_out = control.plan.sensitive.copy(), set[int]()
    witnesses = {}
    with _workers() as pool:
        report("masks", 0.1)
        tasks = {pool.submit(control.masks, year): year for year in _largest_first(control)}
        for done, task in enumerate(as_completed(tasks), 1):
            year, found = tasks[task], task.result()
            masked[control.years[year]], witnesses[year] = found.masked, found.witnesses
            left_out |= found.left_out
            report("masks", 0.1 + 0.6 * done / len(tasks))
        report("proof", 0.7)
        return _proven(control, masked, left_out, witnesses, pool, report)


def control_of(
    grid: Grid, warehouse: "DuckDBPyConnection", printed_before: pl.DataFrame | None
) -> Control:
    """The relations, the plan, and what was printed before."""
    plan, system = plan_of(grid, printed_before), relations_of(grid)
    base = grid.bottom
    is_shown = pl.Series((base >= 0) & ~plan.sensitive[base] & grid.in_scope)
    means = shown_rows(grid).select(pl.when(is_shown).then("value"), "step")
    system = system.with_rows(*relations_of_means(grid, system, means, plan.counts))
    in_print, system, read_high = read_in_print(grid, system, warehouse)
    read = in_print.and_also(read_before(grid, printed_before))
    rests = Knowledge.nothing(len(system.cells) - grid.size)
    read = Knowledge(np.concatenate([read.low, rests.low]), np.concatenate([read.high, rests.high]))
    return Control(grid, system, plan, read, read_high)


def _proven(
    control: Control,
    masked: np.ndarray,
    groups_left_out: set[int],
    witnesses: dict[int, sp.csc_array],
    pool: ProcessPoolExecutor,
    report: Report,
) -> Protected:
    """The rows and the proof; what no mask protects is left out.

    Without those rows less is known: what was wide stays so, and need not be asked again.
    """
    grid = control.grid
    printed = print_rows(grid, masked[: grid.size])
    is_large = control.plan.is_large(masked)
    left_out = _of_rows(grid, is_large)
    left_out |= np.isin(grid.group[grid.in_scope], list(groups_left_out))
    shown, needed = control.seen_of(printed, left_out)
    shown[is_large] = LEFT_OUT
    found: list[Finding] = []
    tasks = [
        pool.submit(control.proof, year, shown, needed, witnesses[year])
        for year in _largest_first(control)
    ]
    for done, task in enumerate(as_completed(tasks), 1):
        found += task.result()
        report("proof", 0.7 + 0.3 * done / len(tasks))
    named: dict[bool, set[tuple[int, str]]] = {True: set(), False: set()}
    for one in found:
        named[one.by_edition or one.reader == ANYBODY] |= {(cell, one.reader) for cell in one.cells}
    left_out |= _rows_of(grid, {exposure(grid, control.system.cells[c]) for c, _ in named[True]})
    _, still = control.seen_of(printed, left_out)
    exposed, known_anyway = (
        sorted(exposure(grid, control.system.cells[c], reader) for c, reader in some if still[c])
        for some in (named[True], named[False])
    )
    wrong = [exposure(grid, control.system.cells[c]) for c in printed_in_error(control.plan, shown)]
    kept = printed.filter(~pl.Series(left_out))
    gone = printed.filter(pl.Series(left_out)).select(KEYS)
    return Protected(kept, [*wrong, *exposed], gone, known_anyway)


def _of_rows(grid: Grid, cells: np.ndarray) -> np.ndarray:
    """Rows of the edition that have one of these cells."""
    return np.any([(of >= 0) & cells[of] for of in (grid.top, grid.bottom)], axis=0)[grid.in_scope]


def _rows_of(grid: Grid, exposed: set[Exposure]) -> np.ndarray:
    """Rows of the edition that are of the same indicator, year, place and population."""
    places = {(e.indicator_id, e.reporting_year, e.geography_id, e.population) for e in exposed}
    keys = grid.rows.filter(pl.Series(grid.in_scope)).select(
        "indicator_id", "reporting_year", "geography_id", "population"
    )
    return np.array([row in places for row in keys.iter_rows()], dtype=bool)


def _largest_first(control: Control) -> list[int]:
    masks = np.bincount([cell.year for cell in control.system.cells], control.plan.sensitive)
    return sorted(control.grid.years, key=lambda year: -masks[year])


@contextmanager
def _workers() -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(WORKERS, get_context("spawn"), _end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """A worker whose parent was killed ends too."""

    parent = parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def shown_rows(grid: Grid) -> pl.DataFrame:
    """All rows of the grid as they would be shown, and the `step` that a mean is rounded to."""
    rounding = grid.rules.rounding
    counts = []
    for cells, column in ((grid.top, "numerator"), (grid.bottom, "denominator")):
        exact = grid.rows[column].fill_null(0).to_numpy().astype(np.int64)
        is_rounded = (cells >= 0) & grid.is_rounded[cells]
        shown = pl.Series(np.where(is_rounded, rounding.shown(exact), exact), dtype=pl.Float64)
        counts.append(pl.when(pl.col(column).is_not_null()).then(shown))
    numerator, denominator = counts
    is_fine = rounding.supports_tenths(pl.col("value"), denominator)
    lines = {name: line.statistic for name, line in grid.catalogue.items()}
    statistic = pl.col("indicator_id").replace_strict(lines)
    step = pl.when((statistic == "mean") & is_fine).then(0.1).otherwise(1.0)
    value = (
        pl.when(statistic == "share")
        .then(numerator / denominator)
        .when(statistic == "count")
        .then(numerator)
        .when(step == 1)
        .then((pl.col("value") + 0.5).floor())
        .otherwise(pl.col("value").round(1))
    )
    return grid.rows.with_columns(
        numerator=numerator,
        denominator=denominator,
        value=pl.when(pl.col("value").is_not_null()).then(value),
        step=step,
    )


def print_rows(grid: Grid, masked: np.ndarray) -> pl.DataFrame:
    """The rows of the scope as they are shown, without what is masked (by cell)."""
    hidden_base = (grid.bottom >= 0) & masked[grid.bottom]
    hidden = pl.Series((grid.top >= 0) & masked[grid.top] | hidden_base)
    status = (
        pl.when(hidden)
        .then(pl.lit("masked"))
        .when(pl.col("value").is_null())
        .then(pl.lit("not_applicable"))
        .otherwise(pl.lit("shown"))
    )
    return (
        shown_rows(grid)
        .with_columns(
            numerator=pl.when(~hidden).then("numerator"),
            denominator=pl.when(~pl.Series(hidden_base)).then("denominator"),
            value=pl.when(~hidden).then("value"),
            status=status,
        )
        .drop("step")
        .filter(pl.Series(grid.in_scope))
    )
