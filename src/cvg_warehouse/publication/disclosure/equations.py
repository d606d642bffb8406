"""Equations among the quantities of a grid: those of the catalogue, and those that are signed.

A signed relation names indicators, with [value] their breakdown's; `:base` is a denominator; `*`
stands for all values, `a|b` for some, `!a` for all but one; {difficulty} repeats the line for each.
It holds in each population, or among everybody where a term names one: `@after_phc`. `@next` is the
count of the next year.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from cvg_warehouse.publication.disclosure.grid import (
    EVERYBODY,
    Grid,
    Indicator,
    base_name,
    numerator_name,
)
from cvg_warehouse.terminal import Refusal

TOTAL, NEXT = "total", "next"


class UnknownName(Refusal):
    """A relation names what there is not; the message is one line for its reader."""


@dataclass(frozen=True)
class Term:
    """A count in a relation."""

    quantity: str
    population: str | None = None
    """None: the relation holds in each."""
    is_next: bool = False
    """Of the next year."""


@dataclass(frozen=True)
class Equation:
    """Sum of the counts above = (or <=) sum of those below."""

    text: str
    above: tuple[Term, ...]
    below: tuple[Term, ...]
    is_equal: bool
    kind: str = "catalogue"
    """catalogue, or that of the signed group."""

    @property
    def terms(self) -> list[tuple[Term, int]]:
        """All counts, brought to one side: their sum is 0, or no more than 0."""
        return [(term, 1) for term in self.above] + [(term, -1) for term in self.below]


def equations_of(grid: Grid) -> list[Equation]:
    """The equations of the catalogue, then the signed ones."""
    return [*_shares(grid), *_categories(grid), *_nested(grid), *_signed(grid)]


def _equation(above: list[str], below: list[str], is_equal: bool) -> Equation:
    text = f"{' + '.join(above)} {'=' if is_equal else '<='} {' + '.join(below)}"
    return Equation(text, tuple(map(Term, above)), tuple(map(Term, below)), is_equal)


def _shares(grid: Grid) -> Iterator[Equation]:
    for _, top, bottom in grid.shares:
        yield _equation([top], [bottom], is_equal=False)


def _categories(grid: Grid) -> Iterator[Equation]:
    for indicator in grid.catalogue.values():
        kind = grid.rules.breakdowns.get(indicator.breakdown)
        if kind in (None, "multiple") or indicator.statistic != "share":
            continue
        values = [value for value in values_of(grid, indicator) if value != TOTAL]
        parts = [numerator_name(indicator.indicator, value) for value in values]
        base = base_name(indicator.indicator, values[0])
        yield _equation(parts, [base], is_equal=kind == "partition")


def _nested(grid: Grid) -> Iterator[Equation]:
    """An action carries one type at least, and its group with it."""
    for kind, group in grid.rules.nested:
        for value, types in grid.action_groups.items():
            parts = [numerator_name(kind, one) for one in types]
            whole = numerator_name(group, value)
            yield from (_equation([part], [whole], is_equal=False) for part in parts)
            yield _equation([whole], parts, is_equal=False)


def _signed(grid: Grid) -> Iterator[Equation]:
    for group, relation in grid.rules.signed.relations:
        for line in _repeated(grid, relation):
            sign = " <= " if " <= " in line else " = "
            above, below = (tuple(_side(grid, side)) for side in line.split(sign))
            # a side that is not in the data says nothing of the other one
            if above and below:
                above, below = _in_population(above, below)
                yield Equation(line, above, below, sign == " = ", group.kind)


def _in_population(*sides: tuple[Term, ...]) -> Iterator[tuple[Term, ...]]:
    """Where a term names a population, the others are about everybody."""
    named = any(term.population for side in sides for term in side)
    for side in sides:
        yield tuple(
            Term(term.quantity, term.population or EVERYBODY) if named else term for term in side
        )


def values_of(grid: Grid, indicator: Indicator) -> list[str]:
    """Values of an indicator's breakdown, joined with ' x ' where it has two."""
    names = (name for name in grid.quantities if name.partition("[")[0] == indicator.indicator)
    return [grid.indicator_of(name)[1] for name in names]


def _repeated(grid: Grid, relation: str) -> Iterator[str]:
    """The relation for every value of the breakdowns named in braces."""
    names = list(dict.fromkeys(re.findall(r"\{(\w+)\}", relation)))
    values = [_breakdown_values(grid, name) for name in names]
    for chosen in product(*values):
        line = relation
        for name, value in zip(names, chosen, strict=True):
            line = line.replace(f"{{{name}}}", value)
        yield line


def _breakdown_values(grid: Grid, breakdown: str) -> list[str]:
    found: dict[str, None] = {}
    for name in grid.quantities:
        indicator, value = grid.indicator_of(name)
        keys = indicator.keys
        for key, one in zip(keys, value.split(" x ", max(len(keys) - 1, 0)), strict=False):
            if key == breakdown:
                found[one] = None
    return list(found)


def _side(grid: Grid, side: str) -> Iterator[Term]:
    for term in re.split(r" \+ (?![^\[]*\])", side):
        name, _, where = term.strip().partition("@")
        head, _, selection = name.partition("[")
        indicator = head.removesuffix(":base")
        if indicator not in grid.catalogue and indicator not in grid.internal:
            raise UnknownName(f"contracts/relations.toml: no indicator is called {indicator}")
        names = [name for name in grid.quantities if name.partition("[")[0] == head]
        if selection:
            names = [name for name in names if _is_selected(grid, name, selection[:-1])]
        elif len({int(grid.column[grid.quantities[name], 0]) for name in names}) > 1:
            raise UnknownName(f"contracts/relations.toml: {head} needs a value in brackets")
        else:
            names = names[:1]
        is_next = where == NEXT
        if where and not is_next and where not in grid.populations:
            raise UnknownName(f"contracts/relations.toml: no population is called {where}")
        for name in names:
            yield Term(name, None if is_next else where or None, is_next)


def _is_selected(grid: Grid, name: str, selection: str) -> bool:
    indicator, value = grid.indicator_of(name)
    if selection == "*":
        return True
    cuts = max(len(indicator.keys) - 1, 0)
    values, choices = value.split(" x ", cuts), selection.split(" x ", cuts)
    return all(map(_is_chosen, values, choices))


def _is_chosen(value: str, choice: str) -> bool:
    if choice == "*":
        return value != TOTAL
    if choice.startswith("!"):
        return value != choice[1:] and value != TOTAL
    return value in choice.split("|")
