"""Relations that the rows show: judged against the signed ones, in both directions.

Two counts are laid into a table of four fields: the units in both, in one, in neither, of the
smallest signed count that holds both. An empty field is a relation: `a <= b` where nobody is in `a`
alone, `whole <= a + b` where nobody is in neither. A field counts as empty for a reason only where
chance would have put `fewest_expected` units there. Beside these, the values of a breakdown may add
up to another count. What the signed equations imply for a single unit is no news.

That two counts have nobody in common is not judged: it narrows a count only where the two make up a
whole, which is judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cvg_warehouse.publication.disclosure.equations import TOTAL, Equation, Term, equations_of
from cvg_warehouse.publication.disclosure.grid import EVERYBODY, Grid
from cvg_warehouse.publication.disclosure.implied import Implications
from cvg_warehouse.publication.disclosure.units import Units, read_units
from cvg_warehouse.terminal import Refusal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Terms = list[tuple[int, int]]
Amounts = np.ndarray | float


ALL = (-1, "")
"""All values of a breakdown."""


@dataclass(frozen=True)
class Candidate:
    """A relation that the rows show: whoever is in the first count is in one of the others."""

    part: int
    cover: tuple[int, ...]


@dataclass(frozen=True)
class Judged:
    """The rows of one kind beside the equations about their counts."""

    grid: Grid
    units: Units
    equations: list[tuple[Equation, Terms]]

    @classmethod
    def of(cls, grid: Grid, units: Units, equations: list[Equation]) -> "Judged":
        """Take the equations all of whose counts are counted from these rows."""
        # One name for the bases that are one quantity: a short one that is counted here.
        first: dict[int, str] = {}
        for name in sorted(
            grid.quantities, key=lambda name: (Term(name) not in units.index, "[" in name)
        ):
            first.setdefault(int(grid.column[grid.quantities[name], 0]), name)

        def merged(term: Term) -> Term:
            name = first[int(grid.column[grid.quantities[term.quantity], 0])]
            population = None if term.population == EVERYBODY else term.population
            return Term(name, population)

        own = [term for term in units.terms if merged(term) == term]
        units = units.only(own).with_terms(
            merged(term) for equation in equations for term, _ in equation.terms
        )
        found = [
            (equation, [(units.index[merged(term)], sign) for term, sign in equation.terms])
            for equation in equations
            if all(merged(term) in units.index for term, _ in equation.terms)
        ]
        return cls(grid, units, found)

    def refuted(self) -> Iterator[str]:
        """Signed relations that are not true of these rows."""
        signed = self.grid.rules.signed
        for equation, terms in self.equations:
            if equation.kind in ("catalogue", "chance"):
                continue
            columns = [count for count, _ in terms]
            held = self.units.holds[:, columns]
            missed = held @ np.array([sign for _, sign in terms])
            exceptions = int(((missed != 0) if equation.is_equal else (missed > 0)).sum())
            allowed = 0.0
            if equation.kind == "near":
                units = int(held.any(axis=1).sum())
                allowed = max(self.grid.rules.reach, signed.most_exceptions * units)
            if exceptions > allowed:
                yield equation.text

    @cached_property
    def _both(self) -> np.ndarray:
        counted = self.units.counted.astype(np.float32)
        return counted.T @ counted

    @property
    def _sizes(self) -> np.ndarray:
        return self._both.diagonal()

    def _implications(self, more: list[tuple[Terms, bool]]) -> Implications:
        signed = [(terms, equation.is_equal) for equation, terms in self.equations]
        return Implications.of([*signed, *more], len(self.units.terms))

    @cached_property
    def _full(self) -> list[tuple[Terms, bool]]:
        """That a part is all of its signed whole (a rate of 100%) is a result, and no rule."""
        is_full = (self._sizes[:, None] == self._sizes) & (self._sizes > 0) & self._within
        return [
            ([(int(whole), 1), (int(part), -1)], False)
            for part, whole in np.argwhere(is_full & ~self._within.T)
        ]

    def _is_enough(self, expected: Amounts, of: Amounts) -> np.ndarray:
        """Whether so many exceptions are missed that their absence is no chance."""
        signed = self.grid.rules.signed
        fewest = np.maximum(signed.fewest_expected, signed.least_share * np.asarray(of))
        return np.asarray(expected >= fewest)

    @cached_property
    def _known(self) -> tuple[np.ndarray, np.ndarray]:
        own = np.eye(len(self.units.terms), dtype=bool)
        signed = self._implications([])
        inside, outside, _ = signed.propagate(own, np.zeros_like(own))
        _, without, _ = signed.propagate(np.zeros_like(own), own)
        within = (inside | without.T).astype(np.float32)
        while ((wider := (within @ within > 0)) > within).any():
            within = wider.astype(np.float32)
        return within > 0, outside

    @property
    def _within(self) -> np.ndarray:
        """[count, count]: whether the equations say that the first is part of the second."""
        return self._known[0]

    @property
    def _apart(self) -> np.ndarray:
        """[count, count]: whether the equations say that the two have no unit in common."""
        return self._known[1]

    @cached_property
    def _is_printed(self) -> np.ndarray:
        """Counts that the edition prints somewhere, under their own name."""
        grid = self.grid
        every = np.arange(len(grid.populations))
        return np.array(
            [
                term.population is None
                and bool(grid.published[grid.cell(grid.quantities[term.quantity], every)].any())
                for term in self.units.terms
            ]
        )

    def shown(self) -> list[str]:
        """Relations that the rows show and nothing signed implies, each as it would be signed."""
        candidates = [*self._pairs(), *self._sums()]
        found: list[str] = []
        more = self._full
        while candidates:
            inside = [[one.part] for one in candidates]
            outside = [list(one.cover) for one in candidates]
            is_news = ~self._implications(more).exclude(inside, outside)
            candidates = [one for one, news in zip(candidates, is_news, strict=True) if news]
            if candidates:
                terms, is_equal = self._written(candidates.pop(0))
                more = [*more, (terms, is_equal)]
                found.append(self._text(terms, is_equal))
        return found

    def _pairs(self) -> list[Candidate]:
        """Empty fields of all tables of two counts, largest parts and closest covers first."""
        both, sizes = self._both, self._sizes
        ours = self._is_printed[:, None] & self._is_printed & ~np.eye(len(sizes), dtype=bool)
        is_news = self._is_enough(self._alone, sizes[:, None])
        parts = np.argwhere(ours & (both == sizes[:, None]) & is_news)
        found = [Candidate(int(part), (int(whole),)) for part, whole in parts]
        whole = self._smallest_whole
        size = sizes[whole]
        neither = size - sizes[:, None] - sizes + both
        chance = (size - sizes[:, None]) * (size - sizes) / np.maximum(size, 1)
        covers = np.triu(ours & (whole >= 0) & (neither == 0))
        covers &= self._is_enough(chance, size)
        for values in (groups[ALL] for groups in self._breakdowns.values()):
            covers[np.ix_(values, values)] = False
        found += [Candidate(int(whole[i, j]), (int(i), int(j))) for i, j in np.argwhere(covers)]
        return sorted(found, key=lambda one: (-sizes[one.part], sizes[list(one.cover)].sum()))

    @cached_property
    def _smallest_whole(self) -> np.ndarray:
        """[count, count]: the smallest signed count that holds both, -1 where there is none."""
        whole = np.full(self._both.shape, -1)
        for number in np.argsort(-self._sizes, kind="stable"):
            members = np.flatnonzero(self._within[:, number])
            whole[np.ix_(members, members)] = number
        return whole

    @cached_property
    def _alone(self) -> np.ndarray:
        """[count, count]: how many units chance would put into the first and not the second.

        As often as units of a count that holds the first, or all units, are not in the second:
        whichever makes fewest, for what is seldom missing is often missing from the same units.
        """
        both, sizes = self._both, self._sizes
        everything = float(len(self.units.counted))
        rate = 1 - both / np.maximum(sizes, 1)[:, None]
        rate[rate == 0] = np.inf
        of_all = 1 - sizes / max(everything, 1)
        # What holds every unit has no exceptions; its parts need a signature all the same.
        is_root = (of_all == 0) & (self._within.sum(axis=1) == 1)
        of_all[of_all == 0] = np.where(is_root, 1, 0)[of_all == 0]
        alone = np.empty(both.shape)
        for part, wholes in enumerate(self._within):
            seen = np.vstack([rate[wholes & (sizes > sizes[part])], of_all])
            alone[part] = sizes[part] * seen.min(axis=0)
        return alone

    def _sums(self) -> Iterator[Candidate]:
        """Counts that values of a breakdown add up to, those that are signed parts included."""
        both, sizes = self._both, self._sizes
        holds = np.ascontiguousarray(self.units.holds.T)
        counted = np.ascontiguousarray(self.units.counted.T)
        everything = np.ones(counted.shape[1], dtype=bool)
        amounts = holds.sum(axis=1)
        for every, values in (
            (groups[ALL], group)
            for groups in self._breakdowns.values()
            for group in groups.values()
        ):
            inside = (both[values] == sizes[values, None]) & (sizes[values, None] > 0)
            inside |= self._within[values]
            has_value = counted[every].any(axis=0)
            for whole in np.flatnonzero(self._is_printed & (inside.sum(axis=0) > 1)).tolist():
                parts = [values[row] for row in np.flatnonzero(inside[:, whole])]
                if whole in parts or amounts[parts].sum() != amounts[whole]:
                    continue
                if (holds[parts].sum(axis=0) != holds[whole]).any():
                    continue
                others = [one for one in values if one not in parts]
                others = [one for one in others if not self._apart[whole, one]]
                elsewhere = counted[others].any(axis=0)
                wider = self._within[whole] & (sizes > sizes[whole])
                is_missed = np.asarray(~has_value | elsewhere)
                wholes = [everything, *counted[wider]]
                expected = float(sizes[whole]) * min(is_missed[of].mean() for of in wholes)
                if self._is_enough(expected, sizes[whole]):
                    yield Candidate(int(whole), tuple(parts))

    @cached_property
    def _breakdowns(self) -> dict[str, dict[tuple[int, str], list[int]]]:
        """The printed values of each breakdown: all, and those that share one of two values."""
        found: dict[str, dict[tuple[int, str], list[int]]] = {}
        for number in np.flatnonzero(self._is_printed):
            name = self.units.terms[number].quantity
            line, value = self.grid.indicator_of(name)
            if value and value != TOTAL:
                groups = found.setdefault(name.partition("[")[0], {ALL: []})
                groups[ALL].append(int(number))
                for place, key in enumerate(value.split(" x ", len(line.keys) - 1)):
                    groups.setdefault((place, key), []).append(int(number))
        return found

    def _written(self, one: Candidate) -> tuple[Terms, bool]:
        """The relation as an equation, where the rows say so."""
        terms = [(one.part, 1), *((count, -1) for count in one.cover)]
        signs = np.array([sign for _, sign in terms])
        is_equal = not (self.units.holds[:, [count for count, _ in terms]] @ signs).any()
        if len(one.cover) == 1:
            is_equal = bool(self._sizes[one.part] == self._sizes[one.cover[0]])
        return terms, is_equal

    def _text(self, terms: Terms, is_equal: bool) -> str:
        part, *cover = (self.units.terms[count].quantity for count, _ in terms)
        return f"{part} {'=' if is_equal else '<='} {' + '.join(cover)}"


def judge(warehouse: "DuckDBPyConnection", grid: Grid) -> tuple[list[str], list[str]]:
    """Relations that the rows show and nobody signed, and signed ones that the rows refute."""
    equations = [one for one in equations_of(grid) if one.kind != "flow"]
    counted = [units for units in read_units(warehouse, grid) if units.terms]
    kinds = [Judged.of(grid, units, equations) for units in counted]
    return (
        [relation for kind in kinds for relation in kind.shown()],
        list(dict.fromkeys(relation for kind in kinds for relation in kind.refuted())),
    )


def refuse_unsigned(warehouse: "DuckDBPyConnection", grid: Grid) -> None:
    """Refuse a warehouse whose rows and signed relations do not agree, a line per relation."""
    unsigned, refuted = judge(warehouse, grid)
    if refuted:
        # What a false relation implies would only confuse.
        raise Refusal(
            *(
                f"contracts/relations.toml: {relation} is signed and the rows refute it; correct "
                "the indicator, or take the relation out, or sign it as near (docs/disclosure.md)"
                for relation in refuted
            )
        )
    if unsigned:
        raise Refusal(
            *(
                f"contracts/relations.toml: the rows show {relation}, which nobody has signed; "
                "sign it there, or leave the audience of one of the indicators empty "
                "(docs/disclosure.md)"
                for relation in unsigned
            )
        )
