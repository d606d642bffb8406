"""Sparse systems of integer relations among cells, the common tongue of protection and proof."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

INFINITE = 2**40
"""Stands for "no bound" among integers: far above every count, far below an overflow."""
UNBOUNDED = INFINITE // 4


@dataclass(frozen=True)
class Relation:
    """What an outsider knows of some cells: low <= sum of coefficient x count <= high."""

    terms: tuple[tuple[Hashable, int], ...]
    low: int = 0
    high: int = 0


@dataclass(frozen=True)
class System:
    """Relations as a matrix: `low <= matrix @ counts <= high`, counts non-negative integers."""

    cells: Sequence[Any]
    matrix: sp.csr_array
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, relations: Iterable[Relation], cells: Iterable[Hashable] = ()) -> "System":
        """Build a system from relations; cells that stand in none may be named besides."""
        relations = list(relations)
        index: dict[Hashable, int] = {}
        for cell in cells:
            index.setdefault(cell, len(index))
        terms = [
            [(index.setdefault(cell, len(index)), factor) for cell, factor in relation.terms]
            for relation in relations
        ]
        return cls(
            cells=list(index),
            matrix=matrix_of(terms, len(index)),
            low=np.array([relation.low for relation in relations], dtype=np.int64),
            high=np.array([relation.high for relation in relations], dtype=np.int64),
        )

    def around(self, cells: np.ndarray) -> np.ndarray:
        """These cells, and after them the others that stand in a relation with one."""
        rows = np.flatnonzero(np.diff(sp.csr_array(self.matrix[:, cells]).indptr))
        others = np.setdiff1d(np.unique(sp.csr_array(self.matrix[rows]).indices), cells)
        return np.concatenate([cells, others])

    def part(self, cells: np.ndarray, counts: np.ndarray, own: int) -> "System":
        """The relations about the first `own` of these cells; those not among them have `counts`.

        A table of the part that fits is then a table of those relations that fits.
        """
        rows = np.flatnonzero(np.diff(sp.csr_array(self.matrix[:, cells[:own]]).indptr))
        matrix = sp.csr_array(sp.csr_array(self.matrix[rows])[:, cells])
        others = self.matrix[rows] @ counts - matrix @ counts[cells]
        return replace(
            self,
            cells=[self.cells[cell] for cell in cells],
            matrix=matrix,
            low=_less(self.low[rows], others),
            high=_less(self.high[rows], others),
        )

    def with_rows(self, matrix: sp.csr_array, low: np.ndarray, high: np.ndarray) -> "System":
        """The same system with more relations."""
        return replace(
            self,
            matrix=sp.csr_array(sp.vstack([self.matrix, matrix])),
            low=np.concatenate([self.low, low]),
            high=np.concatenate([self.high, high]),
        )


def matrix_of(terms: Sequence[Sequence[tuple[int, int]]], cells: int) -> sp.csr_array:
    """Relations as rows over so many cells: the numbers of their cells, each with its factor."""
    rows = np.repeat(np.arange(len(terms)), [len(one) for one in terms])
    entries = np.array([entry for one in terms for entry in one], dtype=np.int64).reshape(-1, 2)
    return sp.csr_array((entries[:, 1], (rows, entries[:, 0])), shape=(len(terms), cells))


def _less(ends: np.ndarray, by: np.ndarray) -> np.ndarray:
    return np.where(np.abs(ends) >= UNBOUNDED, ends, ends - by)


def years_of(system: System) -> dict[int, np.ndarray]:
    """Cells of a grid's system by year."""
    year = np.array([cell.year for cell in system.cells])
    return {int(one): np.flatnonzero(year == one) for one in np.unique(year)}
