"""Tables of counts that fit what is known: proofs of how little that is.

A witness is kept as its few differences from the true table. Each fits all relations; whether it
fits what a reader knows is checked in integers, for all of them at once.
"""

import numpy as np
import scipy.sparse as sp

from cvg_warehouse.publication.disclosure.moves import Knowledge
from cvg_warehouse.publication.disclosure.readers import Reader
from cvg_warehouse.publication.disclosure.system import UNBOUNDED, System


class Witnesses:
    """Tables that fit a system, as columns of differences from the true counts."""

    def __init__(
        self, system: System, counts: np.ndarray, differences: sp.csc_array | None = None
    ) -> None:
        self.system, self.counts = system, counts
        # The true table is the first witness.
        self._columns = [sp.csc_array((len(counts), 1), dtype=np.int64)]
        if differences is not None:
            self._columns.append(_fitting(system, counts, differences))

    def add(self, by: np.ndarray) -> None:
        """Add the table that differs by this from the true one, and fits."""
        self._columns.append(sp.csc_array(by[:, None]))

    @property
    def differences(self) -> sp.csc_array:
        """[cell, witness] by how much the counts of each witness differ from the true ones."""
        if len(self._columns) > 1:
            self._columns = [sp.csc_array(sp.hstack(self._columns, format="csc"))]
        return self._columns[0]

    def open_ends(
        self, known: Knowledge, reader: Reader, cells: np.ndarray, reach: int
    ) -> list[tuple[int, int]]:
        """Cell and count where no witness yet tells that the cell may hold that count.

        What is known of each cell, the reader's own people included, and a mask of the cells that
        are to be as wide as from the reader's own to `reach`.
        """
        secret = cells & (reader.knows.low != reader.knows.high) & (reader.own <= reach)
        asked = np.flatnonzero(secret)
        fitting = self._fitting_to(known, reader)
        tables = self.counts[asked][:, None] + self.differences[:, fitting].tocsr()[asked].toarray()
        own = reader.own[asked]
        low = (tables <= own[:, None]).any(axis=1)
        high = (tables >= reach).any(axis=1)
        return [
            *((int(cell), int(least)) for cell, least in zip(asked[~low], own[~low], strict=True)),
            *((int(cell), reach) for cell in asked[~high]),
        ]

    def _fitting_to(self, known: Knowledge, reader: Reader) -> np.ndarray:
        by = self.differences
        count = self.counts[by.indices] + by.data
        column = np.repeat(np.arange(by.shape[1]), np.diff(by.indptr))
        outside = (count < known.low[by.indices]) | (count > known.high[by.indices])
        fits = np.ones(by.shape[1], dtype=bool)
        fits[column[outside]] = False
        rows = np.flatnonzero(reader.high < self.system.high)
        if len(rows):
            part = self.system.matrix[rows]
            activity = (part @ self.counts)[:, None] + (part @ by).toarray()
            fits &= (activity <= reader.high[rows][:, None]).all(axis=0)
        return fits


def is_there(table: np.ndarray, cell: int, wanted: int, reach: int) -> bool:
    """Whether a table has the cell at the end that is asked for: `reach` or more, or so few."""
    return bool(table[cell] >= reach if wanted == reach else table[cell] <= wanted)


def _fitting(system: System, counts: np.ndarray, by: sp.csc_array) -> sp.csc_array:
    activity = (system.matrix @ counts)[:, None] + (system.matrix @ by).toarray()
    low, high = system.low[:, None], system.high[:, None]
    fits = ((activity >= low) | (low <= -UNBOUNDED)) & ((activity <= high) | (high >= UNBOUNDED))
    return sp.csc_array(by[:, fits.all(axis=0)])
