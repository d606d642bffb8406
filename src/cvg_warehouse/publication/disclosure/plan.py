"""What is wanted of each count before any secondary mask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import get_type_hints

import numpy as np
import polars as pl
import scipy.sparse as sp

from cvg_warehouse.publication.disclosure.grid import KEYS, ROOT, Grid
from cvg_warehouse.publication.disclosure.moves import Knowledge
from cvg_warehouse.publication.disclosure.rounding import Rounding
from cvg_warehouse.publication.disclosure.system import INFINITE

MASKED, LEFT_OUT, NOT_THERE = -1, -2, -3
"""What stands in the place of a number: a row without it, or no row."""
BEYOND = 100.0
"""Price of a mask, for each unit of its weight, in changes of counts that are shown rounded."""
MOST_PRICE = BEYOND * 1e6
"""What is dearer to protect is left out: it would hide what many rows are read by, as a base of the
nation of more than some 30 people."""


@dataclass(frozen=True)
class Plan:
    """One entry per cell of the system: those of the grid, then the small rests of bases."""

    counts: np.ndarray
    published: np.ndarray
    """In the scope of the edition."""
    sensitive: np.ndarray
    """Masked for its own sake: small, a zero that discloses, one of a share near 0 or 100%."""
    guarded: np.ndarray
    """Not printed, but no less to be protected: the small rests."""
    rounded: np.ndarray
    """Printed rounded; the others as they are."""
    is_part: np.ndarray
    """May be masked as nearly all of a whole that is shown; another mask hides no large count."""
    effort: np.ndarray
    """Of a change, when a table is sought that fits. It is least in the same few territories: then
    a table says the same to the readers of all others."""
    price: np.ndarray
    """Of a mask; infinite where there is none, as nothing is printed or it tells nothing."""
    is_optional: np.ndarray
    """Left out rather than that another is hidden for it."""
    was_left_out: np.ndarray
    """Not printed by the editions before, though they have its year."""
    groups: sp.csr_array
    """[cell, group] the rows that print the cell: those of a group are printed together, or not."""
    rounding: Rounding
    most_masked: int
    """What is masked to protect others is no larger."""

    def part(self, cells: np.ndarray) -> "Plan":
        """The plan of some cells."""
        arrays = [name for name, kind in get_type_hints(Plan).items() if kind is np.ndarray]
        of_cells = {name: getattr(self, name)[cells] for name in arrays}
        return replace(self, **of_cells, groups=self.groups[cells])

    def without(self, groups: Iterable[int]) -> "Plan":
        """The plan where these groups of rows are left out of the edition."""
        stays = ~np.isin(np.arange(self.groups.shape[1]), list(groups))
        kept = sp.csr_array(self.groups.multiply(stays.astype(np.int64)))
        kept.eliminate_zeros()
        has_row = np.diff(kept.indptr) > 0
        return replace(
            self,
            groups=kept,
            published=self.published & has_row,
            sensitive=self.sensitive & has_row,
            guarded=self.guarded & has_row,
        )

    @property
    def is_capped(self) -> np.ndarray:
        """Cells that hide no large count when they are masked."""
        return self.rounded & ~self.is_part

    def of_first(self, own: int) -> "Plan":
        """The same for the first cells alone: what is beside them is shown, or not, as it is."""
        is_own = np.arange(len(self.counts)) < own
        return replace(
            self,
            published=self.published & (is_own | ~self.sensitive),
            sensitive=self.sensitive & is_own,
            guarded=self.guarded & is_own,
            price=np.where(is_own, self.price, np.inf),
        )

    def is_large(self, cells: np.ndarray) -> np.ndarray:
        """Cells of a mask that are left out of the edition rather than masked.

        A mask has to look as if it could hide nobody; who hides so many moves all else.
        """
        return cells & ~self.sensitive & (self.counts > self.most_masked)

    def shown(self, hidden: np.ndarray) -> np.ndarray:
        """What is printed of each cell, or what stands there instead."""
        number = np.where(self.rounded, self.rounding.shown(self.counts), self.counts)
        number = np.where(hidden, MASKED, np.where(self.published, number, NOT_THERE))
        return np.where(self.is_large(hidden), LEFT_OUT, number)

    def seen(self, shown: np.ndarray) -> Knowledge:
        """What is known of each cell from the number that is printed of it."""
        low = np.where(self.rounded, self.rounding.low(shown), shown)
        high = np.where(self.rounded, self.rounding.high(shown), shown)
        # What is left out to protect others is no small count: that is known, too.
        low = np.where(shown == LEFT_OUT, self.rounding.threshold, np.where(shown < 0, 0, low))
        # The rules are public, too.
        most = np.where((shown == MASKED) & self.is_capped, self.most_masked, INFINITE)
        return Knowledge(low, np.where(shown < 0, most, high))


def plan_of(grid: Grid, editions: pl.DataFrame | None = None) -> Plan:
    """Derive the plan from the counts, the rules, and what editions printed before."""
    rules, values = grid.rules, grid.values
    tops, _, rests = grid.small_complements
    sensitive = grid.is_rounded & (values > 0) & (values < rules.threshold)
    sensitive |= (values == 0) & grid.discloses_zero
    sensitive |= grid.is_single
    sensitive[tops] = True
    is_part = np.isin(np.arange(grid.size), grid.parts_near_a_whole)
    levels = [rules.weights[grid.levels[place]] for place in grid.geographies]
    weight = np.tile(np.array(levels, dtype=float), len(grid.years) * grid.columns)
    weight[grid.is_base] *= rules.weights["base"]
    supported = grid.counts[grid.quantities[ROOT], 0].sum(axis=0)
    is_territory = np.isin(grid.geographies, grid.territories)
    rank = np.argsort(np.argsort(np.where(is_territory, -supported, supported.max())))
    effort = np.where(is_territory, 2.0 + rank, 1.0)[grid.place]
    is_secret = grid.published & ~sensitive & (values > 0)
    groups = grid.cells_in_groups
    is_optional = (groups @ ~grid.is_optional) == 0
    weight[is_optional[: grid.size]] *= rules.weights["optional"]
    price = np.where(is_secret, BEYOND * weight * (3 + values), np.inf)

    def with_rests(cells: np.ndarray, rest: object) -> np.ndarray:
        return np.concatenate([cells, np.full(len(rests), rest, dtype=cells.dtype)])

    return Plan(
        counts=np.concatenate([values, rests]),
        published=with_rests(grid.published, False),
        is_part=with_rests(is_part, False),
        sensitive=with_rests(sensitive & grid.published, False),
        guarded=with_rests(np.zeros(grid.size, dtype=bool), True),
        rounded=with_rests(grid.is_rounded, True),
        effort=with_rests(effort, 1.0),
        price=with_rests(price, np.inf),
        is_optional=is_optional,
        was_left_out=_left_out_of(editions, grid),
        groups=groups,
        rounding=rules.rounding,
        most_masked=rules.most_masked,
    )


def _left_out_of(editions: pl.DataFrame | None, grid: Grid) -> np.ndarray:
    """Cells and small rests that no edition printed a row of, in the years that there were some."""
    in_groups = grid.cells_in_groups
    if editions is None:
        return np.zeros(in_groups.shape[0], dtype=bool)
    printed = pl.Series(grid.group).filter(_are_in(editions, KEYS, grid))
    of_year = pl.Series(grid.group).filter(_are_in(editions, ("reporting_year",), grid))
    left_out = np.zeros(in_groups.shape[1], dtype=np.int64)
    left_out[np.setdiff1d(of_year, printed)] = 1
    return (in_groups @ left_out > 0) & (in_groups @ (1 - left_out) == 0)


def _are_in(editions: pl.DataFrame, keys: Sequence[str], grid: Grid) -> pl.Series:
    """Rows of the grid whose keys some edition has."""
    return grid.rows.select(
        pl.struct(keys).is_in(editions.select(pl.struct(keys)).to_series().implode())
    ).to_series()
