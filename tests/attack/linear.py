"""How far an outsider can narrow the masked counts: bounds of each equation, then linear programs."""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

REACH = (0.5, 9.5)
"""A masked count must be able to be below the one and above the other: 0 as well as 10."""
ROUNDS = 100


@dataclass(frozen=True)
class Knowledge:
    """Least and most of each cell, and equations among them."""

    low: np.ndarray
    high: np.ndarray
    matrix: sp.csr_array
    row_low: np.ndarray
    row_high: np.ndarray

    def narrowed(self, cells: list[int]) -> list[int]:
        """Those of the cells that cannot be 0 or cannot be 10, as far as the bounds tell."""
        return [cell for cell in cells if self.low[cell] > REACH[0] or self.high[cell] < REACH[1]]


def propagate(knows: Knowledge) -> Knowledge:
    """Bounds that each equation by itself allows, given those of its other cells, until none moves."""
    by_row = knows.matrix.tocoo()
    rows, cells, factors = by_row.row, by_row.col, by_row.data
    low, high = knows.low.copy(), knows.high.copy()
    for _ in range(ROUNDS):
        least = np.where(factors > 0, factors * low[cells], factors * high[cells])
        most = np.where(factors > 0, factors * high[cells], factors * low[cells])
        all_least = np.bincount(rows, least, len(knows.row_low))[rows]
        all_most = np.bincount(rows, most, len(knows.row_low))[rows]
        upper = (knows.row_high[rows] - (all_least - least)) / factors
        lower = (knows.row_low[rows] - (all_most - most)) / factors
        new_low, new_high = low.copy(), high.copy()
        np.minimum.at(new_high, cells, np.where(factors > 0, upper, lower))
        np.maximum.at(new_low, cells, np.where(factors > 0, lower, upper))
        # Counts are whole.
        new_low, new_high = np.ceil(new_low - 1e-6), np.floor(new_high + 1e-6)
        if (new_low == low).all() and (new_high == high).all():
            break
        low, high = new_low, new_high
    assert (low <= high).all(), "the equations contradict what is shown"
    return Knowledge(low, high, knows.matrix, knows.row_low, knows.row_high)


class Programs:
    """Tables of counts that agree with all that is known, found by linear programs."""

    def __init__(self, knows: Knowledge, cells: list[int]) -> None:
        """`cells` are those that will be asked for."""
        is_open = knows.low < knows.high
        known = knows.matrix @ np.where(is_open, 0, knows.low)
        matrix = knows.matrix[:, np.flatnonzero(is_open)].tocsr()
        low, high = knows.low[is_open], knows.high[is_open]
        positive, negative = matrix.maximum(0), matrix.minimum(0)
        least, most = positive @ low + negative @ high, positive @ high + negative @ low
        row_low, row_high = knows.row_low - known, knows.row_high - known
        binds = (least < row_low - 1e-9) | (most > row_high + 1e-9)
        self.cells = cells
        self._columns = np.searchsorted(np.flatnonzero(is_open), cells)
        self._capped = matrix.shape[1] + np.arange(len(cells))
        # Beside each cell stands what it has up to 10, so that many can be raised at once.
        caps = sp.csr_array(
            (
                np.tile([1.0, -1.0], len(cells)),
                (np.repeat(np.arange(len(cells)), 2), np.stack([self._columns, self._capped], 1).ravel()),
            ),
            shape=(len(cells), matrix.shape[1] + len(cells)),
        )
        padded = sp.hstack([matrix[binds], sp.csr_array((int(binds.sum()), len(cells)))])
        program = highspy.HighsLp()
        whole = sp.csr_array(sp.vstack([padded, caps]))
        program.num_row_, program.num_col_ = whole.shape
        program.col_cost_ = np.zeros(whole.shape[1])
        program.col_lower_ = np.concatenate([low, np.zeros(len(cells))])
        program.col_upper_ = np.concatenate([high, np.full(len(cells), 10.0)])
        program.row_lower_ = np.concatenate([row_low[binds], np.zeros(len(cells))])
        program.row_upper_ = np.concatenate([row_high[binds], np.full(len(cells), np.inf)])
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = whole.indptr
        program.a_matrix_.index_ = whole.indices
        program.a_matrix_.value_ = whole.data
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)
        self.solver.passModel(program)
        self.size, self.programs = whole.shape, 0
        self.least, self.most = np.full(len(cells), np.inf), np.full(len(cells), -np.inf)

    def _solve(self, columns: np.ndarray, cost: float) -> None:
        every = np.concatenate([self._columns, self._capped])
        costs = np.where(np.isin(every, columns), cost, 0.0)
        # Far from the last solution: better prepared anew than begun there.
        self.solver.clearSolver()
        self.solver.changeColsCost(len(every), every.astype(np.int32), costs)
        self.solver.run()
        self.programs += 1
        assert self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found = np.array(self.solver.getSolution().col_value)[self._columns]
        self.least, self.most = np.minimum(self.least, found), np.maximum(self.most, found)

    def narrowed(self) -> list[tuple[int, float, float]]:
        """Cells that cannot be 0 or cannot be 10, and the least and the most that they can be."""
        for lowers in (True, False):
            columns, cost = (self._columns, 1.0) if lowers else (self._capped, -1.0)
            is_alone = np.zeros(len(columns), dtype=bool)
            while True:
                is_open = self.least > REACH[0] if lowers else self.most < REACH[1]
                asked = np.flatnonzero(is_open & ~is_alone)
                if not len(asked):
                    break
                self._solve(columns[asked], cost)
                still = self.least > REACH[0] if lowers else self.most < REACH[1]
                if still[asked].all():
                    # Those that hinder each other are asked one by one.
                    self._solve(columns[asked[:1]], cost)
                    is_alone[asked[0]] = True
        return [
            (cell, float(least), float(most))
            for cell, least, most in zip(self.cells, self.least, self.most, strict=True)
            if least > REACH[0] or most < REACH[1]
        ]
