"""What is wanted of each count before any secondary mask, and what is known of it already."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from cvg_warehouse.publication.disclosure.grid import KEYS, Grid
from cvg_warehouse.publication.disclosure.system import System


@dataclass(frozen=True)
class Plan:
    """One entry per cell of the system: those of the grid, then the small rests of bases."""

    counts: np.ndarray
    published: np.ndarray
    """In the scope of the edition."""
    sensitive: np.ndarray
    """Masked for its own sake: small, a zero that discloses, one of a share near 0 or 100%."""
    kept: np.ndarray
    """Masked because the edition before masked it."""
    given: np.ndarray
    """Known to everybody: zeros of places without people, counts that an edition printed before."""
    guarded: np.ndarray
    """Not printed, but no less to be protected: the small rests."""
    weight: np.ndarray

    @property
    def hidden(self) -> np.ndarray:
        """Cells that no edition may print, whatever else it masks."""
        return (self.sensitive | self.kept) & self.published

    def part(self, cells: np.ndarray) -> "Plan":
        """The plan of some cells."""
        return Plan(**{name: getattr(self, name)[cells] for name in self.__dataclass_fields__})


@dataclass(frozen=True)
class Before:
    """What earlier public editions say of the cells of a grid."""

    kept: np.ndarray
    """Masked in one of them, and printed in none."""
    known: np.ndarray
    """Printed in one of them, with the count of now."""

    @classmethod
    def of(cls, grid: Grid, printed: pl.DataFrame | None) -> "Before":
        """Read what was ever printed or masked."""
        was_printed, was_masked, known = np.zeros((3, grid.size), dtype=bool)
        if printed is not None:
            rows = grid.rows.select(KEYS).with_row_index("row").join(printed, on=KEYS)
            row, is_masked = rows["row"].to_numpy(), (rows["status"] == "masked").to_numpy()
            for side, column in ((grid.top, "numerator"), (grid.bottom, "denominator")):
                cells, is_null = side[row], rows[column].is_null().to_numpy()
                shown, hidden = (cells >= 0) & ~is_null, (cells >= 0) & is_null & is_masked
                same = rows[column].to_numpy()[shown] == grid.values[cells[shown]]
                was_printed[cells[shown]] = True
                was_masked[cells[hidden]] = True
                known[cells[shown][same]] = True
        return cls(was_masked & ~was_printed, known)


def plan_of(grid: Grid, system: System, before: Before) -> Plan:
    """Derive the plan from the counts, the rules and the editions before."""
    rules, values = grid.rules, grid.values
    tops, _, rests = grid.small_complements
    sensitive = (values > 0) & (values < rules.threshold)
    sensitive |= (values == 0) & grid.discloses_zero
    sensitive[tops] = True
    levels = [rules.weights[grid.levels[place]] for place in grid.geographies]
    weight = np.tile(np.array(levels, dtype=float), len(grid.years) * grid.columns)
    weight[grid.is_base] *= rules.weights["base"]
    is_empty = np.tile(grid.is_empty_place.ravel(), grid.columns)

    def with_rests(cells: np.ndarray, rest: object) -> np.ndarray:
        return np.concatenate([cells, np.full(len(rests), rest, dtype=cells.dtype)])

    return Plan(
        counts=np.concatenate([values, rests]),
        published=with_rests(grid.published, False),
        sensitive=with_rests(sensitive & grid.published, False),
        kept=with_rests(before.kept, False),
        given=with_rests(is_empty | before.known, False),
        guarded=with_rests(np.zeros(grid.size, dtype=bool), True),
        weight=with_rests(weight, 1.0),
    )
