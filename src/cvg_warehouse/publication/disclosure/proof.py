"""The proof: an attack on what the edition prints, row by row, by each of its readers.

It starts from the printed rows alone, so that an error in the choice of the masks cannot hide: what
they show is known, every other count of the edition's rows must be able to be anything from 0 (a
reader's own people) to `reach`. Tables that the search for masks came across serve as witnesses,
each checked in integers against what is printed; where there is none, `Moves` decides.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
import scipy.sparse as sp

from cvg_warehouse.publication.disclosure.grid import Cell, Grid
from cvg_warehouse.publication.disclosure.moves import Knowledge, Moves
from cvg_warehouse.publication.disclosure.plan import MASKED, NOT_THERE, Plan
from cvg_warehouse.publication.disclosure.readers import ANYBODY, PRINT, Anyway, Reader
from cvg_warehouse.publication.disclosure.system import System
from cvg_warehouse.publication.disclosure.witnesses import Witnesses


class Exposure(NamedTuple):
    """A count of the edition that somebody could narrow down. It never says the count."""

    indicator_id: str
    breakdown: str
    reporting_year: int
    geography_id: str
    population: str
    reader: str = ""

    def __str__(self) -> str:
        *cell, reader = (str(one) for one in self)
        return ", ".join(one for one in cell if one) + (f", by {reader}" if reader else "")


@dataclass(frozen=True)
class Finding:
    """Cells that a reader narrows down with the edition (`by_edition`), or without it."""

    reader: str
    cells: list[int]
    by_edition: bool


def prove(
    system: System,
    plan: Plan,
    readers: list[Reader],
    shown: np.ndarray,
    needed: np.ndarray,
    witnesses: sp.csc_array,
    reach: int,
) -> list[Finding]:
    """What the readers of a year narrow down.

    `shown` is the number that is printed of each cell, or what stands there instead; `needed` are
    the cells that must be wide.
    """
    tables = Witnesses(system, plan.counts, witnesses)
    moves = Moves(system, plan.counts, plan.effort)
    seen = plan.seen(shown)
    if not (seen.low <= plan.counts).all() or not (plan.counts <= seen.high).all():
        raise ValueError("a printed number does not stand for the count")
    found: list[Finding] = []
    ruled_out: set[tuple[int, int]] = set()
    """Ends that everybody rules out: the readers that follow know as much."""
    without = Anyway(system)
    for reader in readers:
        known = seen.and_also(reader.knows)
        ends = tables.open_ends(known, reader, needed, reach)
        asked = [end for end in ends if end not in ruled_out]
        anyway = {end for end in asked if without.rules_out(reader, *end)}
        narrow = _narrow(moves, tables, reader, known, [end for end in asked if end not in anyway])
        anyway |= set(_narrow(moves, tables, reader, reader.knows, narrow))
        if reader.name in (ANYBODY, PRINT):
            ruled_out |= anyway.union(narrow)
        found += [
            Finding(reader.name, sorted({cell for cell, _ in set(narrow) - anyway}), True),
            Finding(reader.name, sorted({cell for cell, _ in anyway}), False),
        ]
    return [one for one in found if one.cells]


def _narrow(
    moves: Moves,
    tables: Witnesses,
    reader: Reader,
    known: Knowledge,
    asked: list[tuple[int, int]],
) -> list[tuple[int, int]]:
    if asked:
        moves.know(known, known, reader.high)
    narrow = []
    for end in asked:
        move = moves.move(*end)
        if move is None:
            narrow.append(end)
        else:
            tables.add(move.by)
    return narrow


def shown_by(
    grid: Grid, printed: pl.DataFrame, is_row: np.ndarray, many: int
) -> tuple[np.ndarray, np.ndarray]:
    """The number that rows print of each of so many cells, and a mask of their cells.

    `printed` has the rows of `grid.in_scope`, `is_row` says which of them the edition has.
    """
    shown, of_rows = np.full(many, NOT_THERE), np.zeros(many, dtype=bool)
    for cells, column in ((grid.top, "numerator"), (grid.bottom, "denominator")):
        cells = cells[grid.in_scope]
        is_printed = printed[column].is_not_null().to_numpy() & (cells >= 0)
        shown[cells[is_printed]] = printed[column].to_numpy()[is_printed].astype(np.int64)
        of_rows[cells[is_row & (cells >= 0)]] = True
    return np.where(of_rows & (shown < 0), MASKED, shown), of_rows


def printed_in_error(plan: Plan, shown: np.ndarray) -> np.ndarray:
    """Cells that must not be printed, or not so: small, alone, near the ends of a rate, exact."""
    right = np.where(plan.rounded, plan.rounding.shown(plan.counts), plan.counts)
    return np.flatnonzero((shown >= 0) & ((shown != right) | plan.sensitive))


def exposure(grid: Grid, cell: Cell, reader: str = "") -> Exposure:
    """The name of a cell, for people."""
    line, value = grid.indicator_of(cell.quantity.removeprefix("not "))
    return Exposure(line.indicator, value, cell.year, cell.geography, cell.population, reader)
