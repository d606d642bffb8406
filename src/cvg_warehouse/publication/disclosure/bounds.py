"""What follows from each relation by itself, over and over: quick and never too narrow.

Every interval found here holds all the integer solutions. A cell that falls short here is exposed
for certain; one that does not may still be, which only the attack tells.
"""

from dataclasses import dataclass

import numpy as np

from cvg_warehouse.publication.disclosure.system import INFINITE, UNBOUNDED, Unknowns


@dataclass(frozen=True)
class Bounds:
    """An interval for every unknown, and the relation (row of the unknowns) that gave each end."""

    low: np.ndarray
    high: np.ndarray
    low_by: np.ndarray
    high_by: np.ndarray


def propagate(unknowns: Unknowns, sweeps: int = 40) -> Bounds:
    """Narrow the interval of each unknown by each relation alone, until nothing moves."""
    matrix = unknowns.matrix
    many, relations = matrix.shape[1], matrix.shape[0]
    row = np.repeat(np.arange(relations), np.diff(matrix.indptr))
    column, factor = matrix.indices, matrix.data
    up = factor > 0
    top, bottom = unknowns.high[row], unknowns.low[row]
    low, high = np.zeros(many, np.int64), np.full(many, INFINITE, np.int64)
    low_by, high_by = np.full(many, -1), np.full(many, -1)
    for _ in range(sweeps):
        least, no_least = _reach(factor, np.where(up, low[column], high[column]))
        most, no_most = _reach(factor, np.where(up, high[column], low[column]))
        # The others of the same relation: their least and most, None where one has no end.
        others_least = _sum(row, least, relations)[row] - least
        others_most = _sum(row, most, relations)[row] - most
        least_known = (_sum(row, no_least, relations)[row] - no_least == 0) & (top < UNBOUNDED)
        most_known = (_sum(row, no_most, relations)[row] - no_most == 0) & (bottom > -UNBOUNDED)
        over, under = top - others_least, bottom - others_most
        new_high = np.full(factor.shape, INFINITE)
        new_low = np.zeros(factor.shape, np.int64)
        for new, known, side, chosen in (
            (new_high, least_known, over, up),
            (new_high, most_known, under, ~up),
        ):
            new[known & chosen] = (side // factor)[known & chosen]
        for new, known, side, chosen in (
            (new_low, most_known, under, up),
            (new_low, least_known, over, ~up),
        ):
            new[known & chosen] = -((-side) // factor)[known & chosen]
        next_high, next_low = high.copy(), low.copy()
        np.minimum.at(next_high, column, new_high)
        np.maximum.at(next_low, column, new_low)
        lowered, raised = next_high < high, next_low > low
        found = lowered[column] & (new_high == next_high[column])
        high_by[column[found]] = row[found]
        found = raised[column] & (new_low == next_low[column])
        low_by[column[found]] = row[found]
        high, low = next_high, next_low
        if not (lowered.any() or raised.any()) or (low > high).any():
            break
    return Bounds(low, high, low_by, high_by)


def _reach(factor: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    endless = end >= UNBOUNDED
    return np.where(endless, 0, factor * end), endless.astype(np.int64)


def _sum(row: np.ndarray, amounts: np.ndarray, many: int) -> np.ndarray:
    return np.bincount(row, amounts, many).astype(np.int64)
