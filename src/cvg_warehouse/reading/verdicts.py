"""What the difference of two figures is: a rise, a fall, stable, or no more than rounding.

A difference is given only where both figures are shown, as exactly as both are known.
"""

from typing import Literal, NamedTuple, get_args

from cvg_warehouse.formats import signed
from cvg_warehouse.reading.changes import IN_PERCENT, change_text
from cvg_warehouse.reading.figures import Figure, decimals_of
from cvg_warehouse.reading.lists import NONE
from cvg_warehouse.reading.texts import Language, say

# As in mart_period_comparisons: shares within so many points, others within so many percent.
STABLE_WITHIN_POINTS, STABLE_WITHIN_PERCENT = 2, 5
# What the difference of two shares may be off as a number of the machine.
ALMOST_NOTHING = 1e-9
Verdict = Literal["rise", "fall", "stable", "rounding", "unknown"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


class Pair(NamedTuple):
    """A figure, and the one that it is set beside."""

    now: Figure
    before: Figure


def verdict(pair: Pair) -> Verdict:
    """What the difference is; "unknown" unless both figures are shown."""
    now, before = pair
    if now.value is None or before.value is None:
        return "unknown"
    if now.indicator.unit in IN_PERCENT:
        difference, stable = 100 * (now.value - before.value), float(STABLE_WITHIN_POINTS)
    else:
        difference = now.value - before.value
        stable = STABLE_WITHIN_PERCENT / 100 * abs(before.value)
    size = abs(difference) - ALMOST_NOTHING
    if size <= stable:
        return "stable"
    if size <= sum(map(_unsure, pair)):
        return "rounding"
    return "rise" if difference > 0 else "fall"


def _unsure(figure: Figure) -> float:
    """How far a shown figure may be from the true one, in its unit or in points."""
    indicator, cell = figure.indicator, figure.cell
    if figure.margin == 0 or cell is None:
        return 0
    if indicator.unit in IN_PERCENT:
        # Numerator and denominator are each off by the margin at most.
        return 200 * figure.margin / (cell.denominator or 1)
    # Means and medians are rounded to as many decimals as they are shown with.
    return figure.margin if indicator.statistic == "count" else 0.5 / 10 ** decimals_of(figure)


def difference_texts(pair: Pair, language: Language) -> list[str]:
    """The difference in number, in points, and what it is."""
    said = verdict(pair)
    in_points = pair.now.indicator.unit in IN_PERCENT
    number = _counted(pair, language) if in_points else change_text(*pair, language)
    points = change_text(*pair, language) if in_points else ""
    return [number or NONE, points or NONE, say(language, "change_" + said)]


def in_short(pair: Pair | None, language: Language) -> str:
    """The difference in points, or in number where there are none."""
    return (change_text(*pair, language) if pair else "") or say(language, "change_unknown")


def _counted(pair: Pair, language: Language) -> str:
    """By how many more or fewer a share counts; '' where one of both is not shown."""
    tops = [one.cell.numerator for one in pair if one.cell and one.value is not None]
    if len(tops) < len(pair) or tops[0] is None or tops[1] is None:
        return ""
    return signed(tops[0] - tops[1], 0, language)
