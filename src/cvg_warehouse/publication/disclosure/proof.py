"""The proof: an attack on what the edition prints, row by row.

It starts from the printed rows alone, so that an error in the choice of the masks cannot hide: what
they show is known, every other count of the edition's rows must be able to be anything from 0 to
`reach`. Tables that the search for masks came across serve as witnesses, each checked in integers
against what is printed; where there is none, the programs of `attack` decide. What one relation by
itself gives away needs no program.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from cvg_warehouse.publication.disclosure.attack import Attack
from cvg_warehouse.publication.disclosure.bounds import propagate
from cvg_warehouse.publication.disclosure.grid import Cell, Grid
from cvg_warehouse.publication.disclosure.plan import Plan
from cvg_warehouse.publication.disclosure.programs import Contradiction
from cvg_warehouse.publication.disclosure.system import System, Unknowns, years_of


class Exposure(NamedTuple):
    """A count of the edition that an outsider could narrow down. It never says the count."""

    indicator_id: str
    breakdown: str
    reporting_year: int
    geography_id: str
    population: str

    def __str__(self) -> str:
        return ", ".join(str(one) for one in self if one != "")


def prove(
    grid: Grid,
    system: System,
    plan: Plan,
    printed: pl.DataFrame,
    witnesses: Mapping[int, list[np.ndarray]],
) -> list[Exposure]:
    """Every count that is printed and must not be, or that is masked and could be narrowed down.

    `printed` has the rows of `grid.in_scope`, `witnesses` are tables by year.
    """
    top, bottom = grid.top[grid.in_scope], grid.bottom[grid.in_scope]
    known, counts = plan.given.copy(), np.where(plan.given, plan.counts, 0)
    for cells, column in ((top, "numerator"), (bottom, "denominator")):
        is_printed = printed[column].is_not_null().to_numpy() & (cells >= 0)
        known[cells[is_printed]] = True
        counts[cells[is_printed]] = printed[column].to_numpy()[is_printed].astype(np.int64)
    needed = plan.guarded.copy()
    for cells in (top, bottom):
        needed[cells[cells >= 0]] = True
    needed &= ~known
    found = set(_printed_in_error(grid, printed, top, bottom))
    for year, cells in years_of(system).items():
        part, truth, reach = system.part(cells), plan.counts[cells], grid.rules.reach
        tables = witnesses.get(year, [])
        unknowns = Unknowns.of(part, counts[cells], known[cells])
        narrow = _narrowed(unknowns, needed[cells], reach, truth, tables)
        if narrow.any():
            # What is known anyway, from editions before, no mask of this one can hide.
            unknowns = Unknowns.of(part, truth, plan.given[cells])
            narrow &= ~_narrowed(unknowns, narrow, reach, truth, [])
        found.update(cells[narrow].tolist())
    return sorted({_exposure(grid, system.cells[cell]) for cell in found})


def _narrowed(
    unknowns: Unknowns,
    needed: np.ndarray,
    reach: int,
    truth: np.ndarray,
    tables: list[np.ndarray],
) -> np.ndarray:
    """Which of the needed cells an outsider could narrow down."""
    bounds, narrow = propagate(unknowns), np.zeros(len(needed), dtype=bool)
    narrow[unknowns.cells] = (bounds.low > 0) | (bounds.high < reach)
    narrow &= needed
    attack = Attack(unknowns, needed & ~narrow, reach, truth)
    for table in tables:
        attack.confirm(table)
    try:
        narrow[[one.cell for one in attack.run()]] = True
    except Contradiction:
        return needed
    return narrow


def _printed_in_error(
    grid: Grid, printed: pl.DataFrame, top: np.ndarray, bottom: np.ndarray
) -> list[int]:
    """Cells of rows that show a small count, a zero that discloses, or a rate too near its ends."""
    found: list[int] = []
    threshold = grid.rules.threshold
    numerator = printed["numerator"].to_numpy()
    denominator = printed["denominator"].to_numpy()
    for cells, shown in ((top, numerator), (bottom, denominator)):
        is_zero = (shown == 0) & grid.discloses_zero[cells]
        found += cells[(cells >= 0) & (((shown > 0) & (shown < threshold)) | is_zero)].tolist()
    rest = denominator - numerator
    is_rate = (top >= 0) & (bottom >= 0) & (denominator > 0)
    is_all = (rest == 0) & grid.discloses_zero[top]
    found += top[is_rate & (((rest > 0) & (rest < threshold)) | is_all)].tolist()
    return found


def _exposure(grid: Grid, cell: Cell) -> Exposure:
    line, value = grid.indicator_of(cell.quantity.removeprefix("not "))
    return Exposure(line.indicator, value, cell.year, cell.geography, cell.population)
