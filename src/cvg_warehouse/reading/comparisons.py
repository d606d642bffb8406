"""People with and without a partnership officer: what their two rates say together, in words.

Two rates side by side look like an effect. So wherever both stand, their difference stands with its
interval, and with what it does not show (docs/impact.md).
"""

from typing import NamedTuple

from cvg_warehouse.formats import number, signed
from cvg_warehouse.reading.data import OFFICER, WITH, WITHOUT, Comparison, Estimate
from cvg_warehouse.reading.figures import Figure
from cvg_warehouse.reading.grids import Grid
from cvg_warehouse.reading.texts import Language, say


class Pair(NamedTuple):
    """The rates of both groups, and the comparison where the edition holds one."""

    label: str
    with_officer: Figure
    without_officer: Figure
    comparison: Comparison | None


def pairs(grid: Grid) -> list[Pair]:
    """The grid's figures that stand there with and without an officer."""
    found: dict[tuple[str, int, str, str], dict[str, Figure]] = {}
    labels: dict[tuple[str, int, str, str], str] = {}
    for column, figures in zip(grid.columns, zip(*grid.figures, strict=True), strict=True):
        for figure in figures:
            if figure and figure.indicator.breakdown == OFFICER:
                found.setdefault(figure.place, {})[figure.breakdown] = figure
                labels[figure.place] = column.label
    return [
        Pair(labels[place], both[WITH], both[WITHOUT], grid.comparisons.get(place))
        for place, both in found.items()
        if both.keys() >= {WITH, WITHOUT}
    ]


def difference_text(comparison: Comparison, language: Language) -> str:
    """`+4,1 points [−0,4 ; +8,8]`."""
    one = comparison.difference
    value, lower, upper = (
        None if share is None else signed(100 * share, 1, language)
        for share in (one.value, one.lower, one.upper)
    )
    return _with_interval(say(language, "comparison_points", value), lower, upper, language)


def ratio_text(ratio: Estimate | None, language: Language) -> str:
    """`1,20 [0,98 ; 1,46]`; '' where there is none."""
    if ratio is None:
        return ""
    value, lower, upper = (
        None if part is None else number(part, 2, language)
        for part in (ratio.value, ratio.lower, ratio.upper)
    )
    return _with_interval(value or "", lower, upper, language)


def estimates(pair: Pair, language: Language) -> dict[str, str]:
    """What the comparison says, by the key of what it is called; nothing where there is none."""
    compared = pair.comparison
    if compared is None:
        return {}
    said = {
        "comparison_difference": difference_text(compared, language),
        "comparison_ratio": ratio_text(compared.ratio, language),
        "comparison_adjusted": ratio_text(compared.adjusted, language),
    }
    return {key: text for key, text in said.items() if text}


def cautions(grid: Grid, language: Language) -> list[str]:
    """What to know of the two groups; nothing where the grid has none of them."""
    shown = pairs(grid)
    has_groups = any(figure.indicator.breakdown == OFFICER for figure in grid.cells)
    compared = [pair.comparison for pair in shown if pair.comparison]
    said = {
        "comparison_caution": has_groups,
        "comparison_interval": bool(compared),
        "comparison_adjusted_not_published": not all(one.publishes_adjusted for one in compared),
        "comparison_absent": len(compared) < len(shown),
    }
    return [say(language, key) for key, is_said in said.items() if is_said]


def _with_interval(value: str, lower: str | None, upper: str | None, language: Language) -> str:
    if lower is None or upper is None:
        return value
    return f"{value} {say(language, 'interval', lower, upper)}"
