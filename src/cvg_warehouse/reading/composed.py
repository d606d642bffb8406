"""Figures that several cells make up, as the Bilan's tables and its text print them.

Nothing is computed from a cell that is masked or not published: what is made of one is not shown.
What is made of rounded cells is their sum, and says how far it may be from the true one. Where the
edition has a cell of the whole, the Bilan's terms name it, and nothing is added up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from cvg_warehouse.reading.data import EVERYBODY, WHOLE, Cell, Edition, Indicator, Term
from cvg_warehouse.reading.figures import BEFORE_JOINING, Figure, did_not_occur, look_up
from cvg_warehouse.reading.texts import PLUS

# What nobody was asked, or nobody's answer is known to, adds nothing to a sum.
EMPTY = ("unknown", BEFORE_JOINING, "not_applicable")
ROW = "{row}"


class Part(NamedTuple):
    """A term, and the figure that it stands for in a place and year."""

    term: Term
    figure: Figure


class Where(NamedTuple):
    """What terms leave open: the place, the years to add up, the population, the row's value."""

    place: str
    years: tuple[int, ...]
    population: str
    value: str = ""


def parts(terms: Iterable[Term], where: Where, edition: Edition) -> list[Part]:
    """The cells that some terms mean."""
    return [
        Part(
            term,
            look_up(
                edition,
                term.indicator_id,
                year - term.years_before,
                where.place if term.geography_id == WHOLE else term.geography_id,
                where.population if term.population == EVERYBODY else term.population,
                term.breakdown.replace(ROW, where.value),
            ),
        )
        for year in where.years
        for term in terms
    ]


def composed(made_of: Sequence[Part], edition: Edition) -> Figure:
    """The figure: the sum of its top parts, over that of its bottom parts where it has some."""
    tops = [part for part in made_of if part.term.side == "top"]
    years = sorted({part.figure.year for part in tops})
    term, first = tops[0]
    return replace(
        first,
        indicator=_as_printed(first.indicator, term.kind),
        year=years[-1],
        since=years[0],
        breakdown=PLUS.join(dict.fromkeys(part.figure.breakdown for part in tops)),
        cell=_cell(made_of, edition),
        margin=max(_margin(made_of, side) for side in ("top", "bottom")),
    )


def _margin(made_of: Iterable[Part], side: str) -> float:
    """How far one side of the fraction may be from the true one: each rounded part adds its own."""
    return sum(
        abs(part.term.coefficient) * part.figure.margin
        for part in made_of
        if part.term.side == side
    )


def _as_printed(indicator: Indicator, kind: str) -> Indicator:
    """The indicator with the unit of the figure: the numerator of a share is a count of people."""
    units = {"share": ("share", "share"), "points": ("points", "count")}
    units["count"] = (indicator.counting_unit, "count")
    unit, statistic = units.get(kind, (indicator.unit, indicator.statistic))
    return replace(indicator, unit=unit, statistic=statistic)


def _cell(made_of: Sequence[Part], edition: Edition) -> Cell | None:
    """What the parts add up to; None where one of them is not published."""
    there = [part for part in made_of if not did_not_occur(part.figure, edition)]
    cells = [part.figure.cell for part in there if part.figure.cell]
    if len(cells) < len(there):
        return None
    if {cell.status for cell in cells} == {BEFORE_JOINING}:
        return cells[0]
    if _is_one_cell(made_of):
        return cells[0] if cells else None
    absent = [cell.status for cell in cells if cell.status != "shown"]
    hidden = [status for status in absent if status not in EMPTY]
    top, bottom = _sum(there, "top"), _sum(there, "bottom")
    is_fraction = any(part.term.side == "bottom" for part in made_of)
    if hidden or top is None or (is_fraction and not bottom):
        return Cell(None, None, None, [*hidden, *absent, EMPTY[-1]][0], None, None)
    if not is_fraction or bottom is None:
        return Cell(top, None, top, "shown", None, None)
    if any(part.term.counted == "value" for part in made_of):
        return Cell(None, None, top / bottom, "shown", None, None)
    if made_of[0].term.kind == "share":
        # Parts that are each rounded up may be more than the whole.
        top = min(top, bottom)
    return Cell(top, bottom, top / bottom, "shown", None, None)


def _is_one_cell(made_of: Sequence[Part]) -> bool:
    """Whether the figure is a share, mean or median that a single cell holds as it is."""
    top = made_of[0]
    return (
        [part.term.side for part in made_of] in (["top"], ["top", "bottom"])
        and top.term.kind not in ("count", "points")
        and top.term.counted != "denominator"
        and all(part.figure == top.figure for part in made_of)
    )


def _sum(made_of: Iterable[Part], side: str) -> float | None:
    """What one side of the fraction adds up to; None where a mean has no value."""
    amounts = [_amount(part) for part in made_of if part.term.side == side]
    return None if None in amounts else sum(filter(None, amounts), 0.0)


def _amount(part: Part) -> float | None:
    """The term's share in the sum. Of an empty cell the count is nought, the mean unknown."""
    counted = part.term.counted
    amount: float | None = getattr(part.figure.cell, counted)
    if part.figure.status in EMPTY and counted != "value":
        amount = 0.0
    return None if amount is None else part.term.coefficient * amount
