"""What equations imply among the counts that one unit is in, each 0 or 1."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

CHUNK = 1000


@dataclass(frozen=True)
class Implications:
    """Rows `matrix @ x <= 0` that hold for each unit, x being 1 for the counts that it is in."""

    above: sp.csr_array
    """[row, count], the positive coefficients"""
    below: sp.csr_array
    """and the negative ones, without their sign"""

    @classmethod
    def of(
        cls, equations: Iterable[tuple[list[tuple[int, int]], bool]], counts: int
    ) -> "Implications":
        """Each equation is its terms (count, coefficient), and whether they add up to 0 or less."""
        rows = []
        for terms, is_equal in equations:
            rows.append(terms)
            if is_equal:
                rows.append([(count, -sign) for count, sign in terms])
        row = [number for number, terms in enumerate(rows) for _ in terms]
        count = [one for terms in rows for one, _ in terms]
        sign = np.array([sign for terms in rows for _, sign in terms], dtype=np.float32)
        matrix = sp.csr_array((sign, (row, count)), shape=(len(rows), counts))
        matrix.sum_duplicates()
        return cls(matrix.maximum(0).tocsr(), (-matrix).maximum(0).tocsr())

    def propagate(
        self, inside: np.ndarray, outside: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What follows for units of which some counts are known: [unit, count] each.

        Returns the counts that such a unit is in, those that it is not in, and which of the units
        cannot exist.
        """
        low, high = inside.copy(), ~outside
        impossible = (low & ~high).any(axis=1)
        while True:
            least = low @ self.above.T - high @ self.below.T
            impossible |= (least > 0).any(axis=1)
            tight = (least == 0).astype(np.float32)
            next_high = high & (low | ~((tight @ self.above) > 0))
            next_low = low | (high & ((tight @ self.below) > 0))
            open_ones = ~impossible[:, None]
            moved = ((next_high != high) | (next_low != low)) & open_ones
            if not moved.any():
                return low, ~high, impossible
            low, high = np.where(open_ones, next_low, low), np.where(open_ones, next_high, high)
            impossible |= (low & ~high).any(axis=1)

    def exclude(self, inside: list[list[int]], outside: list[list[int]]) -> np.ndarray:
        """Which units cannot exist: by the counts that each is in, and those that it is not in."""
        counts = self.above.shape[1]
        found = []
        for start in range(0, len(inside), CHUNK):
            part = slice(start, start + CHUNK)
            known = (_flags(inside[part], counts), _flags(outside[part], counts))
            found.append(self.propagate(*known)[2])
        return np.concatenate([np.zeros(0, dtype=bool), *found])


def _flags(chosen: list[list[int]], counts: int) -> np.ndarray:
    flags = np.zeros((len(chosen), counts), dtype=bool)
    for row, columns in zip(flags, chosen, strict=True):
        row[columns] = True
    return flags
