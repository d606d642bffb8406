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

from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from cvg_warehouse.publication.disclosure.programs import (
    EXACT,
    MOST,
    Contradiction,
    Model,
    NotDecided,
    Probe,
    Shifts,
    models,
)
from cvg_warehouse.publication.disclosure.system import Relation, System, Unknowns

MANY = 24
"""From this many open ends on, they are sought together; fewer, one by one."""
PATIENCE = 4
"""The search for many ends stops after this many draws that closed few."""


class Interval(NamedTuple):
    """The least and the greatest count that fit everything published; None is no end."""

    low: int
    high: int | None

    def holds(self, low: int, high: int) -> bool:
        """Whether the interval holds this one."""
        return self.low <= low and (self.high is None or self.high >= high)


@dataclass
class Exposed:
    """A cell whose interval falls short, and what gives it away."""

    cell: int
    prices: Mapping[int, float] = field(repr=False)
    """Published cells by how much their being known narrows the interval."""


@dataclass
class Attack:
    """Does the interval of each required cell hold 0 to `reach`?"""

    unknowns: Unknowns
    required: np.ndarray
    """By cell of the system."""
    reach: int
    start: np.ndarray | None = None
    """A table that fits, where one is at hand: the true one. It only makes the search quicker."""
    open_ends: dict[int, np.ndarray] = field(init=False)
    """By sign: cells not yet seen at 0 (1), not yet seen at `reach` or more (-1)."""
    witnesses: list[np.ndarray] = field(default_factory=list)
    """Tables of all cells of the system that agree with everything published."""

    def __post_init__(self) -> None:
        self.open_ends = {1: self.required.copy(), -1: self.required.copy()}

    def with_more_masks(self, unknowns: Unknowns, required: np.ndarray) -> "Attack":
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
        for model in models(self.unknowns, still_open):
            exposed += self._attack(model)
        return exposed

    def _attack(self, model: Model) -> list[Exposed]:
        cells = self.unknowns.cells[model.columns]
        open_ends = {sign: ends[cells] for sign, ends in self.open_ends.items()}
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
                open_ends[-1] &= whole < self.reach
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
                    exposed += self._probe(model, int(column), sign, seen)
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
        fruitless, draws = 0, 0
        while fruitless < PATIENCE and (before := sum(map(np.sum, open_ends.values()))) >= MANY:
            low = open_ends[1] & (~open_ends[-1] | (random.random(many) < 0.5))
            high = open_ends[-1] & ~low
            costs = (0.1 + random.random(many)) * (low * 1.0 - high)
            with suppress(Contradiction, NotDecided):
                seen(model.wish(costs, tight if draws % 2 == 0 else loose))
                draws += 1
            fruitless += before - sum(map(np.sum, open_ends.values())) < MANY

    def _probe(self, model: Model, column: int, sign: int, seen: Callable) -> list[Exposed]:
        cell = int(self.unknowns.cells[model.columns[column]])
        probe = model.probe(column, sign)
        wanted = 0 if sign == 1 else self.reach
        if (probe.value - wanted) * sign > EXACT:
            return [Exposed(cell, self._prices(model, probe))]
        fitting = seen(probe.table)
        if fitting is not None and (fitting[column] - wanted) * sign <= 0:
            return []
        table = self._integer(model, column, sign, wanted, fitting)
        if table is None:
            return [Exposed(cell, self._prices(model, probe))]
        seen(table.astype(float))
        return []

    def _integer(
        self,
        model: Model,
        column: int,
        sign: int,
        wanted: int,
        fitting: np.ndarray | None,
    ) -> np.ndarray | None:
        """Integer table with the cell as wanted: first by few moves, then anywhere.

        None also where the search went too far: what is not proven counts as exposed.
        """
        if fitting is not None:
            if model.shifts is None:
                model.shifts = Shifts(model, fitting)
            table = model.shifts.move(column, wanted, upwards=sign == -1)
            if table is not None:
                whole = model.whole(table, model.shifts.start)
                if whole is not None and (whole[column] - wanted) * sign <= 0:
                    return whole
                moves = np.abs(table - model.shifts.start) > EXACT
                for _ in range(3):
                    moves = (abs(model.matrix).T @ (abs(model.matrix) @ moves.astype(float))) > 0
                    with suppress(NotDecided):
                        others = (moves, model.shifts.start)
                        found = model.probe_integer(column, sign, wanted, others)
                        if found is not None:
                            return found
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
) -> dict[Hashable, Interval]:
    """Interval of every cell that is not published, by an outsider who has only what is given."""
    system = System.of(relations, published)
    is_known = np.array([cell in published for cell in system.cells])
    counts = np.array([published.get(cell, 0) for cell in system.cells], dtype=np.int64)
    unknowns = Unknowns.of(system, counts, is_known)
    found: dict[Hashable, Interval] = {}
    for model in models(unknowns, ~is_known):
        for column, number in enumerate(model.columns):
            low, high = (_optimum(model, column, sign) for sign in (1, -1))
            cell = system.cells[unknowns.cells[number]]
            found[cell] = Interval(low, None if high >= MOST else high)
    return found


def _optimum(model: Model, column: int, sign: int) -> int:
    table = model.whole(model.probe(column, sign).table, None)
    if table is None:
        table = model.probe_integer(column, sign)
        if table is None:
            raise Contradiction
    return int(table[column])
