"""Rounded counts: what is shown of a count, and what a reader knows of one that is shown."""

from dataclasses import dataclass

import numpy as np
import polars as pl


@dataclass(frozen=True)
class Rounding:
    """Counts from `threshold` on are shown as the nearest multiple of `base`; 1 shows them as are.

    A half is rounded up, so that each shown number stands for `base` counts.
    """

    base: int
    threshold: int

    @property
    def least(self) -> int:
        """What the smallest count that is shown is shown as."""
        return int(self.shown(np.array(self.threshold)))

    def shown(self, counts: np.ndarray) -> np.ndarray:
        """What is printed of counts."""
        return (counts + self.base // 2) // self.base * self.base

    def low(self, shown: np.ndarray) -> np.ndarray:
        """The least count that is printed so: a small one would be masked."""
        least = np.maximum(shown - self.base // 2, self.threshold)
        return np.where(shown == 0, 0, least)

    def high(self, shown: np.ndarray) -> np.ndarray:
        """The greatest count that is printed so."""
        return np.where(shown == 0, 0, shown + (self.base - 1) // 2)

    def supports_tenths(self, means: pl.Expr, counts: pl.Expr) -> pl.Expr:
        """Whether means of so many may be told to 0.1: no finer than the count is known."""
        return means.abs() * (self.base // 2) < 0.1 * counts
