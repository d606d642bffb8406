"""Tables of what changed: since an earlier year or period, and since the edition before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from cvg_warehouse.reading.blocks import Block, Choice
from cvg_warehouse.reading.data import WHOLE, Cell, Edition
from cvg_warehouse.reading.earlier import Earlier
from cvg_warehouse.reading.figures import WITHOUT_VALUE, Figure, figure_of, look_up, value_text
from cvg_warehouse.reading.grids import grids
from cvg_warehouse.reading.lists import NONE, TextTable
from cvg_warehouse.reading.periods import Period, in_periods
from cvg_warehouse.reading.texts import Language, measure_label, place_name, say
from cvg_warehouse.reading.verdicts import Pair, difference_texts, in_short, verdict

Kind = Literal["gone", "changed", "new"]
KINDS: tuple[Kind, ...] = ("gone", "changed", "new")


@dataclass(frozen=True)
class Changes:
    """A table of changes, how many there are of each kind, and the figures behind it."""

    table: TextTable
    counts: Counter[str]
    figures: tuple[Figure, ...]


class Side(NamedTuple):
    """What stands on one side of a comparison: figures under a year, and what heads them."""

    edition: Edition
    year: int
    heading: str


def since_year(
    block: Block, year: int, choice: Choice, edition: Edition, language: Language
) -> Changes:
    """The figures of a block beside those of an earlier year."""
    before, now = (Side(edition, one, str(one)) for one in (year, choice.year))
    return _side_by_side(block, choice, before, now, language)


def since_period(
    block: Block, two: tuple[Period, Period], choice: Choice, edition: Edition, language: Language
) -> Changes:
    """The figures of a block in the second period beside those of the first, an earlier one."""
    before, now = (
        Side(in_period, period.last_day.year, period.days(language))
        for in_period, period in zip(
            in_periods(edition, choice.place, choice.population, two), two, strict=True
        )
    )
    return _side_by_side(block, choice, before, now, language)


def _side_by_side(
    block: Block, choice: Choice, before: Side, now: Side, language: Language
) -> Changes:
    """The figures of a block beside earlier ones; the whole's change beside a place's.

    The block's shape is that of cards: all its figures in one list.
    """
    lines, earlier = (_lines(block, choice, side, language) for side in (now, before))
    has_whole = choice.place != WHOLE and now.edition.holds(WHOLE)
    compared: list[tuple[str, Pair, Pair | None]] = []
    for label, figures in lines.items():
        both = [_pair(*two) for two in zip(figures, earlier.get(label, ()), strict=False)]
        if both and both[0]:
            compared.append((label, both[0], both[1] if has_whole else None))
    shown = [pair for _, *both in compared for pair in both if pair]
    place = place_name(now.edition, choice.place, language)
    header = [
        say(language, "measure"),
        f"{place} {before.heading}",
        f"{place} {now.heading}",
        *_difference_header(shown, language),
    ]
    if has_whole:
        header.append(say(language, "changes_of", place_name(now.edition, WHOLE, language)))
    rows = [
        [
            label,
            value_text(pair.before, language),
            value_text(pair.now, language),
            *difference_texts(pair, language),
            *([in_short(of_whole, language)] if has_whole else []),
        ]
        for label, pair, of_whole in compared
    ]
    return Changes(
        (header, rows), Counter(verdict(pair) for _, pair, _ in compared), _figures([shown])
    )


def _pair(now: Figure | None, before: Figure | None) -> Pair | None:
    """Both figures; None where there is no such combination, or it occurred in one of them only."""
    return Pair(now, before) if now and before else None


def _lines(
    block: Block, choice: Choice, side: Side, language: Language
) -> dict[str, tuple[Figure | None, ...]]:
    """The figures of each row, by its label."""
    return {
        row.label: figures
        for grid in grids(block, replace(choice, year=side.year), side.edition, language)
        for row, figures in zip(grid.rows, grid.figures, strict=True)
    }


def since_edition(
    before: Earlier, choice: Choice, edition: Edition, language: Language
) -> dict[int, Changes]:
    """What an edition shows of a place otherwise than the one before, by year, the newest first."""
    cells = edition.cells_of(choice.place, choice.population)
    found: dict[int, list[tuple[Kind, Pair]]] = {year: [] for _, year, _ in (*cells, *before.cells)}
    for key in (*cells, *(key for key in before.cells if key not in cells)):
        if key[0] in edition.indicators and (not choice.indicators or key[0] in choice.indicators):
            pair = _of_editions(key, before.cells.get(key), choice, edition)
            if kind := _kind(pair):
                found[key[1]].append((kind, pair))
    return {
        year: _of_year(sorted(found[year], key=lambda one: KINDS.index(one[0])), edition, language)
        for year in sorted(found, reverse=True)
    }


def _of_editions(
    key: tuple[str, int, str], before: Cell | None, choice: Choice, edition: Edition
) -> Pair:
    indicator_id, year, breakdown = key
    where = (edition, indicator_id, year, choice.place, choice.population, breakdown)
    return Pair(look_up(*where), figure_of(before, *where))


def _kind(pair: Pair) -> Kind | None:
    """What became of a figure; None where the reader sees the same."""
    now, before = pair
    if now.value is None:
        return None if before.value is None else "gone"
    if before.value is None:
        return "new"
    cells = [(one.cell.value, one.cell.numerator, one.cell.denominator) for one in pair if one.cell]
    return "changed" if cells[0] != cells[1] else None


def _of_year(found: Sequence[tuple[Kind, Pair]], edition: Edition, language: Language) -> Changes:
    header = [
        say(language, "measure"),
        say(language, "changes_kind"),
        say(language, "changes_before"),
        say(language, "changes_now"),
        *_difference_header([pair for _, pair in found], language),
    ]
    rows = [
        [
            measure_label(edition, now.indicator.indicator_id, now.breakdown, language),
            say(language, "change_" + kind),
            value_text(before, language),
            value_text(now, language),
            *(difference_texts(Pair(now, before), language) if kind == "changed" else 3 * [NONE]),
        ]
        for kind, (now, before) in found
    ]
    kinds = Counter[str](kind for kind, _ in found)
    return Changes((header, rows), kinds, _figures([pair] for _, pair in found))


def _difference_header(pairs: Iterable[Pair], language: Language) -> list[str]:
    """What heads the differences: how far those of counts may be off, where they are rounded."""
    margin = max((now.margin + before.margin for now, before in pairs), default=0)
    number = say(language, "changes_number")
    if margin:
        number += f" ({say(language, 'margin', round(margin))})"
    return [number, say(language, "changes_points"), say(language, "changes_verdict")]


def _figures(pairs: Iterable[Iterable[Pair]]) -> tuple[Figure, ...]:
    return tuple(figure for some in pairs for pair in some for figure in pair)


def marks(figures: Iterable[Figure], language: Language) -> str:
    """The marks among some figures, and what they mean."""
    statuses = {figure.status for figure in figures if figure.value is None}
    return " · ".join(
        f"{say(language, 'mark_' + status)} {say(language, 'meaning_' + status)}"
        for status in WITHOUT_VALUE
        if status in statuses
    )
