"""Which cells are masked besides the small ones, so that none can be computed.

Three steps, over and over until nothing is exposed:

1. *Closure*: what is part of a masked count is masked, for a part of 11 tells that the whole is no
   less.
2. *Local repair*: where one relation by itself narrows a masked cell, another cell of that relation
   is masked: the one that costs least and helps most.
3. *Attack*: the linear programs over all relations together (`attack`). The prices (duals) of a
   cell that falls short name the published cells that give it away; the cheapest of them is masked.

The cost of a mask is its weight, times its count, times the published cells that would have to go
with it. Every masked cell, whether small or not, has to look as if it could be anything from 0 to
`reach`, since all masks look alike: so low counts are taken, and wholes hardly ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np
import scipy.sparse as sp

from cvg_warehouse.publication.disclosure.attack import Attack, Exposed
from cvg_warehouse.publication.disclosure.bounds import propagate
from cvg_warehouse.publication.disclosure.plan import Plan
from cvg_warehouse.publication.disclosure.system import UNBOUNDED, System, Unknowns


@dataclass(frozen=True)
class Protection:
    """Masks by cell, and tables of all cells that show how wide the intervals are."""

    masked: np.ndarray
    witnesses: list[np.ndarray]


def unknowns_of(system: System, plan: Plan, masked: np.ndarray) -> Unknowns:
    """What an outsider has to solve."""
    known = (plan.published & ~masked) | plan.given
    return Unknowns.of(system, plan.counts, known)


def required(plan: Plan, masked: np.ndarray) -> np.ndarray:
    """Cells whose interval must be wide."""
    return (masked | plan.guarded) & ~plan.given


def protect(system: System, plan: Plan, reach: int) -> Protection:
    """Masks for one year. Whether they suffice is not said here, but by the proof."""
    parts = _parts(system)
    attack: Attack | None = None
    masked, more = plan.hidden & ~plan.given, np.zeros(len(plan.counts), dtype=bool)
    while attack is None or more.any():
        masked = _repair(system, plan, parts, masked | more, reach)
        unknowns, needed = unknowns_of(system, plan, masked), required(plan, masked)
        if attack is None:
            attack = Attack(unknowns, needed, reach, start=plan.counts)
        else:
            attack = attack.with_more_masks(unknowns, needed)
        more = _answer(plan, parts, masked, attack.run())
    return Protection(masked, attack.witnesses)


def _parts(system: System) -> sp.csr_array:
    """[whole, part] for relations that say: a whole is no less than each of its parts."""
    above, below = (system.matrix < 0).astype(np.int64), (system.matrix > 0).astype(np.int64)
    one_whole = (above.sum(axis=1) == 1) & (system.high < UNBOUNDED)
    parts = sp.csr_array(above[one_whole].T @ below[one_whole])
    for _ in range(3):
        # parts of parts
        parts = sp.csr_array(parts + parts @ parts)
        parts.data[:] = 1
    return parts


def _close(plan: Plan, parts: sp.csr_array, masked: np.ndarray) -> np.ndarray:
    """Mask the parts of what is masked."""
    new = (parts.T @ masked.astype(np.int64)) > 0
    return masked | (new & plan.published & ~plan.given)


def _cost(plan: Plan, parts: sp.csr_array, masked: np.ndarray) -> np.ndarray:
    """Cost of masking each cell; infinite where that cannot be."""
    shown = (plan.published & ~plan.given & ~masked & (plan.counts > 0)).astype(float)
    below = parts @ shown
    cost = plan.weight * (3 + plan.counts) * (1 + below)
    return np.where(plan.published & ~plan.given & ~masked, cost, np.inf)


def _repair(
    system: System, plan: Plan, parts: sp.csr_array, masked: np.ndarray, reach: int
) -> np.ndarray:
    """Mask until no relation by itself exposes a cell, as far as one more mask there helps."""
    while True:
        masked = _close(plan, parts, masked)
        unknowns = unknowns_of(system, plan, masked)
        needed = required(plan, masked)[unknowns.cells]
        # What follows in one step comes first, so that no mask is spent on its consequences;
        # the rest of a base comes last: it is narrow mostly because its part is.
        is_part = ~plan.guarded[unknowns.cells]
        for wanted, steps in product((needed & is_part, needed), (1, 2, 3, 40)):
            bounds = propagate(unknowns, steps)
            above = np.flatnonzero(wanted & (bounds.high < reach) & (bounds.high_by >= 0))
            below = np.flatnonzero(wanted & (bounds.low > 0) & (bounds.low_by >= 0))
            if len(above) or len(below):
                break
        target = unknowns.cells[np.concatenate([above, below])]
        rows = unknowns.rows[np.concatenate([bounds.high_by[above], bounds.low_by[below]])]
        upwards = np.arange(len(target)) < len(above)
        chosen = _cheapest(system, plan, parts, masked, rows, target, upwards, reach)
        if not len(chosen):
            return masked
        masked = masked.copy()
        masked[chosen] = True


def _cheapest(
    system: System,
    plan: Plan,
    parts: sp.csr_array,
    masked: np.ndarray,
    rows: np.ndarray,
    target: np.ndarray,
    upwards: np.ndarray,
    reach: int,
) -> np.ndarray:
    """For every relation that exposes a target, the cell to mask in it."""
    lines = sp.csr_array(system.matrix[rows])
    line = np.repeat(np.arange(len(rows)), np.diff(lines.indptr))
    cell, factor = lines.indices, lines.data
    own = np.zeros(len(rows))
    is_target = cell == target[line]
    own[line[is_target]] = factor[is_target]
    # For the target to rise, another term of its sign must be able to fall.
    must_fall = (np.sign(factor) == np.sign(own[line])) == upwards[line]
    room = np.where(must_fall, plan.counts[cell], np.inf)
    cost = _cost(plan, parts, masked)[cell]
    useful = np.isfinite(cost) & (room > 0)
    line, cell, room, cost = line[useful], cell[useful], room[useful], cost[useful]
    helps = np.bincount(cell, minlength=len(masked))[cell]
    score = cost / helps**0.7 * np.where(room >= reach, 1, 2)
    order = np.lexsort((cell, score, line))
    _, first = np.unique(line[order], return_index=True)
    return np.unique(cell[order][first])


def _answer(
    plan: Plan, parts: sp.csr_array, masked: np.ndarray, exposed: Iterable[Exposed]
) -> np.ndarray:
    """Masks against an attack: for each exposed cell the cheapest that gives it away."""
    more = np.zeros(len(masked), dtype=bool)
    cost = _cost(plan, parts, masked)
    for one in exposed:
        cells = np.array(list(one.prices), dtype=np.int64)
        prices = np.array(list(one.prices.values()))
        # A cell with a negative price gives way by falling, and has only its count to fall by.
        room = np.where(prices < 0, plan.counts[cells], np.inf)
        useful = np.isfinite(cost[cells]) & (room > 0) if len(cells) else np.zeros(0, bool)
        if more[cells].any():
            continue
        if not useful.any():
            continue
        gain = np.minimum(np.abs(prices[useful]) * room[useful], 1 + plan.counts[one.cell])
        more[cells[useful][np.argmin(cost[cells[useful]] / gain)]] = True
    return more
