"""Grids as HTML: tables, cards and definitions, from the templates beside this file.

The templates escape every text. What comes back is `Markup`: joined to a plain text, it escapes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from cvg_warehouse.html import templates
from cvg_warehouse.reading import cards as key_cards
from cvg_warehouse.reading.comparisons import cautions, estimates, pairs
from cvg_warehouse.reading.data import WHOLE, Edition, Indicator
from cvg_warehouse.reading.figures import (
    Figure,
    base_name,
    interval_text,
    parts_text,
    value_text,
)
from cvg_warehouse.reading.glossary import Term, marked
from cvg_warehouse.reading.grids import Grid, Head, cut_text
from cvg_warehouse.reading.legend import bases, caption, legend
from cvg_warehouse.reading.lists import TextTable, values_text
from cvg_warehouse.reading.search import Entry, fold
from cvg_warehouse.reading.sources import rules_line
from cvg_warehouse.reading.texts import Language, definitions, label_of, say

TEMPLATES = templates(Path(__file__).with_name("templates"))
TEMPLATES.globals["say"] = say
TEMPLATES.filters["marked"] = marked


class FigureText(NamedTuple):
    """A figure in words: its value or mark, why there is no value, and what it is made of."""

    text: str
    status: str
    meaning: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class Definition:
    """What is said of an indicator: its terms, its rule's model and where that is documented."""

    label: str
    terms: tuple[tuple[str, str], ...]
    model: str
    address: str
    identifier: str


def grid_table(grid: Grid, language: Language) -> Markup:
    """The grid as a table in a box that scrolls by itself, and the meaning of its marks."""
    about = " ".join(filter(None, (caption(grid, language), cut_text(grid, language))))
    grid = grid.shortened
    several_bases = len(bases(grid.cells, language)) > 1

    def base(figures: Iterable[Figure | None]) -> str:
        """The base of a row or column, where the grid has several."""
        names = bases(filter(None, figures), language)
        return names[0] if several_bases and len(names) == 1 else ""

    columns = zip(*grid.figures, strict=True)
    return _html(
        "grid_table.html",
        language=language,
        grid=grid,
        caption=about,
        columns=[
            (head, base(figures)) for head, figures in zip(grid.columns, columns, strict=True)
        ],
        rows=[
            (head, base(figures), _is_chosen(head, grid), _in_words(figures, language))
            for head, figures in zip(grid.rows, grid.figures, strict=True)
        ],
        legend=legend(grid, language),
    )


def folds(grid: Grid, source: str, docs_url: str, language: Language, with_table: bool) -> Markup:
    """What is folded away under a grid, side by side: its table if asked for, its definitions."""
    table = grid_table(grid, language) if with_table else ""
    how = explanation(grid, source, docs_url, language)
    return _html("folds.html", language=language, table=table, how=how)


def heading(title: str, anchor: str, language: Language) -> Markup:
    """The title of a block, with the meaning of its words."""
    return _html("heading.html", language=language, title=title, anchor=anchor)


def plain_table(caption: str, table: TextTable, language: Language) -> Markup:
    """A table of texts; the first column heads its row."""
    header, rows = table
    return _html("plain_table.html", language=language, caption=caption, header=header, rows=rows)


def cards(grid: Grid, language: Language) -> Markup:
    """One card per row: the chosen year's figure large, what to set it beside beneath it."""
    shown = [
        (
            card,
            _figure_text(card.figure, language),
            [(label, _figure_text(figure, language)) for label, figure in card.beside],
        )
        for card in key_cards.cards(grid, language)
    ]
    return _html("cards.html", language=language, cards=shown, legend=legend(grid, language))


def headline(grid: Grid, language: Language) -> Markup:
    """What lines say of the chosen year, in large figures; '' for other shapes."""
    years = dict(zip((head.year for head in grid.rows), range(len(grid.rows)), strict=True))
    if grid.shape != "lines" or grid.year not in years:
        return Markup()
    row = years[grid.year]
    shown = [
        (
            " · ".join(filter(None, (column.label, grid.rows[row].label))),
            column.place == WHOLE != grid.focus,
            figure,
        )
        for column, figure in zip(grid.columns, _in_words(grid.figures[row], language), strict=True)
    ]
    return _html("headline.html", language=language, cards=shown)


def comparison(grid: Grid, language: Language) -> Markup:
    """What the rates with and without an officer say together, and what not; '' for other grids."""
    rows = [(pair.label, estimates(pair, language)) for pair in pairs(grid) if pair.comparison]
    return _html(
        "comparison.html",
        language=language,
        caption=say(language, "comparison_title"),
        columns=list(dict.fromkeys(key for _, texts in rows for key in texts)),
        rows=rows,
        cautions=cautions(grid, language),
    )


def key_figures(grid: Grid, language: Language) -> Markup:
    """Figures by themselves, each large under its label; the whole's are set off."""
    lines = (_in_words(figures, language) for figures in grid.figures)
    shown = [
        (row.label, row.place == WHOLE != grid.focus, figure)
        for row, (figure,) in zip(grid.rows, lines, strict=True)
    ]
    meanings = _html("legend.html", legend=legend(grid, language))
    return _html("headline.html", language=language, cards=shown) + meanings


def explanation(grid: Grid, source: str, docs_url: str, language: Language) -> Markup:
    """How each indicator of the grid is computed, folded away."""
    shown = [definition(indicator, docs_url, language) for indicator in grid.indicators]
    return _html("explanation.html", language=language, definitions=shown, source=source)


def dictionary(
    indicators: Iterable[Indicator], edition: Edition, docs_url: str, language: Language
) -> Markup:
    """The definitions of indicators, with all that the catalogue says, each folded."""
    shown = [
        definition(
            indicator,
            docs_url,
            language,
            {
                "column_statistic": say(language, "statistic_" + indicator.statistic),
                "column_breakdown": values_text(indicator, edition, language),
                "column_published_in": indicator.published_in or "",
            },
        )
        for indicator in indicators
    ]
    return _html("dictionary.html", language=language, definitions=shown)


def legend_on_paper(grids: Iterable[Grid], language: Language) -> Markup:
    """The marks of several grids and what they mean, once, where their tables stay folded."""
    marks = list(dict.fromkeys(mark for grid in grids for mark in legend(grid, language)))
    return _html("legend_on_paper.html", legend=marks)


def glossary(terms: Iterable[Term], language: Language) -> Markup:
    """Words and what they mean, each folded, from A to Z."""
    shown = [(term.name(language), term.meaning(language)) for term in terms]
    shown.sort(key=lambda one: fold(one[0]))
    return _html("glossary.html", terms=shown)


def definition(
    indicator: Indicator, docs_url: str, language: Language, more: Mapping[str, str] | None = None
) -> Definition:
    """What an indicator counts and where its rule stands; `more` are terms by their text's key."""
    numerator, denominator = definitions(indicator, language)
    terms = {
        "numerator": numerator,
        "denominator": denominator or say(language, "no_denominator"),
        "base" if indicator.base else "counted": base_name(indicator, language),
        **(more or {}),
    }
    name = indicator.rule_model
    page = f"{docs_url.rstrip('/')}/dictionary.html#!/model/model.cvg_warehouse.{name}"
    return Definition(
        label=label_of(indicator, language),
        terms=tuple((say(language, key), text) for key, text in terms.items() if text),
        model=name,
        address=page if docs_url else "",
        identifier=indicator.indicator_id,
    )


def edition_line(edition: Edition, published: str, language: Language) -> Markup:
    """Which edition this is, whether its data is real, and how it protects people."""
    audience = say(language, "audience_" + edition.audience)
    if rules := rules_line(edition, language):
        audience = say(language, "named", audience, rules)
    return _html(
        "edition_line.html",
        language=language,
        kind=say(language, "synthetic" if edition.is_synthetic else "real_data"),
        line=say(language, "edition_line", published),
        identity=say(language, "edition_identity", edition.edition_id, edition.code_version),
        audience=audience,
    )


def contents(titles: Sequence[tuple[str, str]], language: Language) -> Markup:
    """Links to the parts of a page, by anchor and title, folded away."""
    return _html("contents.html", language=language, titles=titles)


def found(title: str, entries: Sequence[Entry], most: int, language: Language) -> Markup:
    """What was found, `most` entries at most, under a title."""
    more = max(0, len(entries) - most)
    return _html("found.html", language=language, title=title, entries=entries[:most], more=more)


def chosen(labels: Sequence[str], language: Language) -> Markup:
    """What the filters are set to: on a phone it stands for them, and unfolds them."""
    return _html("chosen.html", language=language, labels=labels)


def note(text: str) -> Markup:
    """A remark in small print."""
    return _html("note.html", text=text)


def sentence(text: str) -> Markup:
    """What a chart says first, above it; '' for nothing."""
    return _html("sentence.html", text=text) if text else Markup()


def notice(text: str) -> Markup:
    """What to know before anything else on a page."""
    return _html("notice.html", text=text)


def _html(template: str, **values: object) -> Markup:
    return Markup(TEMPLATES.get_template(template).render(values))


def _in_words(figures: Iterable[Figure | None], language: Language) -> list[FigureText | None]:
    return [_figure_text(figure, language) if figure else None for figure in figures]


def _figure_text(figure: Figure, language: Language) -> FigureText:
    details = parts_text(figure, language), interval_text(figure, language)
    return FigureText(
        text=value_text(figure, language),
        status=figure.status if figure.value is None else "",
        meaning=say(language, "meaning_" + figure.status) if figure.value is None else "",
        details=tuple(filter(None, details)),
    )


def _is_chosen(head: Head, grid: Grid) -> bool:
    """Whether a row is the chosen place's, or the chosen year's where places do not vary."""
    if len({row.place for row in grid.rows}) > 1:
        return head.place == grid.focus
    return len({row.year for row in grid.rows}) > 1 and head.year == grid.year
