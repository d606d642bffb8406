"""What follows from each relation by itself, over and over: quick and never too narrow.

Every interval found here holds all the tables that fit. A cell that falls short here is narrowed
for certain; one that does not may still be, which only `Moves` tells.
"""

import numpy as np

from cvg_warehouse.publication.disclosure.moves import Knowledge
from cvg_warehouse.publication.disclosure.system import INFINITE, UNBOUNDED, System


def propagate(system: System, high: np.ndarray, known: Knowledge, sweeps: int = 12) -> Knowledge:
    """Narrow what is known of each cell by each relation alone; `high`: their upper ends."""
    matrix = system.matrix
    relations = matrix.shape[0]
    row = np.repeat(np.arange(relations), np.diff(matrix.indptr))
    column, factor = matrix.indices, matrix.data
    up = factor > 0
    top, bottom = high[row], system.low[row]
    low, most = known.low, np.minimum(known.high, INFINITE)
    for _ in range(sweeps):
        least, no_least = _reach(factor, np.where(up, low[column], most[column]))
        greatest, no_greatest = _reach(factor, np.where(up, most[column], low[column]))
        # The others of the same relation: their least and most, where they have an end.
        over = top - (_sum(row, least, relations)[row] - least)
        under = bottom - (_sum(row, greatest, relations)[row] - greatest)
        least_known = (_sum(row, no_least, relations)[row] == no_least) & (top < UNBOUNDED)
        most_known = _sum(row, no_greatest, relations)[row] == no_greatest
        most_known &= bottom > -UNBOUNDED
        new_high = np.full(factor.shape, INFINITE)
        new_low = np.zeros(factor.shape, np.int64)
        for known_side, side, chosen in ((least_known, over, up), (most_known, under, ~up)):
            at = known_side & chosen
            new_high[at] = side[at] // factor[at]
        for known_side, side, chosen in ((most_known, under, up), (least_known, over, ~up)):
            at = known_side & chosen
            new_low[at] = -(-side[at] // factor[at])
        next_high, next_low = most.copy(), low.copy()
        np.minimum.at(next_high, column, new_high)
        np.maximum.at(next_low, column, new_low)
        if (next_high == most).all() and (next_low == low).all():
            break
        low, most = next_low, next_high
    return Knowledge(low, most)


def _reach(factor: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    endless = end >= UNBOUNDED
    return np.where(endless, 0, factor * end), endless.astype(np.int64)


def _sum(row: np.ndarray, amounts: np.ndarray, many: int) -> np.ndarray:
    return np.bincount(row, amounts, many).astype(np.int64)
