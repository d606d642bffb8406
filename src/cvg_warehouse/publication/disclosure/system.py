"""Sparse systems of integer relations among cells, the common tongue of protection and attack."""

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
        rows, columns, coefficients = [], [], []
        for number, relation in enumerate(relations):
            for cell, coefficient in relation.terms:
                rows.append(number)
                columns.append(index.setdefault(cell, len(index)))
                coefficients.append(coefficient)
        matrix = sp.csr_array(
            (np.array(coefficients, dtype=np.int64), (rows, columns)),
            shape=(len(relations), len(index)),
        )
        return cls(
            cells=list(index),
            matrix=matrix,
            low=np.array([relation.low for relation in relations], dtype=np.int64),
            high=np.array([relation.high for relation in relations], dtype=np.int64),
        )

    def part(self, cells: np.ndarray) -> "System":
        """The relations about these cells, none of which joins them to others."""
        matrix = sp.csr_array(self.matrix[:, cells])
        rows = np.flatnonzero(np.diff(matrix.indptr))
        return replace(
            self,
            cells=[self.cells[cell] for cell in cells],
            matrix=sp.csr_array(matrix[rows]),
            low=self.low[rows],
            high=self.high[rows],
        )


def years_of(system: System) -> dict[int, np.ndarray]:
    """Cells of a grid's system by year."""
    year = np.array([cell.year for cell in system.cells])
    return {int(one): np.flatnonzero(year == one) for one in np.unique(year)}


@dataclass(frozen=True)
class Unknowns:
    """A system with the published counts put in: what is left among the others."""

    system: System
    cells: np.ndarray
    """Numbers of the cells that are not known, by column of the matrix."""
    rows: np.ndarray
    """Numbers of the relations that are about them, by row of the matrix."""
    matrix: sp.csr_array
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, system: System, counts: np.ndarray, is_known: np.ndarray) -> "Unknowns":
        """Put the known counts into the relations; the other entries of `counts` are not read."""
        cells = np.flatnonzero(~is_known)
        known = system.matrix @ np.where(is_known, counts, 0)
        matrix = sp.csr_array(system.matrix[:, cells])
        rows = np.flatnonzero(np.diff(matrix.indptr))
        low, high = system.low[rows], system.high[rows]
        return cls(
            system=system,
            cells=cells,
            rows=rows,
            matrix=sp.csr_array(matrix[rows]),
            low=np.where(low <= -UNBOUNDED, -INFINITE, low - known[rows]),
            high=np.where(high >= UNBOUNDED, INFINITE, high - known[rows]),
        )

    def fits(self, table: np.ndarray) -> bool:
        """Whether counts of the unknowns agree with every relation, in integer arithmetic."""
        activity = self.matrix @ table
        return bool(
            (table >= 0).all()
            and ((activity >= self.low) | (self.low <= -UNBOUNDED)).all()
            and ((activity <= self.high) | (self.high >= UNBOUNDED)).all()
        )
