"""The attack: what can an outsider compute of the masked counts?

The outsider has every published count, all relations among the counts (`relations`), and knows that
counts are non-negative integers. For each masked cell the attack finds the least and the greatest
count that fit everything published: by linear programming (HiGHS), whose optimum can only be too
generous to the outsider, and by integer programming where that is not conclusive.

`attack` gives whole intervals, for small tables. `Attack` answers the question that a publication
needs, for thousands of cells: does each interval hold 0 to `reach`? Its proof is a pair
of witnesses: complete integer tables that agree with everything published, one with 0 in the cell
and one with `reach` or more. They are checked in integer arithmetic, apart from the solver; and
one table is a witness for many cells. Its proof that one does not is the linear optimum.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import highspy
import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from cvg_warehouse.disclosure.system import UNBOUNDED, Relation, System, Unknowns

MOST = 10**6
"""No count of the programme is as high: everything has an end, also what is not bound."""
EXACT = 1e-6
PRIMAL = 4
"""HiGHS's number for the primal simplex."""
MANY = 24
"""So many ends are sought together; fewer, one by one."""
PATIENCE = 4
"""So often in vain."""
NODES = 200
"""Branches of an integer program: a limit that does not depend on the machine, as time would."""


class Interval(NamedTuple):
    """The least and the greatest count that fit everything published; None is no end."""

    low: int
    high: int | None

    def holds(self, low: int, high: int) -> bool:
        """Whether the interval holds this one."""
        return self.low <= low and (self.high is None or self.high >= high)


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

    def __init__(self, unknowns: Unknowns, columns: np.ndarray, caps: np.ndarray | None) -> None:
        matrix = sp.csr_array(unknowns.matrix[:, columns])
        rows = np.flatnonzero(np.diff(matrix.indptr))
        self.columns = columns
        self.rows = rows
        self.matrix = sp.csr_array(matrix[rows])
        self.low, self.high = unknowns.low[rows], unknowns.high[rows]
        self.caps = np.full(len(columns), MOST) if caps is None else caps
        self.shifts: Shifts | None = None
        self.solver = _solver()
        self.solver.passModel(self._program())

    def _program(self) -> highspy.HighsLp:
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = self.matrix.shape
        program.col_cost_ = np.zeros(len(self.columns))
        program.col_lower_ = np.zeros(len(self.columns))
        program.col_upper_ = self.caps.astype(float)
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
        program.col_upper_ = np.minimum(caps, self.caps).astype(float)
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
            and (table <= self.caps).all()
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
        # Nearly the same cost for all, lest moves be split among equals.
        program.col_cost_ = 1 + 0.1 * np.random.default_rng(1).random(2 * many)
        program.col_lower_ = np.zeros(2 * many)
        self.ends = np.concatenate([model.caps - start, start]).astype(float)
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


def models(
    unknowns: Unknowns, of_interest: np.ndarray, caps: np.ndarray | None = None
) -> Iterator[Model]:
    """One model for each set of unknowns that hang together and hold a cell of interest.

    `of_interest` and `caps` (what an outsider knows a cell not to exceed) are by cell.
    """
    pattern = abs(unknowns.matrix)
    bipartite = sp.block_array([[None, pattern], [pattern.T, None]], format="csr")
    _, label = connected_components(bipartite, directed=False)
    label = label[pattern.shape[0] :]
    for one in np.unique(label[of_interest[unknowns.cells]]):
        columns = np.flatnonzero(label == one)
        yield Model(unknowns, columns, None if caps is None else caps[unknowns.cells[columns]])


@dataclass
class Exposed:
    """A cell whose interval falls short, and what gives it away."""

    cell: int
    interval: Interval
    prices: Mapping[int, float] = field(default_factory=dict, repr=False)
    """Published cells by how much their being known narrows the interval."""
    upwards: bool = False
    """Whether it is the upper end that falls short."""


@dataclass
class Attack:
    """Does the interval of each required cell hold 0 to `reach`?"""

    unknowns: Unknowns
    required: np.ndarray
    """By cell of the system."""
    reach: int
    caps: np.ndarray | None = None
    start: np.ndarray | None = None
    """A table that fits, where one is at hand: the true one. It only makes the search quicker."""
    open_ends: dict[int, np.ndarray] = field(init=False)
    """By sign: cells not yet seen at 0 (1), not yet seen at `reach` or more (-1)."""
    linear: int = 0
    integer: int = 0
    witnesses: list[np.ndarray] = field(default_factory=list)
    """Tables of all cells of the system that agree with everything published."""

    def __post_init__(self) -> None:
        self.open_ends = {1: self.required.copy(), -1: self.required.copy()}

    def goes_on(self, unknowns: Unknowns, required: np.ndarray) -> "Attack":
        """The attack after more masks: what was a witness still is one, for less is known."""
        new = replace(self, unknowns=unknowns, required=required)
        new.open_ends = {
            sign: (ends & required) | (required & ~self.required)
            for sign, ends in self.open_ends.items()
        }
        return new

    def confirm(self, table: np.ndarray) -> None:
        """Take a table of all cells as a witness, if it agrees with everything published."""
        unknowns = self.unknowns
        if unknowns.fits(table[unknowns.cells]):
            self.open_ends[1] &= table > 0
            self.open_ends[-1] &= table < self.reach

    def run(self) -> list[Exposed]:
        """All cells that fall short."""
        exposed: list[Exposed] = []
        still_open = self.open_ends[1] | self.open_ends[-1]
        for model in models(self.unknowns, still_open, self.caps):
            exposed += self._attack(model)
        return exposed

    def _attack(self, model: Model) -> list[Exposed]:
        cells = self.unknowns.cells[model.columns]
        open_ends = {sign: ends[cells] for sign, ends in self.open_ends.items()}
        reach = np.minimum(self.reach, model.caps)
        fitting = None if self.start is None else self.start[cells]
        if fitting is not None and not model.fits(fitting):
            raise Contradiction

        def seen(table: np.ndarray) -> np.ndarray | None:
            nonlocal fitting
            whole = model.whole(table, fitting)
            if whole is not None:
                fitting = whole
                before = sum(ends.sum() for ends in open_ends.values())
                open_ends[1] &= whole > 0
                open_ends[-1] &= whole < reach
                if self.start is not None and sum(e.sum() for e in open_ends.values()) < before:
                    table = self.start.copy()
                    table[cells] = whole
                    self.witnesses.append(table)
            return fitting

        if fitting is not None:
            seen(fitting)
        self._seek_many(model, open_ends, fitting, seen)
        exposed: list[Exposed] = []
        for sign in (1, -1):
            for column in np.flatnonzero(open_ends[sign]):
                if open_ends[sign][column]:
                    exposed += self._probe(model, int(column), sign, int(reach[column]), seen)
        for sign, ends in self.open_ends.items():
            ends[cells] = open_ends[sign]
        return exposed

    def _seek_many(
        self,
        model: Model,
        open_ends: dict[int, np.ndarray],
        fitting: np.ndarray | None,
        seen: Callable[[np.ndarray], object],
    ) -> None:
        """Tables with as many cells as possible at 0, and as many others high, by a random draw."""
        random = np.random.default_rng(0)
        many = len(model.columns)
        tight = np.full(many, MOST) if fitting is None else np.maximum(3 * self.reach, 2 * fitting)
        loose = np.where(open_ends[1] | open_ends[-1], tight, MOST)
        vain, turn = 0, 0
        while vain < PATIENCE and (before := sum(map(np.sum, open_ends.values()))) >= MANY:
            low = open_ends[1] & (~open_ends[-1] | (random.random(many) < 0.5))
            high = open_ends[-1] & ~low
            costs = (0.1 + random.random(many)) * (low * 1.0 - high)
            with suppress(Contradiction, NotDecided):
                seen(model.wish(costs, tight if turn % 2 == 0 else loose))
            self.linear += 1
            turn += 1
            vain += before - sum(map(np.sum, open_ends.values())) < MANY

    def _probe(
        self, model: Model, column: int, sign: int, reach: int, seen: Callable
    ) -> list[Exposed]:
        cell = int(self.unknowns.cells[model.columns[column]])
        probe = model.probe(column, sign)
        self.linear += 1
        short = probe.value > EXACT if sign == 1 else probe.value < reach - EXACT
        if short:
            end = int(np.ceil(probe.value - EXACT)) if sign == 1 else int(probe.value + EXACT)
            interval = Interval(end, None) if sign == 1 else Interval(0, end)
            return [Exposed(cell, interval, self._prices(model, probe), sign == -1)]
        fitting = seen(probe.table)
        if fitting is not None and (
            fitting[column] == 0 if sign == 1 else fitting[column] >= reach
        ):
            return []
        table = self._integer(model, column, sign, 0 if sign == 1 else reach, probe, fitting)
        if table is None:
            interval = Interval(1, None) if sign == 1 else Interval(0, reach - 1)
            return [Exposed(cell, interval, self._prices(model, probe), sign == -1)]
        seen(table.astype(float))
        return []

    def _integer(
        self,
        model: Model,
        column: int,
        sign: int,
        wanted: int,
        probe: Probe,
        fitting: np.ndarray | None,
    ) -> np.ndarray | None:
        """Integer table with the cell as wanted: first by few moves, then anywhere.

        None also where the search went too far: what is not proven counts as exposed.
        """
        if fitting is not None:
            if model.shifts is None:
                model.shifts = Shifts(model, fitting)
            table = model.shifts.move(column, wanted, upwards=sign == -1)
            self.linear += 1
            if table is not None:
                whole = model.whole(table, model.shifts.start)
                if whole is not None and (whole[column] - wanted) * sign <= 0:
                    return whole
                moves = np.abs(table - model.shifts.start) > EXACT
                for _ in range(3):
                    moves = (abs(model.matrix).T @ (abs(model.matrix) @ moves.astype(float))) > 0
                    self.integer += 1
                    with suppress(NotDecided):
                        others = (moves, model.shifts.start)
                        found = model.probe_integer(column, sign, wanted, others)
                        if found is not None:
                            return found
        self.integer += 1
        try:
            return model.probe_integer(column, sign, wanted)
        except NotDecided:
            return None

    def _prices(self, model: Model, probe: Probe) -> dict[int, float]:
        rows = self.unknowns.rows[model.rows[np.abs(probe.prices) > EXACT]]
        prices = probe.prices[np.abs(probe.prices) > EXACT]
        found = self.unknowns.system.matrix[rows].T @ prices
        return {int(cell): float(found[cell]) for cell in np.flatnonzero(np.abs(found) > EXACT)}


def attack(
    published: Mapping[Hashable, int],
    relations: Iterable[Relation],
    masked: Iterable[Hashable] = (),
    previous: Mapping[Hashable, int] | None = None,
    caps: Mapping[Hashable, int] | None = None,
) -> dict[Hashable, Interval]:
    """Interval of every cell that is not published, by an outsider who has only what is given.

    `previous` is what an earlier edition published; the outsider takes a count that is masked now
    for unchanged. `caps` are counts that the outsider knows not to be exceeded.
    """
    known = dict(previous or {}) | dict(published)
    system = System.of(relations, [*known, *masked])
    is_known = np.array([cell in known for cell in system.cells])
    counts = np.array([known.get(cell, 0) for cell in system.cells], dtype=np.int64)
    unknowns = Unknowns.of(system, counts, is_known)
    limits = np.array([(caps or {}).get(cell, MOST) for cell in system.cells])
    found: dict[Hashable, Interval] = {}
    for model in models(unknowns, ~is_known, limits):
        for column, number in enumerate(model.columns):
            ends = {sign: _optimum(model, column, sign) for sign in (1, -1)}
            high = None if ends[-1] >= MOST else ends[-1]
            found[system.cells[unknowns.cells[number]]] = Interval(ends[1], high)
    return found


def _optimum(model: Model, column: int, sign: int) -> int:
    table = model.whole(model.probe(column, sign).table, None)
    if table is None:
        table = model.probe_integer(column, sign)
        if table is None:
            raise Contradiction
    return int(table[column])
