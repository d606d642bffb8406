"""What follows from each relation by itself, over and over: quick and never too narrow.

Every interval found here holds all the tables that fit. A cell that falls short here is narrowed
for certain; one that does not may still be, which only `Moves` tells.
"""

import numpy as np
import scipy.sparse as sp

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
    # Entries of the matrix by column: where each that has one begins.
    by_column = sp.csr_array((np.arange(len(column)), column, matrix.indptr), matrix.shape).tocsc()
    order, bound = by_column.data, np.diff(by_column.indptr) > 0
    begins = by_column.indptr[:-1][bound]
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
        before = low, most
        low, most = low.copy(), most.copy()
        low[bound] = np.maximum(low[bound], np.maximum.reduceat(new_low[order], begins))
        most[bound] = np.minimum(most[bound], np.minimum.reduceat(new_high[order], begins))
        if (low == before[0]).all() and (most == before[1]).all():
            break
    return Knowledge(low, most)


def _reach(factor: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    endless = end >= UNBOUNDED
    return np.where(endless, 0, factor * end), endless.astype(np.int64)


def _sum(row: np.ndarray, amounts: np.ndarray, many: int) -> np.ndarray:
    return np.bincount(row, amounts, many).astype(np.int64)
