"""The readers of an edition, by what they know besides it.

- anybody: nothing but the edition;
- somebody who has read everything: the printed Bilan, and all editions before this one;
- a reader of one territory's internal figures, and a worksite that knows its own rows: both have
  read everything, too.

All know every relation. What a reader knows of their own people is no secret to them: the others in
a masked count are what they must not learn.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cvg_warehouse.publication.disclosure.bounds import propagate
from cvg_warehouse.publication.disclosure.grid import EVERYBODY, Grid
from cvg_warehouse.publication.disclosure.moves import Knowledge
from cvg_warehouse.publication.disclosure.system import INFINITE, UNBOUNDED, System

ANYBODY, PRINT = "anybody", "a reader of all that was printed"


@dataclass(frozen=True)
class Reader:
    """What somebody knows of the cells of a year without its edition."""

    name: str
    knows: Knowledge
    high: np.ndarray
    """Upper ends of the system's relations, as this reader knows them."""
    own: np.ndarray
    """How many of each cell are this reader's own."""
    is_informed: bool = True
    """Whether they have read what was printed."""


class Anyway:
    """What readers know of the cells without the edition, as each relation by itself tells it."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._known: dict[str, Knowledge] = {}

    def rules_out(self, reader: Reader, cell: int, count: int) -> bool:
        """Whether a reader knows anyway that a cell is not this count."""
        known = self._of(reader)
        return not known.low[cell] <= count <= known.high[cell]

    def _of(self, reader: Reader) -> Knowledge:
        if reader.name not in self._known:
            knows = reader.knows
            if reader.is_informed and PRINT in self._known:
                knows = knows.and_also(self._known[PRINT])
            self._known[reader.name] = propagate(self._system, reader.high, knows)
        return self._known[reader.name]


def readers_of(
    grid: Grid,
    year: int,
    system: System,
    cells: np.ndarray,
    read: Knowledge,
    read_high: np.ndarray,
) -> Iterator[Reader]:
    """The readers of one year.

    `cells` are those of the year in the grid and its small rests, and what flows join to them,
    related by `system`. `read` is
    what the print and earlier editions say of the cells, and `read_high` of relations.
    """
    counts = grid.of_rests(grid.values)[cells]
    nothing = Knowledge.nothing(len(cells))
    yield Reader(ANYBODY, nothing, system.high, nothing.low, is_informed=False)
    yield Reader(PRINT, read, read_high, nothing.low)
    for territory in grid.territories:
        place = grid.geographies.index(territory)
        known = _both(grid, grid.place == place)[cells]
        own = grid.of_rests(_own_of_territory(grid, territory))[cells]
        if own.any():
            there = Knowledge(np.where(known, counts, own), np.where(known, counts, INFINITE))
            yield Reader(f"a reader of {territory}", read.and_also(there), read_high, own)
    for (worksite, territory, of), amounts in grid.worksites.items():
        if of == year:
            whole, held = _own_of_worksite(grid, territory, year, amounts)
            own = np.minimum(grid.of_rests(whole)[cells], counts)
            high = _of_others(system, read_high, counts, _both(grid, held)[cells], own)
            there = Knowledge(own, np.full(len(cells), INFINITE))
            yield Reader(f"worksite {worksite}", read.and_also(there), high, own)


def _both(grid: Grid, cells: np.ndarray) -> np.ndarray:
    """Cells of a mask, and the small rests of which it has the part and the whole."""
    part, whole, _ = grid.small_complements
    return np.concatenate([cells, cells[part] & cells[whole]])


def _own_of_territory(grid: Grid, territory: str) -> np.ndarray:
    """The counts of a territory, in the places that it is part of."""
    places = len(grid.geographies)
    own = np.zeros((grid.size // places, places), np.int64)
    mine = np.where(grid.adds_up, grid.values, 0).reshape(own.shape)
    whole, part = grid.geographies.index(grid.national), grid.geographies.index(territory)
    own[:, whole] = mine[:, part]
    return own.ravel()


def _own_of_worksite(
    grid: Grid, territory: str, year: int, amounts: list[tuple[str, int]]
) -> tuple[np.ndarray, np.ndarray]:
    """The counts of a worksite in its places, and the cells of which it knows its own."""
    own, held = np.zeros(grid.size, np.int64), np.zeros(grid.size, dtype=bool)
    y, everybody = grid.years.index(year), grid.populations.index(EVERYBODY)
    places = [grid.geographies.index(place) for place in (territory, grid.national)]
    for name, amount in amounts:
        own[grid.cell(grid.quantities[name], everybody)[y, places]] = amount
    for name, number in grid.quantities.items():
        if grid.unit[number] == "people" and grid.rules.is_additive(name):
            held[grid.cell(number, everybody)[y, places]] = True
    return own, held


def _of_others(
    system: System, high: np.ndarray, counts: np.ndarray, held: np.ndarray, own: np.ndarray
) -> np.ndarray:
    """Upper ends of relations, as inequalities hold among the people of the others, too."""
    whole = (abs(system.matrix) @ (~held).astype(np.int64)) == 0
    whole &= (system.low <= -UNBOUNDED) & (high < UNBOUNDED)
    mine = system.matrix @ own
    others = np.maximum(system.matrix @ counts - mine, 0)
    return np.where(whole, np.minimum(high, mine + others), high)
