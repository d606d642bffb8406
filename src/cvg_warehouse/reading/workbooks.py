"""Workbooks: tables as they are on the screen, then figure by figure, and what to know of them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cvg_warehouse.reading.data import Edition, Indicator
from cvg_warehouse.reading.export import (
    Lines,
    Value,
    comparison_notes,
    definition_notes,
    edition_notes,
    mark_notes,
    notes,
    records,
)
from cvg_warehouse.reading.figures import (
    Figure,
    base_name,
    did_not_occur,
    look_up,
)
from cvg_warehouse.reading.grids import Grid
from cvg_warehouse.reading.legend import caption, legend_lines
from cvg_warehouse.reading.sheets import Book, Line
from cvg_warehouse.reading.sources import rules_line, source_text
from cvg_warehouse.reading.texts import (
    Language,
    breakdown_label,
    label_of,
    place_name,
    say,
    value_label,
)

SHEET_NAME_LENGTH = 31
# What a sheet's name may not hold.
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]+")


class Linked(NamedTuple):
    """A grid, and the address that shows it."""

    grid: Grid
    link: str


def grid_workbook(grid: Grid, edition: Edition, link: str, language: Language) -> bytes:
    """The table as on the screen; then its figures one by one; then what to know."""
    book = Book(language)
    _add_table(book, say(language, "sheet_table"), Linked(grid, link), edition, language)
    book.add_lines(say(language, "sheet_data"), records([grid], edition, language))
    book.add_notes(say(language, "sheet_notes"), notes(grid, edition, link, language))
    return book.closed()


def page_workbook(
    title: str, shown: Sequence[Linked], edition: Edition, language: Language
) -> bytes:
    """The tables of a page, a sheet each, after their list; then all figures; then the notes."""
    grids = [one.grid for one in shown]
    titles = [grid.title for grid in grids]
    names = sheet_names(titles)
    book = Book(language)
    _add_contents(book, title, names, titles, edition, language)
    for name, one in zip(names, shown, strict=True):
        _add_table(book, name, one, edition, language)
    if grids:
        book.add_lines(say(language, "sheet_data"), records(grids, edition, language))
    indicators = {one.indicator_id: one for grid in grids for one in grid.indicators}
    about = page_notes(title, indicators.values(), grids, edition, language)
    book.add_notes(say(language, "sheet_notes"), about)
    return book.closed()


def edition_workbook(edition: Edition, population: str, language: Language) -> bytes:
    """All figures of a population: a sheet for each theme, a row for each place, years across."""
    title = say(
        language, "edition_workbook", value_label(edition, "population", population, language)
    )
    by_theme: dict[str, list[Indicator]] = {}
    for indicator in edition.indicators.values():
        by_theme.setdefault(label_of(indicator.theme, language), []).append(indicator)
    titles = list(by_theme)
    names = sheet_names(titles)
    book = Book(language)
    _add_contents(book, title, names, titles, edition, language)
    for name, (theme, indicators) in zip(names, by_theme.items(), strict=True):
        _add_years(book, name, theme, _rows(indicators, population, edition), edition, language)
    about = page_notes(title, edition.indicators.values(), (), edition, language)
    book.add_notes(say(language, "sheet_notes"), about)
    return book.closed()


def lines_workbook(lines: Lines, about: Lines, language: Language) -> bytes:
    """Lines on the first sheet, what to know about them on the second."""
    book = Book(language)
    book.add_lines(say(language, "sheet_data"), lines)
    book.add_notes(say(language, "sheet_notes"), about)
    return book.closed()


def page_notes(
    title: str,
    indicators: Iterable[Indicator],
    grids: Iterable[Grid],
    edition: Edition,
    language: Language,
) -> list[list[Value]]:
    """What to know about several tables: each definition once, and what comparisons say."""
    return [
        [say(language, "export_title"), title],
        *edition_notes(edition, language),
        *definition_notes(indicators, language),
        *comparison_notes(grids, language),
        *mark_notes(language),
    ]


def sheet_names(titles: Iterable[str]) -> list[str]:
    """Names that a workbook accepts, each once: numbered, without signs that are not allowed."""
    allowed = (NOT_IN_A_NAME.sub(" ", title).replace("'", "’") for title in titles)
    return [
        f"{number} {title}"[:SHEET_NAME_LENGTH].strip()
        for number, title in enumerate(allowed, start=1)
    ]


def known_lines(edition: Edition, language: Language) -> list[str]:
    """Which edition a table is from, for whom, and how it protects people."""
    return [*filter(None, (source_text(edition, language), rules_line(edition, language)))]


def _add_contents(
    book: Book,
    title: str,
    names: Sequence[str],
    titles: Sequence[str],
    edition: Edition,
    language: Language,
) -> None:
    linked = zip(names, titles, strict=True)
    known = known_lines(edition, language)
    book.add_contents(say(language, "sheet_contents"), title, known, list(linked))


def _add_table(book: Book, name: str, one: Linked, edition: Edition, language: Language) -> None:
    grid, link = one
    heads = [head.label or say(language, "column_value") for head in grid.columns]
    lines: list[Line] = [
        [head.label, *figures] for head, figures in zip(grid.rows, grid.figures, strict=True)
    ]
    book.add_table(
        name,
        above=[grid.title, caption(grid, language)],
        header=[grid.corner, *heads],
        lines=lines,
        below=[*legend_lines(grid, language), *known_lines(edition, language), link],
    )


def _add_years(
    book: Book,
    name: str,
    theme: str,
    rows: Iterable[list[Figure | None]],
    edition: Edition,
    language: Language,
) -> None:
    years = sorted(edition.years)
    columns = ("indicator", "breakdown_label", "place_name", "base", "audience")
    lines: list[Line] = []
    for figures in rows:
        first = next(filter(None, figures))
        indicator, place = first.indicator, first.geography
        is_count = indicator.statistic == "count"
        bases = [None if is_count else _base(figure) for figure in figures]
        lines.append(
            [
                label_of(indicator, language),
                breakdown_label(edition, indicator, first.breakdown, language),
                place_name(edition, place, language),
                base_name(indicator, language, first.breakdown),
                say(language, "audience_" + edition.audience_of(place)),
                *figures,
                *bases,
            ]
        )
    book.add_table(
        name,
        above=[theme, *known_lines(edition, language)],
        header=[
            *(say(language, "column_" + column) for column in columns),
            *map(str, years),
            *(f"{say(language, 'column_denominator')} {year}" for year in years),
        ],
        lines=lines,
        below=[],
        filtered=len(columns),
    )


def _base(figure: Figure | None) -> float | None:
    return figure.cell.denominator if figure and figure.cell else None


def _rows(
    indicators: Iterable[Indicator], population: str, edition: Edition
) -> Iterator[list[Figure | None]]:
    """The figures of each breakdown value and place over the years, where there are any."""
    years = sorted(edition.years)
    for indicator in indicators:
        name = indicator.indicator_id
        places = [
            place
            for place in edition.geographies
            if any(edition.publishes(name, year, place, population) for year in years)
        ]
        for breakdown in edition.breakdowns.get(name, ()):
            for place in places:
                if any(edition.cell(name, year, place, population, breakdown) for year in years):
                    found = (
                        look_up(edition, name, year, place, population, breakdown) for year in years
                    )
                    yield [None if did_not_occur(one, edition) else one for one in found]
