"""Linear and integer programs (HiGHS) over the unknowns that hang together.

`highspy` rather than `scipy.optimize`, which has the same solver: here a program keeps its last
solution, so that asking for the next cell takes a few steps of the simplex instead of all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from cvg_warehouse.publication.disclosure.system import UNBOUNDED, Unknowns

MOST = 10**6
"""No count of the programme is as high: everything has an end, also what is not bound."""
EXACT = 1e-6
PRIMAL = 4
"""HiGHS's number for the primal simplex."""
NODES = 200
"""Branches of an integer program: a limit that does not depend on the machine, as time would."""


class Contradiction(Exception):
    """No table of non-negative integers fits what is published: the relations are not true."""


class NotDecided(Exception):
    """The program did not come to an end."""


@dataclass(frozen=True)
class Probe:
    """Optimum of one cell: its count there, the whole table, and the price of each relation."""

    value: float
    table: np.ndarray
    prices: np.ndarray


class Model:
    """The unknowns that hang together, as a linear program that keeps its last solution."""

    def __init__(self, unknowns: Unknowns, columns: np.ndarray) -> None:
        matrix = sp.csr_array(unknowns.matrix[:, columns])
        rows = np.flatnonzero(np.diff(matrix.indptr))
        self.columns = columns
        self.rows = rows
        self.matrix = sp.csr_array(matrix[rows])
        self.low, self.high = unknowns.low[rows], unknowns.high[rows]
        self.shifts: Shifts | None = None
        self.solver = _solver()
        self.solver.passModel(self._program())

    def _program(self) -> highspy.HighsLp:
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = self.matrix.shape
        program.col_cost_ = np.zeros(len(self.columns))
        program.col_lower_ = np.zeros(len(self.columns))
        program.col_upper_ = np.full(len(self.columns), float(MOST))
        program.row_lower_ = np.where(self.low <= -UNBOUNDED, -np.inf, self.low.astype(float))
        program.row_upper_ = np.where(self.high >= UNBOUNDED, np.inf, self.high.astype(float))
        by_column = self.matrix.tocsc()
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = by_column.indptr
        program.a_matrix_.index_ = by_column.indices
        program.a_matrix_.value_ = by_column.data.astype(float)
        return program

    def wish(self, costs: np.ndarray, caps: np.ndarray) -> np.ndarray:
        """Table of the least total cost with no count above its cap."""
        solver = _solver()
        program = self._program()
        program.col_cost_ = costs
        program.col_upper_ = caps.astype(float)
        solver.passModel(program)
        return _solve(solver)[0]

    def probe(self, column: int, sign: int) -> Probe:
        """Least (sign 1) or greatest (sign -1) count of a cell in real numbers."""
        self.solver.changeColCost(column, float(sign))
        try:
            table, prices = _solve(self.solver)
            # From now on primal: the last table stays one when another cell is asked for.
            self.solver.setOptionValue("simplex_strategy", PRIMAL)
        finally:
            self.solver.changeColCost(column, 0.0)
        return Probe(float(table[column]), table, prices)

    def probe_integer(
        self,
        column: int,
        sign: int,
        wanted: int | None = None,
        others: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> np.ndarray | None:
        """Integer table with the least or greatest count of a cell, or just with one as `wanted`.

        With `others` (which columns may move, and a table for those that may not) the search is a
        narrow one. None: there is no integer table as wanted.
        """
        program = self._program()
        if others is not None:
            moves, table = others
            program.col_lower_ = np.where(moves, 0.0, table)
            program.col_upper_ = np.where(moves, np.array(program.col_upper_), table)
        cost = np.zeros(len(self.columns))
        if wanted is None:
            cost[column] = sign
        else:
            ends = np.array(program.col_upper_ if sign == 1 else program.col_lower_)
            ends[column] = wanted
            if sign == 1:
                program.col_upper_ = ends
            else:
                program.col_lower_ = ends
        program.col_cost_ = cost
        program.integrality_ = [highspy.HighsVarType.kInteger] * len(self.columns)
        solver = _solver()
        solver.setOptionValue("mip_max_nodes", NODES)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.5)
        solver.passModel(program)
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise NotDecided(solver.modelStatusToString(status))
        return self.whole(np.array(solver.getSolution().col_value), None)

    def whole(self, table: np.ndarray, other: np.ndarray | None) -> np.ndarray | None:
        """The integer table that is meant, checked exactly; None if there is none.

        Where the solver stopped between integers, the cells that hang together there are taken
        from `other`, an integer table that fits: the rest remains.
        """
        rounded = np.rint(table).astype(np.int64)
        broken = np.abs(table - rounded) > EXACT
        if broken.any():
            if other is None:
                return None
            moved = np.flatnonzero(broken | (rounded != other))
            part = self.matrix[:, moved]
            _, label = connected_components(abs(part.T) @ abs(part), directed=False)
            bad = np.unique(label[broken[moved]])
            back = moved[np.isin(label, bad)]
            rounded[back] = other[back]
        return rounded if self.fits(rounded) else None

    def fits(self, table: np.ndarray) -> bool:
        """Whether an integer table agrees with everything published, in integer arithmetic."""
        activity = self.matrix @ table
        return bool(
            (table >= 0).all()
            and (table <= MOST).all()
            and ((activity >= self.low) | (self.low <= -UNBOUNDED)).all()
            and ((activity <= self.high) | (self.high >= UNBOUNDED)).all()
        )


class Shifts:
    """How few counts must move, from a table that fits, for one cell to be as wanted."""

    def __init__(self, model: Model, start: np.ndarray) -> None:
        self.start = start
        many = len(start)
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = model.matrix.shape[0], 2 * many
        # Costs differ slightly, so that a move is not split among equal ones.
        program.col_cost_ = 1 + 0.1 * np.random.default_rng(1).random(2 * many)
        program.col_lower_ = np.zeros(2 * many)
        self.ends = np.concatenate([MOST - start, start]).astype(float)
        program.col_upper_ = self.ends
        activity = model.matrix @ start
        program.row_lower_ = np.where(
            model.low <= -UNBOUNDED, -np.inf, (model.low - activity).astype(float)
        )
        program.row_upper_ = np.where(
            model.high >= UNBOUNDED, np.inf, (model.high - activity).astype(float)
        )
        by_column = sp.hstack([model.matrix, -model.matrix]).tocsc()
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = by_column.indptr
        program.a_matrix_.index_ = by_column.indices
        program.a_matrix_.value_ = by_column.data.astype(float)
        self.solver = _solver()
        self.solver.passModel(program)

    def move(self, column: int, wanted: int, upwards: bool) -> np.ndarray | None:
        """Table near the start with the cell at `wanted` or beyond, in real numbers."""
        many = len(self.start)
        by = wanted - int(self.start[column])
        if by == 0 or (by > 0) != upwards:
            return self.start.astype(float)
        moved, back = (column, many + column) if by > 0 else (many + column, column)
        self.solver.changeColBounds(moved, float(abs(by)), self.ends[moved])
        self.solver.changeColBounds(back, 0.0, 0.0)
        try:
            self.solver.run()
            if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
            found = np.array(self.solver.getSolution().col_value)
        finally:
            for one in (moved, back):
                self.solver.changeColBounds(one, 0.0, self.ends[one])
        return self.start + found[:many] - found[many:]


def _solve(solver: highspy.Highs) -> tuple[np.ndarray, np.ndarray]:
    """Optimal table and the prices of the relations."""
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        # A start that leads nowhere: once more from nothing.
        solver.clearSolver()
        solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        raise Contradiction
    if status != highspy.HighsModelStatus.kOptimal:
        raise NotDecided(solver.modelStatusToString(status))
    solution = solver.getSolution()
    return np.array(solution.col_value), np.array(solution.row_dual)


def _solver() -> highspy.Highs:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    return solver


def models(unknowns: Unknowns, of_interest: np.ndarray) -> Iterator[Model]:
    """One model for each set of unknowns that hang together and hold a cell of interest."""
    pattern = abs(unknowns.matrix)
    bipartite = sp.block_array([[None, pattern], [pattern.T, None]], format="csr", dtype=np.int64)
    _, label = connected_components(bipartite, directed=False)
    label = label[pattern.shape[0] :]
    for one in np.unique(label[of_interest[unknowns.cells]]):
        yield Model(unknowns, np.flatnonzero(label == one))
