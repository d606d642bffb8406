"""A plain sentence above a chart: the largest, the change, the rank. By rule, and never a cause.

Where a figure that might be the largest is not shown, nothing is said to be the largest.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cvg_warehouse.formats import number, share
from cvg_warehouse.reading.breakdowns import is_total, varying
from cvg_warehouse.reading.changes import change, change_text
from cvg_warehouse.reading.charts.order import decisive
from cvg_warehouse.reading.crossing import row_share, total
from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import BEFORE_JOINING, Figure, value_text
from cvg_warehouse.reading.grids import Grid, Head
from cvg_warehouse.reading.texts import Language, say

# Of lines and bars of more series a sentence would not say which is meant.
MOST_SERIES = 2
# Of a territory with nobody to count; all others must be shown to be ranked.
NO_RANK = (BEFORE_JOINING, "not_applicable")


class Named(NamedTuple):
    """A figure, and what it is of."""

    head: Head
    figure: Figure


def sentence(grid: Grid, language: Language) -> str:
    """What the chart says first; '' where nothing can be said."""
    rule = RULES.get(grid.shape)
    return rule(grid, language) if rule else ""


def _over_years(grid: Grid, language: Language) -> str:
    """The chosen year's figure, its change since the year before, and the whole beside it."""
    years = [row.year for row in grid.rows]
    if len(grid.columns) > MOST_SERIES or grid.year not in years:
        return ""
    own = _own_column(grid)
    if own is None:
        return ""
    at = years.index(grid.year)
    now = grid.figures[at][own]
    if now is None or now.value is None:
        return ""
    said = say(language, "sentence_year", grid.year, value_text(now, language))
    before = grid.figures[at - 1][own] if at and years[at - 1] == grid.year - 1 else None
    if before and (by := change(now, before)) is not None:
        key = "sentence_more" if by > 0 else "sentence_less" if by < 0 else "sentence_same"
        text = change_text(now, before, language, with_sign=False)
        said += say(language, key, text, before.year)
    for column, figure in zip(grid.columns, grid.figures[at], strict=True):
        if column.place == WHOLE != grid.focus and figure and figure.value is not None:
            said += say(language, "sentence_whole", value_text(figure, language))
    return said + "."


def _own_column(grid: Grid) -> int | None:
    """The column of the chosen place; None where several are of it."""
    own = [n for n, column in enumerate(grid.columns) if column.place in (None, grid.focus)]
    return own[0] if len(own) == 1 else None


def _bars(grid: Grid, language: Language) -> str:
    """The largest categories."""
    own = _own_column(grid)
    if own is None or len(grid.indicators) > 1:
        return ""
    return _largest(_named(grid.rows, [line[own] for line in grid.figures]), language)


def _largest(found: list[Named], language: Language) -> str:
    """The two largest of several categories."""
    parts = [one for one in found if not is_total(one.figure)]
    differing = varying(one.figure for one in parts)
    if len(differing) != 1 or any(one.figure.value is None for one in parts):
        return ""
    first, second, *_ = sorted(parts, key=_value, reverse=True)
    if not second.figure.value or first.figure.value == second.figure.value:
        return ""
    names = (first.head.label, value_text(first.figure, language))
    others = (second.head.label, value_text(second.figure, language))
    return say(language, "sentence_largest", *names, *others)


def _parts(grid: Grid, language: Language) -> str:
    """Of years, the largest parts of the chosen one; of territories, those of the decisive part."""
    if len({row.year for row in grid.rows}) > 1:
        return _parts_of_year(grid, language)
    if not grid.has_row_per_place:
        return ""
    column = decisive(grid)
    return _places(grid, column, grid.columns[column].label, language)


def _parts_of_year(grid: Grid, language: Language) -> str:
    years = [row.year for row in grid.rows]
    if grid.year not in years:
        return ""
    at = years.index(grid.year)
    said = _largest(_named(grid.columns, grid.figures[at]), language)
    return said and _in_year(grid.year, said, language)


def _places(grid: Grid, column: int, what: str, language: Language) -> str:
    """The highest and lowest territory, the whole, and the chosen place's rank."""
    found = _named(grid.rows, [line[column] for line in grid.figures])
    territories = [
        one for one in found if one.head.place != WHOLE and one.figure.status not in NO_RANK
    ]
    if len(territories) < 2 or any(one.figure.value is None for one in territories):
        return ""
    ranked = sorted(territories, key=_value, reverse=True)
    first, last = ranked[0], ranked[-1]
    if first.figure.value == last.figure.value:
        return ""
    said = say(
        language,
        "sentence_places",
        first.head.label,
        value_text(first.figure, language),
        last.head.label,
        value_text(last.figure, language),
    )
    for one in found:
        if one.head.place == WHOLE and one.figure.value is not None:
            if one.figure.indicator.statistic != "count":
                said += say(language, "sentence_whole", value_text(one.figure, language))
        elif one.head.place == grid.focus and one in ranked:
            rank = 1 + sum(_value(other) > _value(one) for other in ranked)
            said += say(language, "sentence_rank", one.head.label, rank, len(ranked))
    said = say(language, "named", what, said) if what else said[:1].upper() + said[1:]
    return said + "."


def _table(grid: Grid, language: Language) -> str:
    """The highest of all cells of a coloured table of one unit, without sums and the whole."""
    if len(grid.indicators) > 1 or len({one.geography for one in grid.cells}) > 1:
        return ""
    years = [column.year for column in grid.columns]
    if grid.year not in years:
        return ""
    at = years.index(grid.year)
    said = _largest(_named(grid.rows, [line[at] for line in grid.figures]), language)
    return said and _in_year(grid.year, said, language)


def _crossed(grid: Grid, language: Language) -> str:
    """Of each row that mostly goes elsewhere: where to, and how many of how many."""
    said = []
    for row, line in zip(grid.rows, grid.figures, strict=True):
        shown = _named(grid.columns, line)
        whole = total(line)
        if not whole:
            continue
        top = max(shown, key=_value)
        if top.head.label == row.label:
            continue
        part = share(row_share(top.figure, line) or 0, language, 0)
        of = number(whole, 0, language)
        said.append(
            say(
                language,
                "sentence_crossed",
                row.label,
                top.head.label,
                value_text(top.figure, language),
                of,
                part,
            )
        )
    return " ".join(said)


def _in_year(year: int, said: str, language: Language) -> str:
    return say(language, "sentence_in_year", year, said[:1].lower() + said[1:])


def _named(heads: Sequence[Head], figures: Sequence[Figure | None]) -> list[Named]:
    return [Named(head, figure) for head, figure in zip(heads, figures, strict=True) if figure]


def _value(one: Named) -> float:
    return one.figure.value or 0


RULES: dict[str, Callable[[Grid, Language], str]] = {
    "lines": _over_years,
    "bars": _bars,
    "stacked": _parts,
    "matrix": _table,
    "crosstab": _crossed,
    "ranking": lambda grid, language: _places(grid, 0, "", language),
}
