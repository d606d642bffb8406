"""What the printed report says of the numbers behind its figures, and by which readings one fits.

Only what is printed speaks here, with the relations among counts that disclosure control knows
(contracts/disclosure.toml): no export, no computed value. A number that is not printed lies in an
interval. People whom a relation may count twice (two exits, gone and come back) are let be as many
as they can be: a sum of parts is at least its whole, and each part at most.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import NamedTuple

from cvg_warehouse.publication.disclosure.rules import load_rules

INFINITE = math.inf
# A base whose size is known within this factor may stand in for another one.
WELL_KNOWN = 1.1
WHOLE, EVERYBODY, AFTER_PHC = "Total", "all", "after_phc"
HEADCOUNTS, STOCK = "headcount.", "headcount.on_books_at_year_end"


# Cell, lowest and highest number.
Narrow = Callable[[str, float, float], None]


class Interval(NamedTuple):
    """Where a number lies."""

    low: float = 0
    high: float = INFINITE

    def meets(self, other: "Interval") -> bool:
        return self.low <= other.high and other.low <= self.high

    def within(self, other: "Interval") -> "Interval":
        return Interval(max(self.low, other.low), min(self.high, other.high))

    @property
    def is_bounded(self) -> bool:
        return self.high < INFINITE


class Context(NamedTuple):
    """Whom a number counts, and when."""

    year: int
    place: str
    population: str


class Term(NamedTuple):
    """One cell of a figure, with what is counted of it: numerator, denominator or value."""

    side: str
    coefficient: float
    indicator: str
    breakdown: str
    counted: str
    context: Context


@dataclass(frozen=True)
class Figure:
    """A printed figure and the cells that it is made of."""

    figure_id: str
    printed: float
    kind: str
    precision: str
    terms: tuple[Term, ...]

    @property
    def table_id(self) -> str | None:
        """The table that prints it; None for the prose."""
        return self.figure_id.partition("|")[0] if "|" in self.figure_id else None

    @property
    def top(self) -> list[Term]:
        return [term for term in self.terms if term.side == "top"]

    @property
    def bottom(self) -> list[Term]:
        return [term for term in self.terms if term.side == "bottom"]

    @property
    def window(self) -> Interval:
        """What the number may be, given how it is printed."""
        v = self.printed
        if self.precision == "apart":
            return Interval(-v, v)
        if self.precision in ("lower_bound", "upper_bound"):
            return Interval(v) if self.precision == "lower_bound" else Interval(-INFINITE, v)
        if self.precision == "approx":
            return Interval(0.9 * v, 1.1 * v)
        if self.kind == "count":
            return Interval(v, v)
        half = 0.5 if v == int(v) else 0.05
        return Interval(v - half, math.nextafter(v + half, 0))


@dataclass(frozen=True)
class Catalogue:
    """What the seeds say of indicators and bases."""

    bases: Mapping[str, str | None]
    """Base by indicator."""
    parents: Mapping[str, str | None]
    breakdowns: Mapping[str, str | None]
    values: Mapping[str, tuple[str, ...]]
    """Values of each breakdown."""
    units: Mapping[str, str]
    base_cells: Mapping[tuple[str, str], str]
    """What an indicator's breakdown value is divided by: a base, or a part that is its own."""
    exit_categories: frozenset[str]
    """Breakdowns whose values are given to exits that are not neutral only."""

    def base_cell(self, indicator: str, breakdown: str) -> str:
        """The name of a denominator; without a value, of the one that all values share."""
        own = {cell for (name, value), cell in self.base_cells.items() if name == indicator}
        return self.base_cells.get((indicator, breakdown)) or (
            own.pop() if len(own) == 1 else f"{indicator}:base"
        )

    def cell(self, term: Term) -> str:
        """The name of what a term counts."""
        if term.counted == "denominator":
            return self.base_cell(term.indicator, term.breakdown)
        return f"{term.indicator}[{term.breakdown}]" if term.breakdown else term.indicator

    def ancestors(self, base: str) -> Iterator[str]:
        while parent := self.parents.get(base):
            yield parent
            base = parent


class Relation(NamedTuple):
    """`left` is at most `right`, or they are equal; a side is a sum of cells."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    is_equal: bool


def relations(catalogue: Catalogue) -> list[Relation]:
    """What disclosure control knows of counts in one year, place and population."""
    found = [
        Relation((child,), (parent,), is_equal=False)
        for child, parent in catalogue.parents.items()
        if parent
    ]
    for group, equation in load_rules().signed.relations:
        names = list(dict.fromkeys(re.findall(r"\{(\w+)\}", equation)))
        is_known = group.kind != "chance" and catalogue.values.keys() >= set(names)
        if "@" in equation or not is_known:
            continue
        for chosen in product(*(catalogue.values[name] for name in names)):
            line = equation
            for name, value in zip(names, chosen, strict=True):
                line = line.replace(f"{{{name}}}", value)
            relation = " <= " if " <= " in line else " = "
            left, right = (_side(side, catalogue) for side in line.split(relation))
            if left and right:
                found.append(Relation(left, right, relation == " = "))
    return found


def _side(side: str, catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(
        cell
        for term in re.split(r" \+ (?![^\[]*\])", side)
        for cell in _cells(term.strip(), catalogue)
    )


def _cells(term: str, catalogue: Catalogue) -> Iterator[str]:
    head, _, selection = term.partition("[")
    indicator = head.removesuffix(":base")
    names = (catalogue.breakdowns.get(indicator) or "").split(" x ")
    for values in product(*(catalogue.values.get(name, ()) for name in names if name)):
        chosen = selection[:-1].split(" x ", len(names) - 1) if selection else []
        is_all = chosen == ["*"]
        is_some = len(chosen) == len(values) and all(map(_is_chosen, values, chosen))
        if selection and (is_all or is_some):
            breakdown = " x ".join(values)
            if head == indicator:
                yield f"{indicator}[{breakdown}]"
            else:
                yield catalogue.base_cell(indicator, breakdown)
    if not selection:
        yield head if head == indicator else catalogue.base_cell(indicator, "")


def _is_chosen(value: str, choice: str) -> bool:
    if choice == "*" or choice.startswith("!"):
        return value not in ("total", choice[1:])
    return value in choice.split("|")


@dataclass
class Report:
    """The printed figures; those `accused`, or `read_otherwise`, may not speak for others."""

    catalogue: Catalogue
    figures: Mapping[str, Figure]
    accused: frozenset[str]
    read_otherwise: frozenset[str]
    territories: tuple[str, ...]
    _known: dict[Context, dict[str, Interval]] = field(init=False, default_factory=dict)

    @cached_property
    def _relations(self) -> list[Relation]:
        return relations(self.catalogue)

    @cached_property
    def _witnesses(self) -> dict[Context, list[Figure]]:
        found: dict[Context, list[Figure]] = {}
        for figure in self.figures.values():
            contexts = {term.context for term in figure.terms}
            if len(contexts) == 1 and figure.figure_id not in self.accused | self.read_otherwise:
                found.setdefault(contexts.pop(), []).append(figure)
        return found

    def known(self, cell: str, context: Context) -> Interval:
        """Where a number lies, by what is printed of it and of those related to it."""
        if context not in self._known:
            self._known[context] = self._solved(context)
        return self._known[context].get(cell, Interval())

    def printed_numbers(self, cell: str, context: Context) -> set[float]:
        """The counts that are printed for a cell, accused or not."""
        return {
            figure.printed
            for figure in self.figures.values()
            if figure.kind == "count"
            and figure.precision in ("exact", "rounded")
            and len(figure.terms) == 1
            and figure.terms[0].context == context
            and self.catalogue.cell(figure.terms[0]) == cell
        }

    def sums_of(self, indicator: str) -> list[Relation]:
        """The relations that make an indicator's `total` the sum of its other values."""
        return [
            relation
            for relation in self._relations
            if relation.is_equal
            and relation.left == (f"{indicator}[total]",)
            and len(relation.right) > 1
        ]

    def doubles(self, relation: Relation) -> float:
        """The largest share of a whole that its printed parts have in excess, anywhere."""
        found = [0.0]
        for context in self._witnesses:
            whole = self.known(relation.left[0], context)
            parts = [self.known(cell, context) for cell in relation.right]
            if whole.low > 0 and all(part.is_bounded for part in parts):
                found.append(sum(part.low for part in parts) / whole.high - 1)
        return max(found)

    def disagreements(self) -> list[tuple[Context, str]]:
        """The numbers for which what is taken as known leaves no room."""
        return [
            (context, cell)
            for context in self._witnesses
            for cell, known in self._solved(context).items()
            if known.low > known.high
        ]

    def _solved(self, context: Context) -> dict[str, Interval]:
        known: dict[str, Interval] = {}

        def narrow(cell: str, low: float, high: float) -> None:
            before = known.get(cell, Interval())
            low = -INFINITE if low == -INFINITE else math.ceil(low - 1e-9)
            high = INFINITE if high == INFINITE else math.floor(high + 1e-9)
            known[cell] = before.within(Interval(low, high))

        for _ in range(6):
            for figure in self._witnesses.get(context, []):
                self._hear(figure, known, narrow)
            for relation in self._relations:
                _relate(relation, known, narrow)
        return known

    def _hear(self, figure: Figure, known: Mapping[str, Interval], narrow: Narrow) -> None:
        top, bottom = figure.top, figure.bottom
        if len(top) != 1 or top[0].coefficient != 1 or top[0].counted == "value":
            return
        counted = self.catalogue.cell(top[0])
        low, high = figure.window
        if figure.kind == "count" and not bottom:
            narrow(counted, low, high)
        elif figure.kind == "share" and len(bottom) == 1 and low > 0:
            base = self.catalogue.cell(bottom[0])
            part, whole = known.get(counted, Interval()), known.get(base, Interval())
            narrow(base, max(part.low, 100 * part.low / high), 100 * part.high / low)
            narrow(counted, low * whole.low / 100, min(whole.high, high * whole.high / 100))


def _relate(relation: Relation, known: Mapping[str, Interval], narrow: Narrow) -> None:
    sides = [(relation.left, relation.right)]
    if relation.is_equal:
        sides.append((relation.right, relation.left))
    for left, right in sides:
        highs = [known.get(cell, Interval()).high for cell in right]
        least = max(known.get(cell, Interval()).low for cell in left)
        for cell in left:
            narrow(cell, 0, sum(highs))
        for position, cell in enumerate(right):
            others = sum(highs[:position] + highs[position + 1 :])
            narrow(cell, least - others if others < INFINITE else 0, INFINITE)


@dataclass(frozen=True)
class Reading:
    """A way to take a figure, and what the number would then be."""

    name: str
    value: Interval


def fitting(report: Report, figure: Figure, evidence: list[str]) -> list[str]:
    """The readings by which an accused figure fits all that is printed.

    `evidence` names the printed figures that are added up against it, if it is only a sum. As it
    stands, the figure fits unless the print disproves it; another reading fits only where the print
    bounds it.
    """
    window = figure.window
    if figure.kind == "share" and figure.precision == "approx":
        # "A third" is said of more, too.
        window = Interval(window.low)
    as_it_stands = value_of(report, figure)
    found = ["as it stands"] if window.meets(as_it_stands) else []
    others = (
        []
        if _is_in_two_tables(report, figure)
        else [
            *_other_bases(report, figure),
            *_other_people(report, figure),
            *_other_years(report, figure),
            *_other_sums(report, figure),
            *_without_doubles(report, evidence),
        ]
    )
    found += [one.name for one in others if one.value.is_bounded and window.meets(one.value)]
    return found


def _is_in_two_tables(report: Report, figure: Figure) -> bool:
    """Whether another table prints the same cell, and another number in it.

    A sentence may mean another base than a table, in words of its own. Two tables that print the
    same cell under the same words contradict each other, whatever each of them divides by.
    """
    return any(
        other.table_id not in (None, figure.table_id)
        and figure.table_id is not None
        and (other.kind, set(other.terms)) == (figure.kind, set(figure.terms))
        and not figure.window.meets(other.window)
        for other in report.figures.values()
    )


def value_of(report: Report, figure: Figure) -> Interval:
    """The number that a figure prints, by all that is printed beside it."""
    if any(term.counted == "value" for term in figure.terms):
        return Interval(-INFINITE)
    top = _sum(report, figure.top)
    if not figure.bottom:
        return top
    return _ratio(top, _sum(report, figure.bottom), figure)


def _sum(report: Report, terms: list[Term]) -> Interval:
    low = high = 0.0
    for term in terms:
        known = report.known(report.catalogue.cell(term), term.context)
        bounds = sorted((term.coefficient * known.low, term.coefficient * known.high))
        low, high = low + bounds[0], high + bounds[1]
    return Interval(low, high)


def _ratio(top: Interval, bottom: Interval, figure: Figure) -> Interval:
    scale = 100 if figure.kind in ("share", "points") else 1
    if bottom.low <= 0 or top.low < 0:
        return Interval(-INFINITE)
    low = 0 if bottom.high == INFINITE else scale * top.low / bottom.high
    return Interval(low, scale * top.high / bottom.low)


def _only(terms: list[Term]) -> Term | None:
    """The one cell that a count or a numerator is made of."""
    return terms[0] if len(terms) == 1 and terms[0].counted == "numerator" else None


def _other_bases(report: Report, figure: Figure) -> Iterator[Reading]:
    """The same people over another base; a count among the people of another base."""
    catalogue, term = report.catalogue, _only(figure.top)
    if term is None or not (own := catalogue.bases.get(term.indicator)):
        return
    cell = catalogue.cell(term)
    if figure.kind == "share":
        for base in sorted(set(catalogue.base_cells.values())):
            size = report.known(base, term.context)
            if size.low > 0 and size.high <= WELL_KNOWN * size.low:
                for printed in sorted(report.printed_numbers(cell, term.context)):
                    share = _ratio(Interval(printed, printed), size, figure)
                    yield Reading(f"{printed:g} over base {base}", share)
        return
    if figure.bottom or catalogue.breakdowns.get(term.indicator) in catalogue.exit_categories:
        return
    number, size = report.known(cell, term.context), report.known(own, term.context)
    for base in sorted(catalogue.parents.keys() - {own}):
        other = report.known(base, term.context)
        if base in catalogue.ancestors(own):
            wider = Interval(number.low, number.high + other.high - size.low)
            yield Reading(f"among all of base {base}", wider)
        elif own in catalogue.ancestors(base):
            narrower = Interval(max(0, number.low - size.high + other.low), number.high)
            yield Reading(f"among those of base {base} only", narrower)


def _other_people(report: Report, figure: Figure) -> Iterator[Reading]:
    """A count of those after PHC, or of all but those.

    Not of a headcount: whoever came from PHC is an employee of CVG like the others (l. 1335).
    """
    term = _only(figure.top)
    if term is None or figure.kind != "count" or figure.bottom:
        return
    if term.indicator.startswith(HEADCOUNTS):
        return
    if report.catalogue.units[term.indicator] != "people" or term.context.population != EVERYBODY:
        return
    cell = report.catalogue.cell(term)
    own = report.catalogue.bases.get(term.indicator) or cell
    after = term.context._replace(population=AFTER_PHC)
    most = min(
        report.known(cell, after).high,
        report.known(own, after).high,
        report.known("public.after_phc", term.context).high,
    )
    everybody = report.known(cell, term.context)
    if most < INFINITE:
        yield Reading("after PHC", Interval(0, min(most, everybody.high)))
        others = Interval(max(0, everybody.low - most), everybody.high)
        yield Reading("all but after PHC", others)


def _other_years(report: Report, figure: Figure) -> Iterator[Reading]:
    """The same of the year before or after; a stock is of the day that is printed with it."""
    if any(term.indicator == STOCK for term in figure.terms):
        return
    for step in (-1, 1):
        moved = [
            term._replace(context=term.context._replace(year=term.context.year + step))
            for term in figure.terms
        ]
        value = value_of(report, replace(figure, terms=tuple(moved)))
        if value.low > 0:
            yield Reading(f"{step:+} year", value)


def _other_sums(report: Report, figure: Figure) -> Iterator[Reading]:
    """People of several territories or categories counted in each; exits instead of people."""
    catalogue, term = report.catalogue, _only(figure.top)
    if term is None or figure.kind != "count" or figure.bottom:
        return
    cell = catalogue.cell(term)
    if term.context.place == WHOLE:
        parts = [report.known(cell, term.context._replace(place=one)) for one in report.territories]
        yield Reading("summed over the territories", _added(parts))
    for relation in report.sums_of(term.indicator):
        if relation.left == (cell,):
            parts = [report.known(part, term.context) for part in relation.right]
            yield Reading("summed over the categories", _added(parts))
        known = report.known(cell, term.context)
        twice = known.high * (1 + report.doubles(relation))
        yield Reading("exits instead of people", Interval(known.low, twice))


def _added(parts: list[Interval]) -> Interval:
    return Interval(sum(part.low for part in parts), sum(part.high for part in parts))


def _without_doubles(report: Report, evidence: list[str]) -> Iterator[Reading]:
    """Who or what is in several of the parts that are added up, counted once."""
    printed = [report.figures[name].printed for name in evidence]
    if len(printed) > 1:
        once = Interval(max(printed), sum(printed))
        yield Reading("what is in several parts counted once", once)
