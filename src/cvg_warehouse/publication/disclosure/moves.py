"""The one linear program (HiGHS) of the disclosure control: what else must move if one count does?

All starts from a table of counts that fits what somebody knows: the true one. To tell whether a
cell could as well hold another count is to find changes of other cells that make that count fit
too. `Moves` finds the smallest such changes. Where there are none, the cell is narrowed for certain
(the linear program is the more generous one); where there are, they are checked in integers, apart
from the solver, and are a proof.

With a `price` for going beyond what is shown of a cell, the same program answers which cells would
have to be masked: those it goes beyond.
"""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from cvg_warehouse.publication.disclosure.system import INFINITE, UNBOUNDED, System

MOST = 10**6
"""No count of the programme is as high: everything has an end, also what is not bound."""
EXACT = 1e-6
HOPS = (3, 5)
"""So many relations away a change is sought first: most are found there, in a small program."""
NOTHING = np.zeros(0, dtype=np.int64)
NODES = 200
"""Branches of an integer program: a limit that does not depend on the machine, as time would."""


@dataclass(frozen=True)
class Knowledge:
    """What somebody knows of each cell by itself: low <= count <= high."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def nothing(cls, cells: int) -> "Knowledge":
        """Counts are no less than 0."""
        return cls(np.zeros(cells, np.int64), np.full(cells, INFINITE))

    def and_also(self, other: "Knowledge") -> "Knowledge":
        """Both together."""
        return Knowledge(np.maximum(self.low, other.low), np.minimum(self.high, other.high))


class Moves:
    """Changes of a table of counts that fit what is known, as few as possible."""

    def __init__(
        self,
        system: System,
        counts: np.ndarray,
        effort: np.ndarray,
        price: np.ndarray | None = None,
        most: float = np.inf,
    ) -> None:
        """`counts` fit `system`; `effort` is the cost of a change by one, by cell.

        `price` is that beyond what is known, infinite where there is no beyond; at `most`, a change
        costs so much.
        """
        self.system, self.counts, self._most = system, counts, most
        many = len(counts)
        prices = np.full(many, np.inf) if price is None else price
        self._soft = np.flatnonzero(np.isfinite(prices))
        self._activity = system.matrix @ counts
        self.known = Knowledge.nothing(many)
        self._ends = self._ends_of(self.known, self.known)
        self._high = system.high
        self._effort = effort
        self._up, self._down = system.matrix.maximum(0).tocsr(), system.matrix.minimum(0).tocsr()
        soft = system.matrix[:, self._soft]
        costs = np.concatenate([effort, effort, prices[self._soft], prices[self._soft]])
        matrix = sp.hstack([system.matrix, -system.matrix, soft, -soft])
        rows = (_floats(system.low, self._activity), _floats(system.high, self._activity))
        self._solver = _solver(matrix, costs, (np.zeros(len(costs)), self._ends), rows)
        self._solver.setOptionValue("presolve", "off")
        self._solver.setOptionValue("objective_bound", most)

    def _ends_of(self, known: Knowledge, anyway: Knowledge) -> np.ndarray:
        up, down = np.minimum(known.high, MOST) - self.counts, self.counts - known.low
        over = np.minimum(anyway.high, MOST) - np.minimum(known.high, MOST)
        under = known.low - anyway.low
        return np.concatenate([up, down, over[self._soft], under[self._soft]]).astype(float)

    def know(self, known: Knowledge, anyway: Knowledge, high: np.ndarray) -> None:
        """From now on `known` is known of the cells, and `high` are the upper ends of relations.

        `anyway` is what masks would not hide of it: no change goes beyond that.
        """
        ends = self._ends_of(known, anyway)
        changed = np.flatnonzero(ends != self._ends)
        self._solver.changeColsBounds(
            len(changed), changed.astype(np.int32), np.zeros(len(changed)), ends[changed]
        )
        rows = np.flatnonzero(high != self._high)
        low, top = (_floats(side[rows], self._activity[rows]) for side in (self.system.low, high))
        for row, least, most in zip(rows, low, top, strict=True):
            self._solver.changeRowBounds(int(row), float(least), float(most))
        self.known, self._ends, self._high = known, ends, high
        bottom, ceiling = np.maximum(known.low, 0), np.minimum(known.high, MOST)
        over = (self._up @ ceiling + self._down @ bottom > high) & (high < UNBOUNDED)
        under = (self._up @ bottom + self._down @ ceiling < self.system.low) & (
            self.system.low > -UNBOUNDED
        )
        self._live = np.flatnonzero(over | under)
        self._lines = self.system.matrix[self._live]
        self._pattern = abs(self._lines).astype(bool).astype(np.int8)

    def move(self, cell: int, wanted: int) -> "Move | None":
        """The least change that brings a cell to a count, or None where none was found."""
        here = np.arange(len(self.counts)) == cell
        for hops in HOPS:
            nearby = self._within(cell, wanted, self._around(here, hops))
            if nearby is not None:
                return Move(nearby, NOTHING)
        found = self._linear(cell, wanted)
        if found is None or found.is_too_dear:
            return found
        whole = np.rint(found.by).astype(np.int64)
        if len(found.beyond) or self._fits(whole, cell, wanted):
            return Move(whole, found.beyond)
        integer = self._integer(cell, wanted, np.abs(found.by) > EXACT)
        return None if integer is None else Move(integer, found.beyond)

    def _linear(self, cell: int, wanted: int) -> "Move | None":
        many, soft = len(self.counts), len(self._soft)
        by = wanted - int(self.counts[cell])
        up, down = cell, many + cell
        moved, back = (up, down) if by > 0 else (down, up)
        if self._ends[moved] < abs(by):
            return None
        self._solver.changeColBounds(moved, float(abs(by)), self._ends[moved])
        self._solver.changeColBounds(back, 0.0, 0.0)
        # From no change at all, which is nearly a solution, rather than from the last one.
        self._solver.clearSolver()
        try:
            self._solver.run()
            status = self._solver.getModelStatus()
            if status == highspy.HighsModelStatus.kObjectiveBound:
                return TOO_DEAR
            if status != highspy.HighsModelStatus.kOptimal:
                return None
            if self._solver.getInfo().objective_function_value > self._most:
                return TOO_DEAR
            found = np.array(self._solver.getSolution().col_value)
        finally:
            for one in (moved, back):
                self._solver.changeColBounds(one, 0.0, self._ends[one])
        inside = found[:many] - found[many : 2 * many]
        outside = found[2 * many : 2 * many + soft] - found[2 * many + soft :]
        inside[self._soft] += outside
        return Move(inside, self._soft[np.abs(outside) > EXACT])

    def _fits(self, by: np.ndarray, cell: int, wanted: int) -> bool:
        """Whether changes fit what is known, and bring the cell there, in integer arithmetic."""
        table = self.counts + by
        there = table[cell] <= wanted if wanted <= self.counts[cell] else table[cell] >= wanted
        return bool(there) and fits(self.system, self._high, self.known, table)

    def _integer(self, cell: int, wanted: int, moved: np.ndarray) -> np.ndarray | None:
        """Whole changes, of the cells that the linear program moves and those around them."""
        for hops in range(4):
            found = self._within(cell, wanted, self._around(moved, hops), whole=True)
            if found is not None:
                return found
        return None

    def _around(self, cells: np.ndarray, hops: int) -> np.ndarray:
        """Cells that are so many relations away, at most, and not known."""
        free = cells | (self.known.low != self.known.high)
        for _ in range(hops):
            cells = ((self._pattern.T @ (self._pattern @ cells.astype(np.int8))) > 0) & free
        return np.flatnonzero(cells)

    def _within(
        self, cell: int, wanted: int, columns: np.ndarray, whole: bool = False
    ) -> np.ndarray | None:
        """Changes of these cells alone, in whole numbers; None where there are none."""
        # Relations that hold whatever the counts, as far as those are known, need not be asked.
        matrix = self._lines[:, columns]
        lines = np.flatnonzero(np.diff(matrix.indptr))
        matrix, rows, many = matrix[lines], self._live[lines], len(columns)
        up = np.minimum(self.known.high[columns], MOST) - self.counts[columns]
        down = self.counts[columns] - self.known.low[columns]
        least = np.zeros(2 * many)
        by, at = wanted - int(self.counts[cell]), int(np.searchsorted(columns, cell))
        moved, back = (up, down) if by > 0 else (down, up)
        if moved[at] < abs(by):
            return None
        back[at], least[at if by > 0 else many + at] = 0, abs(by)
        costs = np.tile(self._effort[columns], 2)
        columns_ends = (least, np.concatenate([up, down]).astype(float))
        activity = self._activity[rows]
        row_ends = _floats(self.system.low[rows], activity), _floats(self._high[rows], activity)
        solver = _solver(sp.hstack([matrix, -matrix]), costs, columns_ends, row_ends, whole)
        if whole:
            solver.setOptionValue("mip_max_nodes", NODES)
        else:
            # No change at all is nearly a solution: there is nothing to prepare.
            solver.setOptionValue("presolve", "off")
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = np.array(solver.getSolution().col_value)
        changes = np.zeros(len(self.counts), dtype=np.int64)
        changes[columns] = np.rint(found[:many] - found[many:])
        return changes if self._fits(changes, cell, wanted) else None


@dataclass(frozen=True)
class Move:
    """Changes of all cells; `beyond`: cells that would have to be masked for them."""

    by: np.ndarray
    beyond: np.ndarray
    is_too_dear: bool = False
    """There are changes, but not for a price that is to be paid."""


TOO_DEAR = Move(NOTHING, NOTHING, is_too_dear=True)


def fits(system: System, high: np.ndarray, known: Knowledge, table: np.ndarray) -> bool:
    """Whether a table agrees with the relations (`high`: their upper ends) and what is known."""
    activity = system.matrix @ table
    return bool(
        (table >= known.low).all()
        and (table <= known.high).all()
        and ((activity >= system.low) | (system.low <= -UNBOUNDED)).all()
        and ((activity <= high) | (high >= UNBOUNDED)).all()
    )


def _floats(ends: np.ndarray, activity: np.ndarray) -> np.ndarray:
    """Ends of relations, as far as the changes may go."""
    endless = np.where(ends < 0, -np.inf, np.inf)
    return np.where(np.abs(ends) >= UNBOUNDED, endless, (ends - activity).astype(float))


Ends = tuple[np.ndarray, np.ndarray]


def _solver(
    matrix: sp.csr_array | sp.csc_array,
    costs: np.ndarray,
    columns: Ends,
    rows: Ends,
    whole: bool = False,
) -> highspy.Highs:
    """A program of the least cost, with the ends of its columns and rows."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    by_column = sp.csc_array(matrix)
    kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
    solver.passModel(
        len(costs),
        by_column.shape[0],
        by_column.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        # Costs differ slightly, so that a change is not split among equal ones.
        costs * (1 + 0.1 * np.random.default_rng(0).random(len(costs))),
        *columns,
        *rows,
        by_column.indptr.astype(np.int32),
        by_column.indices.astype(np.int32),
        by_column.data.astype(float),
        np.full(len(costs), int(kind), dtype=np.int32),
    )
    return solver
