"""What a grid is about and what its marks mean: at tables, in pictures and in files."""

from collections.abc import Iterable

from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import (
    FEW_PEOPLE,
    WITHOUT_VALUE,
    Figure,
    base_name,
    interval_text,
    rounding_of,
    rounding_text,
)
from cvg_warehouse.reading.grids import MOST_PLACES_NAMED, Grid
from cvg_warehouse.reading.texts import Language, say


def caption(grid: Grid, language: Language) -> str:
    """What the whole grid is for, and who its rates divide by or what it counts."""
    counts = all(indicator.statistic == "count" for indicator in grid.indicators)
    named = say(language, "counted" if counts else "base")
    return (
        f"{grid.filters}. {say(language, 'named', named, ' ; '.join(bases(grid.cells, language)))}."
    )


def bases(figures: Iterable[Figure], language: Language) -> list[str]:
    """The bases of some figures, each once."""
    return list(dict.fromkeys(base_name(one.indicator, language, one.breakdown) for one in figures))


def legend(grid: Grid, language: Language) -> list[tuple[str, str]]:
    """The marks in the grid and what they mean; what has no mark explains itself."""
    statuses = {figure.status for figure in grid.cells}
    found = [
        (say(language, "mark_" + status), say(language, "meaning_" + status))
        for status in WITHOUT_VALUE
        if status in statuses
    ]
    if rounding_text(grid.cells, language):
        found.append(("", say(language, "meaning_rounded", rounding_of(grid.cells))))
        if _has_total(grid):
            found.append(("", say(language, "meaning_rounded_total")))
    if any(figure.value == 0 for figure in grid.cells):
        found.append(("", say(language, "meaning_zero")))
    if any(interval_text(figure, language) for figure in grid.cells):
        found.append(("", say(language, "meaning_interval", FEW_PEOPLE)))
    return found


def _has_total(grid: Grid) -> bool:
    """Whether a total stands beside its parts: of a breakdown, or of territories."""
    heads = (*grid.rows, *grid.columns)
    places = {head.place for head in heads if head.place}
    return any(head.is_total for head in heads) or (
        WHOLE in places and len(places) > MOST_PLACES_NAMED
    )


def legend_lines(grid: Grid, language: Language) -> list[str]:
    """The legend as sentences: a mark, then what it means."""
    return [" ".join(filter(None, pair)) for pair in legend(grid, language)]
