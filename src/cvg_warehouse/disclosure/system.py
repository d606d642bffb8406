"""Sparse systems of integer relations among cells, the common tongue of protection and attack."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

INFINITE = 2**40
"""Stands for "no bound" among integers: far above every count, far below an overflow."""


@dataclass(frozen=True)
class Relation:
    """What an outsider knows of some cells: low <= sum of coefficient x count <= high."""

    family: str
    terms: tuple[tuple[Hashable, int], ...]
    low: int = 0
    high: int = 0


@dataclass(frozen=True)
class System:
    """Relations as a matrix: `low <= matrix @ counts <= high`, counts non-negative integers."""

    cells: Sequence[Hashable]
    matrix: sp.csr_array
    low: np.ndarray
    high: np.ndarray
    families: Sequence[str]
    family_of_row: np.ndarray

    @classmethod
    def of(cls, relations: Iterable[Relation], cells: Iterable[Hashable] = ()) -> "System":
        """Build a system from relations; cells that stand in none may be named besides."""
        relations = list(relations)
        index: dict[Hashable, int] = {}
        for cell in cells:
            index.setdefault(cell, len(index))
        families: dict[str, int] = {}
        rows, columns, coefficients = [], [], []
        for number, relation in enumerate(relations):
            families.setdefault(relation.family, len(families))
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
            families=list(families),
            family_of_row=np.array([families[r.family] for r in relations], dtype=np.int64),
        )

    def counts_of(self, counts: Mapping[Hashable, int]) -> np.ndarray:
        """Vector of the counts in the system's order."""
        return np.array([counts[cell] for cell in self.cells], dtype=np.int64)

    def holds(self, counts: np.ndarray) -> bool:
        """Whether counts fulfil every relation, in exact integer arithmetic."""
        activity = self.matrix @ counts
        return bool(
            (counts >= 0).all() and (activity >= self.low).all() and (activity <= self.high).all()
        )
