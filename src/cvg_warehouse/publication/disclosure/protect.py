"""Which cells are hidden besides those that are masked for their own sake, so that none is narrow.

For each reader and each masked cell that is not yet seen to be as wide as it must be, `Moves` seeks
a table of counts where it is at its end. What that table would have to change beyond what is shown,
at the least price, is masked as well: the secondary masks. That goes on until nothing is missing.

A mask costs its weight times its count, so that low counts are taken, and wholes hardly ever. Every
masked cell, whether small or not, has to look as if it could be anything from 0 to `reach`, since
all masks look alike. Counts too large for that are left out of the edition instead, which is no
secret: they are known to be no small ones.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from cvg_warehouse.publication.disclosure.moves import Knowledge, Moves
from cvg_warehouse.publication.disclosure.plan import MOST_PRICE, Plan
from cvg_warehouse.publication.disclosure.readers import ANYBODY, PRINT, Anyway, Reader
from cvg_warehouse.publication.disclosure.system import System
from cvg_warehouse.publication.disclosure.witnesses import Witnesses, is_there


@dataclass(frozen=True)
class Protection:
    """Masks by cell, and differences of tables from the true one that show how wide they are."""

    masked: np.ndarray
    left_out: frozenset[int]
    """Groups of rows that are dearer to protect than to leave out."""
    witnesses: sp.csc_array


def protect(system: System, plan: Plan, readers: list[Reader], reach: int) -> Protection:
    """Masks for one year. Whether they suffice is not said here, but by the proof."""
    search = _Search(system, plan, reach)
    masks = -1
    while masks < search.masked.sum():
        masks = int(search.masked.sum())
        for reader in readers:
            search.against(reader)
    return Protection(search.masked, frozenset(search.left_out), search.witnesses.differences)


class _Search:
    def __init__(self, system: System, plan: Plan, reach: int) -> None:
        self.plan, self.reach = plan, reach
        self.masked = plan.sensitive.copy()
        self.witnesses = Witnesses(system, plan.counts)
        self.left_out: set[int] = set()
        self.moves = Moves(system, plan.counts, plan.effort, plan.price, MOST_PRICE)
        self.hopeless: dict[str, set[tuple[int, int]]] = defaultdict(set)
        """Ends that no mask keeps open, by reader; so they are to all who know as much and more."""
        self.anyway = Anyway(system)

    def against(self, reader: Reader) -> None:
        """Mask until this reader narrows nothing, but for what no mask can keep from them."""
        while asked := self._asked(reader):
            self._tell(reader)
            while asked:
                cell, wanted = asked.pop()
                move = self.moves.move(cell, wanted)
                if move is None:
                    self.hopeless[reader.name].add((cell, wanted))
                elif move.is_too_dear or self._is_optional_for(cell, move.beyond):
                    self._leave_out(cell)
                    break
                elif len(move.beyond):
                    self.masked[move.beyond] = True
                    self._tell(reader)
                    asked.append((cell, wanted))
                else:
                    self.witnesses.add(move.by)
                    table = self.plan.counts + move.by
                    asked = [end for end in asked if not is_there(table, *end, self.reach)]
        for cell, _ in self._open(reader):
            if self.plan.was_left_out[cell]:
                # It was to be told by nothing; that editions tell it now is no reason to name it.
                self._leave_out(cell)

    def _is_optional_for(self, cell: int, others: np.ndarray) -> bool:
        """Whether others that are not optional would be hidden for one that is."""
        return bool(self.plan.is_optional[cell] and not self.plan.is_optional[others].all())

    def _leave_out(self, cell: int) -> None:
        """Leave out the rows that print a cell: less is known, and nothing asked of them."""
        groups = self.plan.groups[[cell]].indices
        self.left_out.update(groups.tolist())
        self.plan = self.plan.without(groups)
        self.masked &= self.plan.published

    def _tell(self, reader: Reader) -> None:
        known, hidden = self._known_to(reader), self.masked
        # Of what is hidden already there is no more to hide.
        anyway = Knowledge(
            np.where(hidden, known.low, reader.knows.low),
            np.where(hidden, known.high, reader.knows.high),
        )
        self.moves.know(known, anyway, reader.high)

    def _known_to(self, reader: Reader) -> Knowledge:
        return self.plan.seen(self.plan.shown(self.masked)).and_also(reader.knows)

    def _asked(self, reader: Reader) -> list[tuple[int, int]]:
        return [end for end in self._open(reader) if not self._is_hopeless(reader, *end)]

    def _open(self, reader: Reader) -> list[tuple[int, int]]:
        cells = self.masked & ~self.plan.is_large(self.masked) | self.plan.guarded
        return self.witnesses.open_ends(self._known_to(reader), reader, cells, self.reach)

    def _is_hopeless(self, reader: Reader, cell: int, wanted: int) -> bool:
        """Whether no mask keeps it open to this reader, or to one who knows less."""
        names = (ANYBODY, PRINT, reader.name) if reader.is_informed else (reader.name,)
        if any((cell, wanted) in self.hopeless[name] for name in names):
            return True
        return self.anyway.rules_out(reader, cell, wanted)
