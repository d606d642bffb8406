"""The additivity relations among the published counts, derived from catalogue and rules.

Families:

- the equations of the catalogue: a numerator is part of its base; the values of a breakdown add up
  to the base (partition), or to no more than it (disjoint; the rest is an unpublished remainder).
- the signed ones (`contracts/relations.toml`): tables that count the same people.
- `place`: territories add up to the whole (urbanity groups are not printed).
- `population`: after PHC and direct add up to all.
- from year to year: stocks and flows, which are signed too.

Counts are of distinct people: somebody with two exits, or in two territories, is in two parts and
once in the whole. An equation then misses by those people. The outsider is taken to know by how
many, which is more than anybody can know: the equation binds with its true difference.
"""

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from cvg_warehouse.publication.disclosure.equations import Term, equations_of
from cvg_warehouse.publication.disclosure.grid import Cell, Grid
from cvg_warehouse.publication.disclosure.system import INFINITE, System


@dataclass
class _Rows:
    """Rows of a matrix under construction, block by block."""

    number: int = 0
    rows: list[np.ndarray] = field(default_factory=list)
    cells: list[np.ndarray] = field(default_factory=list)
    coefficients: list[np.ndarray] = field(default_factory=list)
    equal: list[np.ndarray] = field(default_factory=list)

    def add(self, terms: list[tuple[np.ndarray, int]], equal: bool) -> None:
        """Add one relation per position of the terms' cells, sum (=) 0 or sum <= 0."""
        many = terms[0][0].size
        for cells, coefficient in terms:
            self.rows.append(self.number + np.arange(many))
            self.cells.append(cells.ravel())
            self.coefficients.append(np.full(many, coefficient))
        self.equal.append(np.full(many, equal))
        self.number += many


def relations_of(grid: Grid) -> System:
    """All relations among the counts of a warehouse."""
    rows = _Rows()
    _equations(grid, rows)
    _places(grid, rows)
    _populations(grid, rows)
    return _assemble(grid, rows, _complements(grid, rows))


def _assemble(grid: Grid, rows: _Rows, extra: list[tuple[Cell, int]]) -> System:
    many = grid.size + len(extra)
    matrix = sp.csr_array(
        (
            np.concatenate(rows.coefficients).astype(np.int64),
            (np.concatenate(rows.rows), np.concatenate(rows.cells)),
        ),
        shape=(rows.number, many),
    )
    matrix.sum_duplicates()
    values = np.concatenate([grid.values, [count for _, count in extra]]).astype(np.int64)
    activity = np.asarray(matrix @ values)
    equal = np.concatenate(rows.equal)
    low = np.where(equal, activity, -INFINITE)
    high = np.where(equal, activity, np.maximum(activity, 0))
    matrix, low, high = _without_rest(grid, matrix, low, high, values)
    matrix.eliminate_zeros()
    # Rows that say nothing, and rows that say the same as another one.
    weights = np.random.default_rng(0).integers(1, 2**40, many)
    sizes = np.diff(matrix.indptr)
    prints = np.stack([np.asarray(matrix @ weights), sizes, low, high], axis=1)
    _, first = np.unique(prints, axis=0, return_index=True)
    kept = np.sort(first[sizes[first] > 0])
    return System(
        cells=[*grid.names, *(cell for cell, _ in extra)],
        matrix=sp.csr_array(matrix[kept]),
        low=low[kept],
        high=high[kept],
    )


def _without_rest(
    grid: Grid,
    matrix: sp.csr_array,
    low: np.ndarray,
    high: np.ndarray,
    values: np.ndarray,
) -> tuple[sp.csr_array, np.ndarray, np.ndarray]:
    """Write the last population as the first less the others, wherever it is never printed.

    That is the same knowledge in fewer unknowns: its own sums follow from those of the others.
    """
    whole, *_, rest = range(len(grid.populations))
    many = matrix.shape[1]
    cells = [grid.cell(q, np.arange(len(grid.populations))) for q in range(len(grid.quantities))]
    sums = [
        one
        for one, name in zip(cells, grid.quantities, strict=True)
        if grid.rules.is_additive(grid.indicator_of(name)[0].indicator)
        and grid.rules.additive_populations[grid.unit[grid.quantities[name]]] == "sum"
    ]
    stacked = np.unique(np.stack([one.reshape(len(one), -1) for one in sums], axis=2), axis=2)
    stacked = stacked.reshape(len(grid.populations), -1)
    target = stacked[rest]
    # Only where the column is of this population alone, and has one way to be written.
    written, index, times = np.unique(target, return_index=True, return_counts=True)
    others = np.unique(np.concatenate([one[:rest].ravel() for one in cells]))
    alone = (times == 1) & ~np.isin(written, others) & ~grid.published[written]
    written, source = written[alone], stacked[:, index[alone]]
    # rest = whole - the others + known difference
    signs = np.array([1 if p == whole else -1 for p in range(rest)])
    missed = values[written] - (signs[:, None] * values[source[:rest]]).sum(axis=0)
    stays = np.setdiff1d(np.arange(many), written)
    change = sp.csr_array(
        (
            np.concatenate([np.ones(len(stays)), np.repeat(signs, len(written))]).astype(np.int64),
            (
                np.concatenate([stays, np.tile(written, rest)]),
                np.concatenate([stays, source[:rest].ravel()]),
            ),
        ),
        shape=(many, many),
    )
    offset = np.zeros(many, np.int64)
    offset[written] = missed
    moved = matrix @ offset
    is_written = np.zeros(many, np.int64)
    is_written[written] = 1
    holds = np.diff(matrix.indptr)
    only_rest = (matrix.astype(bool).astype(np.int64) @ is_written == holds) & (low == high)
    changed = sp.csr_array(matrix @ change)
    # The rest is no less than 0.
    no_less = sp.csr_array(
        (
            np.repeat(-signs, len(written)),
            (np.tile(np.arange(len(written)), rest), source[:rest].ravel()),
        ),
        shape=(len(written), many),
    )
    keep = ~only_rest
    count = len(written)
    return (
        sp.csr_array(sp.vstack([changed[keep], no_less])),
        np.concatenate([np.where(low <= -INFINITE, low, low - moved)[keep], [-INFINITE] * count]),
        np.concatenate([(high - moved)[keep], missed]),
    )


def _complements(grid: Grid, rows: _Rows) -> list[tuple[Cell, int]]:
    """Counts that nobody prints but a published rate would: small rests of a base, as cells."""
    extra: list[tuple[Cell, int]] = []
    tops, bottoms, _ = grid.small_complements
    for top, bottom in zip(tops, bottoms, strict=True):
        name = grid.names[top]
        number = grid.size + len(extra)
        extra.append(
            (
                name._replace(quantity=f"not {name.quantity}"),
                int(grid.values[bottom] - grid.values[top]),
            )
        )
        terms = [(np.array([top]), 1), (np.array([number]), 1), (np.array([bottom]), -1)]
        rows.add(terms, equal=True)
    return extra


def _quantity(grid: Grid, name: str) -> np.ndarray:
    """Cells of a quantity, [population, year, geography]."""
    return grid.cell(grid.quantities[name], np.arange(len(grid.populations)))


def _equations(grid: Grid, rows: _Rows) -> None:
    for equation in equations_of(grid):
        if equation.kind == "chance":
            continue
        terms = [(_cells(grid, term), sign) for term, sign in equation.terms]
        if equation.kind == "flow":
            terms = [
                (_of_next_year(grid, cells, term.is_next), sign)
                for (cells, sign), (term, _) in zip(terms, equation.terms, strict=True)
            ]
        rows.add(terms, equal=equation.is_equal)


def _cells(grid: Grid, term: Term) -> np.ndarray:
    cells = _quantity(grid, term.quantity)
    return cells if term.population is None else cells[grid.populations.index(term.population)]


def _of_next_year(grid: Grid, cells: np.ndarray, is_next: bool) -> np.ndarray:
    """Cells [population, year, geography] of the years that another follows, or of the next."""
    first = np.flatnonzero(np.diff(grid.years) == 1)
    return cells[:, first + is_next]


def _places(grid: Grid, rows: _Rows) -> None:
    for name, number in grid.quantities.items():
        indicator, _ = grid.indicator_of(name)
        if not grid.rules.is_additive(indicator.indicator):
            continue
        kind = grid.rules.additive_places[grid.unit[number]]
        cells = _quantity(grid, name)
        whole = grid.geographies.index(grid.national)
        terms = [(cells[..., part], 1) for part in range(len(grid.geographies)) if part != whole]
        _sum(rows, (cells[..., whole], -1), terms, kind)


def _populations(grid: Grid, rows: _Rows) -> None:
    for name, number in grid.quantities.items():
        indicator, _ = grid.indicator_of(name)
        if not grid.rules.is_additive(indicator.indicator):
            continue
        kind = grid.rules.additive_populations[grid.unit[number]]
        whole, *parts = _quantity(grid, name)
        _sum(rows, (whole, -1), [(part, 1) for part in parts], kind)


def _sum(
    rows: _Rows,
    whole: tuple[np.ndarray, int],
    parts: list[tuple[np.ndarray, int]],
    kind: str,
) -> None:
    if kind == "sum":
        rows.add([*parts, whole], equal=True)
        return
    for part in parts:
        rows.add([part, whole], equal=False)
    if kind == "cover":
        rows.add([(cells, -sign) for cells, sign in [*parts, whole]], equal=False)
