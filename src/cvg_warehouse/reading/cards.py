"""Key figures: the chosen year's, the change to the year before, the years, the whole beside."""

from typing import NamedTuple

from cvg_warehouse.reading.changes import since_text
from cvg_warehouse.reading.data import WHOLE
from cvg_warehouse.reading.figures import Figure
from cvg_warehouse.reading.grids import Grid, Head
from cvg_warehouse.reading.sparklines import Sparkline, sparkline
from cvg_warehouse.reading.texts import Language, say


class Card(NamedTuple):
    """A key figure; `where` is its place and year, `beside` what to set it beside, by its name."""

    label: str
    where: str
    figure: Figure
    change: str
    beside: tuple[tuple[str, Figure], ...]
    years: Sparkline | None


def cards(grid: Grid, language: Language) -> list[Card]:
    """A card for each row of a grid with a column for each year of the place and of the whole."""
    return [
        card
        for row, figures in zip(grid.rows, grid.figures, strict=True)
        if (card := _card(row, grid, figures, language))
    ]


def _card(
    row: Head, grid: Grid, figures: tuple[Figure | None, ...], language: Language
) -> Card | None:
    there = {
        (head.place, head.year): (head, figure)
        for head, figure in zip(grid.columns, figures, strict=True)
        if figure
    }
    if (grid.focus, grid.year) not in there:
        return None
    head, now = there[grid.focus, grid.year]
    change, beside = "", []
    if (grid.focus, grid.year - 1) in there:
        _, before = there[grid.focus, grid.year - 1]
        beside.append((str(before.year), before))
        change = since_text(now, before, language)
    if grid.focus != WHOLE and (WHOLE, grid.year) in there:
        beside.append((say(language, "the_whole"), there[WHOLE, grid.year][1]))
    own = [figure for (place, _), (_, figure) in there.items() if place == grid.focus]
    years = sparkline(own, grid.year, language)
    return Card(row.label, head.label, now, change, tuple(beside), years)
