"""How far an outsider can narrow the masked counts: by each equation, then by linear programs."""

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from tests.attack.table import Table

REACH = (0.5, 9.5)
"""A masked count must be able to be below the one and above the other: 0 as well as 10."""
EXACT = 1e-6
ROUNDS = 100


@dataclass(frozen=True)
class Narrowed:
    """A masked count that cannot be 0, or cannot be 10."""

    name: str
    place: str
    population: str
    least: float
    most: float

    def __str__(self) -> str:
        where = f"{self.name}, {self.place}, {self.population}"
        return f"{where}: {self.least:.1f} to {self.most:.1f}"


def attack(table: Table, with_programs: bool = True) -> list[Narrowed]:
    """What an outsider narrows down."""
    matrix, row_low, row_high = table.rows
    low, high = propagate(table.low, table.high, matrix, row_low, row_high)
    assert ((low <= table.true) & (table.true <= high)).all(), "the attack excludes the truth"
    cells = np.array(sorted(table.masked))
    least, most = low[cells], high[cells]
    is_open = ~_is_narrowed(least, most)
    if with_programs and is_open.any():
        programs = Programs(low, high, matrix, row_low, row_high, cells[is_open])
        least[is_open], most[is_open] = programs.ends()
    return [
        Narrowed(*table.masked[cells[n]], float(least[n]), float(most[n]))
        for n in np.flatnonzero(_is_narrowed(least, most))
    ]


def _is_narrowed(least: np.ndarray, most: np.ndarray) -> np.ndarray:
    return (least > REACH[0]) | (most < REACH[1])


def propagate(
    low: np.ndarray,
    high: np.ndarray,
    matrix: sp.csr_array,
    row_low: np.ndarray,
    row_high: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Ends that each equation allows, given those of its other cells, until none moves."""
    entries = matrix.tocoo()
    rows, cells, factors = entries.row, entries.col, entries.data
    is_positive = factors > 0
    for _ in range(ROUNDS):
        least = factors * np.where(is_positive, low[cells], high[cells])
        most = factors * np.where(is_positive, high[cells], low[cells])
        of_others = np.bincount(rows, least)[rows] - least, np.bincount(rows, most)[rows] - most
        upper = (row_high[rows] - of_others[0]) / factors
        lower = (row_low[rows] - of_others[1]) / factors
        new_low, new_high = low.copy(), high.copy()
        np.minimum.at(new_high, cells, np.where(is_positive, upper, lower))
        np.maximum.at(new_low, cells, np.where(is_positive, lower, upper))
        # Counts are whole.
        new_low, new_high = np.ceil(new_low - EXACT), np.floor(new_high + EXACT)
        if (new_low == low).all() and (new_high == high).all():
            break
        low, high = new_low, new_high
    return low, high


class Programs:
    """Tables of counts that agree with all that is known, found by linear programs."""

    def __init__(
        self,
        low: np.ndarray,
        high: np.ndarray,
        matrix: sp.csr_array,
        row_low: np.ndarray,
        row_high: np.ndarray,
        cells: np.ndarray,
    ) -> None:
        """`cells` are those that are asked for."""
        free = np.flatnonzero(low < high)
        known = matrix @ np.where(low < high, 0, low)
        matrix, low, high = matrix[:, free].tocsr(), low[free], high[free]
        row_low, row_high = row_low - known, row_high - known
        up, down = matrix.maximum(0), matrix.minimum(0)
        binds = (up @ low + down @ high < row_low - EXACT) | (
            up @ high + down @ low > row_high + EXACT
        )
        many = len(cells)
        self._cells = np.searchsorted(free, cells)
        # Beside each cell stands what it has up to 10, so that many can be raised at once.
        self._capped = len(free) + np.arange(many)
        pick = sp.csr_array((np.ones(many), (np.arange(many), self._cells)), (many, len(free)))
        whole = sp.csr_array(sp.block_array([[matrix[binds], None], [pick, -sp.eye_array(many)]]))
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = whole.shape
        program.col_cost_ = np.zeros(whole.shape[1])
        program.col_lower_ = np.concatenate([low, np.zeros(many)])
        program.col_upper_ = np.concatenate([high, np.full(many, 10.0)])
        program.row_lower_ = np.concatenate([row_low[binds], np.zeros(many)])
        program.row_upper_ = np.concatenate([row_high[binds], np.full(many, np.inf)])
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = whole.indptr
        program.a_matrix_.index_ = whole.indices
        program.a_matrix_.value_ = whole.data
        self._solver = highspy.Highs()
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        self._solver.passModel(program)
        self._least, self._most = np.full(many, np.inf), np.full(many, -np.inf)

    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """How little and how much each cell is in the tables found, which stop short of none."""
        self._reach(self._cells, 1.0, lambda: self._least > REACH[0])
        self._reach(self._capped, -1.0, lambda: self._most < REACH[1])
        return self._least, self._most

    def _reach(self, columns: np.ndarray, cost: float, is_far: Callable[[], np.ndarray]) -> None:
        """Bring all cells to an end, many at once; those that hinder each other one by one."""
        was_alone = np.zeros(len(columns), dtype=bool)
        while len(asked := np.flatnonzero(is_far() & ~was_alone)):
            self._solve(columns[asked], cost)
            if is_far()[asked].all():
                self._solve(columns[asked[:1]], cost)
                was_alone[asked[0]] = True

    def _solve(self, columns: np.ndarray, cost: float) -> None:
        every = np.concatenate([self._cells, self._capped])
        costs = np.where(np.isin(every, columns), cost, 0.0)
        self._solver.changeColsCost(len(every), every.astype(np.int32), costs)
        # Far from the last solution: better prepared anew than begun there.
        self._solver.clearSolver()
        self._solver.run()
        assert self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found = np.array(self._solver.getSolution().col_value)[self._cells]
        self._least, self._most = np.minimum(self._least, found), np.maximum(self._most, found)
