"""The public edition's indicators: masks, the rows that are printed, and the proof on those."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cvg_warehouse.publication.disclosure.derivation import refuse_unsigned
from cvg_warehouse.publication.disclosure.grid import Grid, read_grid
from cvg_warehouse.publication.disclosure.plan import Before, Plan, plan_of
from cvg_warehouse.publication.disclosure.proof import Exposure, prove
from cvg_warehouse.publication.disclosure.protect import Protection, protect
from cvg_warehouse.publication.disclosure.relations import relations_of
from cvg_warehouse.publication.disclosure.rules import load_rules
from cvg_warehouse.publication.disclosure.system import System, years_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WORKERS = 2

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Protected:
    """The rows of the public edition and the figures of its record."""

    mart_indicators: pl.DataFrame
    """Columns of `mart_indicators` and `status`: shown, masked or not_applicable."""
    exposed: list[Exposure]
    """Empty, or the edition must not be published."""

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
        """Counts that an outsider could narrow down."""
        return len(self.exposed)


def protect_warehouse(
    warehouse: "DuckDBPyConnection",
    printed_before: pl.DataFrame | None = None,
    progress: Report | None = None,
) -> Protected:
    """Mask and prove the public edition of a built warehouse.

    `printed_before` is what earlier public editions printed or masked of the same people, a row per
    cell and showing: what was masked stays so, and what was printed counts as known where it has
    not changed. `progress` is called with what is being done, and how much of all is done (0 to 1).
    Raises `Refusal` where the rows and the signed relations do not agree.
    """
    report = progress or (lambda _doing, _done: None)
    report("relations", 0.0)
    grid = read_grid(warehouse, load_rules())
    refuse_unsigned(warehouse, grid)
    system = relations_of(grid)
    before = Before.of(grid, printed_before)
    plan = plan_of(grid, system, before)
    report("masks", 0.1)
    protections = protect_years(system, plan, grid.rules.reach, report)
    masked = plan.hidden.copy()
    for year, cells in years_of(system).items():
        masked[cells] |= protections[year].masked
    report("proof", 0.95)
    printed = print_rows(grid, masked)
    witnesses = {year: protection.witnesses for year, protection in protections.items()}
    return Protected(printed, prove(grid, system, plan, printed, witnesses))


def protect_years(system: System, plan: Plan, reach: int, report: Report) -> dict[int, Protection]:
    """Protect each year in a process of its own, the largest first: no relation joins two years."""
    years = years_of(system)
    size = {
        year: (plan.published[cells] * plan.counts[cells]).sum() for year, cells in years.items()
    }
    found: dict[int, Protection] = {}
    pool = ProcessPoolExecutor(WORKERS, get_context("spawn"), _end_with_parent)
    try:
        tasks = {
            pool.submit(protect, system.part(years[year]), plan.part(years[year]), reach): year
            for year in sorted(years, key=lambda year: -size[year])
        }
        for task in as_completed(tasks):
            found[tasks[task]] = task.result()
            report("masks", 0.1 + 0.85 * len(found) / len(tasks))
    finally:
        pool.shutdown(cancel_futures=True)
    return found


def _end_with_parent() -> None:
    """A worker whose parent was killed ends too."""

    parent = parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def print_rows(grid: Grid, masked: np.ndarray) -> pl.DataFrame:
    """The rows of the edition: those of the scope, without what is masked (by cell)."""
    top_hidden = (grid.top >= 0) & masked[grid.top]
    bottom_hidden = (grid.bottom >= 0) & masked[grid.bottom]
    hidden = pl.Series(top_hidden | bottom_hidden)
    has_no_base = (pl.col("denominator") == 0) & pl.col("value").is_null()
    status = (
        pl.when(hidden)
        .then(pl.lit("masked"))
        .when(has_no_base)
        .then(pl.lit("not_applicable"))
        .otherwise(pl.lit("shown"))
    )
    return grid.rows.with_columns(
        numerator=pl.when(~hidden).then("numerator"),
        denominator=pl.when(~pl.Series(bottom_hidden)).then("denominator"),
        value=pl.when(~hidden).then("value"),
        status=status,
    ).filter(pl.Series(grid.in_scope))
