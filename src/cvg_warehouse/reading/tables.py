"""Grids as HTML: tables, cards and definitions. Every text from outside is escaped here."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from cvg_warehouse.reading.data import WHOLE, Edition, Indicator
from cvg_warehouse.reading.figures import (
    FEW_PEOPLE,
    Figure,
    base_name,
    interval_text,
    parts_text,
    value_text,
)
from cvg_warehouse.reading.grids import Grid
from cvg_warehouse.reading.texts import Language, definitions, indicator_label, say

MARKS = ("masked", "unknown", "not_applicable", "not_published")
LONG = ' class="long"'
# Where the rule of a theme's indicators stands; the barriers have two models.
MODELS = {
    "headcount": "ind_headcount",
    "public": "ind_public",
    "barriers": "ind_barriers_at_exit",
    "support": "ind_support",
    "pathways": "ind_pathways",
    "exits": "ind_exits",
    "housing": "ind_housing",
    "health": "ind_health",
    "partners": "ind_partners",
    "post_exit": "ind_post_exit",
}
MODELS_OF_THEIR_OWN = {
    "headcount.exited": "ind_exits",
    "barriers.at_entry": "ind_barriers_at_entry",
    "barriers.count_at_entry": "ind_barriers_at_entry",
    "barriers.housing_difficulty_when_housed": "ind_barriers_at_entry",
    "partners.participations": "ind_sessions",
    "partners.mental_health_participations": "ind_sessions",
    "partners.staff_trained_on_mental_health": "ind_sessions",
}


def model(indicator_id: str) -> str:
    """The dbt model that holds the indicator's rule."""
    theme, name = indicator_id.split(".")
    if theme == "headcount" and ("worksites" in name or name == "territories"):
        return "ind_worksites"
    return MODELS_OF_THEIR_OWN.get(indicator_id, MODELS.get(theme, "mart_indicators"))


def grid_table(grid: Grid, language: Language) -> str:
    """The grid as a table in a box that scrolls by itself, and the meaning of its marks."""
    several = len({base_name(indicator, language) for indicator in grid.indicators}) > 1

    def base(figures: Iterable[Figure | None]) -> str:
        """The base of a row or column, where the grid has several."""
        names = {base_name(figure.indicator, language) for figure in figures if figure}
        return f"<small>{escape(names.pop())}</small>" if several and len(names) == 1 else ""

    head = "".join(
        f'<th scope="col">{escape(column.label)}{base(figures)}</th>'
        for column, figures in zip(grid.columns, zip(*grid.figures, strict=True), strict=True)
    )
    body = "".join(
        f"<tr{_chosen(grid, row.place, row.year)}>"
        f'<th scope="row">{escape(row.label)}{base(figures)}</th>'
        + "".join(f"<td>{_figure(figure, language)}</td>" for figure in figures)
        + "</tr>"
        for row, figures in zip(grid.rows, grid.figures, strict=True)
    )
    return (
        _box(grid.title, language)
        + f"<caption><span>{escape(grid.title)}<small>{escape(_caption(grid, language))}</small>"
        + "</span></caption>"
        + f'<thead><tr><th scope="col">{escape(grid.corner)}</th>{head}</tr></thead>'
        + f"<tbody>{body}</tbody></table></div>"
        + legend(grid, language)
    )


def plain_table(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[str]], language: Language
) -> str:
    """A table of texts; the first column heads its row."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td{LONG if len(text) > 60 else ''}>{escape(text)}</td>" for text in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        _box(caption, language, "texts")
        + f"<caption><span>{escape(caption)}</span></caption>"
        + (f"<thead><tr>{head}</tr></thead>" if any(header) else "")
        + f"<tbody>{body}</tbody></table></div>"
    )


def edition_line(edition: Edition, published: str, language: Language) -> str:
    """Which edition this is, and whether its data is real."""
    line = say(language, "edition_line", published, edition.edition_id, edition.code_version)
    kind = say(language, "synthetic" if edition.is_synthetic else "real_data")
    who = say(language, "audience_" + edition.audience)
    return f'<p class="edition"><b>{escape(kind)}</b> {escape(line)} · {escape(who)}</p>'


def filters_line(grid: Grid) -> str:
    """Which filters the grid is shown for."""
    return note(grid.filters)


def contents(titles: list[tuple[str, str]], language: Language) -> str:
    """Links to the parts of a page, by anchor and title, folded away."""
    links = "".join(
        f'<li><a href="#{escape(anchor)}" target="_self">{escape(title)}</a></li>'
        for anchor, title in titles
    )
    return (
        f'<nav class="contents"><details><summary>{escape(say(language, "on_this_page"))} '
        f"({len(titles)})</summary><ul>{links}</ul></details></nav>"
    )


def note(text: str) -> str:
    """A remark in small print."""
    return f'<p class="filters">{escape(text)}</p>'


def cards(grid: Grid, language: Language) -> str:
    """One card per row: the first column large, the others beneath it."""
    made = []
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        first, *others = figures
        beneath = "".join(
            f"<li><span>{escape(column.label)}</span> {_value(figure, language)}</li>"
            for column, figure in zip(grid.columns[1:], others, strict=True)
            if figure
        )
        made.append(
            f'<div class="card"><h3>{escape(row.label)}</h3>'
            f"<p>{escape(grid.columns[0].label)}</p>"
            f"{_figure(first, language)}<ul>{beneath}</ul></div>"
        )
    return f'<div class="cards key">{"".join(made)}</div>' + legend(grid, language)


def headline(grid: Grid, language: Language) -> str:
    """What lines say of the chosen year, in large figures; '' for other shapes."""
    if grid.shape != "lines":
        return ""
    for row, figures in zip(grid.rows, grid.figures, strict=True):
        if row.year == grid.year:
            made = "".join(
                f'<div class="card{" beside" if _beside(grid, column.place) else ""}">'
                f"<p>{escape(' · '.join(filter(None, (column.label, row.label))))}</p>"
                f"{_figure(figure, language)}</div>"
                for column, figure in zip(grid.columns, figures, strict=True)
            )
            return f'<div class="cards">{made}</div>'
    return ""


def legend(grid: Grid, language: Language) -> str:
    """What the marks in the grid mean; '' where there are none."""
    statuses = {figure.status for figure in grid.cells}
    meanings = [
        f"<b>{escape(say(language, 'mark_' + mark))}</b> {escape(say(language, 'meaning_' + mark))}"
        for mark in MARKS
        if mark in statuses
    ]
    if any(figure.value == 0 for figure in grid.cells):
        meanings.append(escape(say(language, "meaning_zero")))
    if any(interval_text(figure, language) for figure in grid.cells):
        meanings.append(escape(say(language, "meaning_interval", FEW_PEOPLE)))
    return f'<p class="legend">{" · ".join(meanings)}</p>' if meanings else ""


def explanation(grid: Grid, source: str, docs_url: str, language: Language) -> str:
    """How each indicator of the grid is computed, folded away."""
    parts = [definition(indicator, docs_url, language, {}) for indicator in grid.indicators]
    return (
        f'<details class="how"><summary>{escape(say(language, "how"))}</summary>'
        f"{''.join(parts)}<p>{escape(say(language, 'named', say(language, 'source'), source))}</p>"
        "</details>"
    )


def definition(
    indicator: Indicator, docs_url: str, language: Language, more: Mapping[str, str]
) -> str:
    """What an indicator counts and where its rule stands; `more` are terms by their text's key."""
    numerator, denominator = definitions(indicator, language)
    name = model(indicator.indicator_id)
    rule = f"<code>{escape(name)}</code>"
    if docs_url:
        address = f"{docs_url.rstrip('/')}/dictionary.html#!/model/model.cvg_warehouse.{name}"
        rule = f'<a href="{escape(address)}" target="_blank" rel="noopener">{rule}</a>'
    terms = {
        "numerator": escape(numerator),
        "denominator": escape(denominator or say(language, "no_denominator")),
        "base" if indicator.base else "counted": escape(base_name(indicator, language)),
        **{key: escape(text) for key, text in more.items() if text},
        "rule": rule,
        "identifier": f"<code>{escape(indicator.indicator_id)}</code>",
    }
    listed = "".join(
        f"<dt>{escape(say(language, key))}</dt><dd>{text}</dd>" for key, text in terms.items()
    )
    return f"<h3>{escape(indicator_label(indicator, language))}</h3><dl>{listed}</dl>"


def _box(caption: str, language: Language, kind: str = "") -> str:
    name = escape(say(language, "scroll_table", caption))
    return f'<div class="table-box {kind}" role="region" tabindex="0" aria-label="{name}"><table>'


def _caption(grid: Grid, language: Language) -> str:
    bases = dict.fromkeys(base_name(indicator, language) for indicator in grid.indicators)
    counts = all(indicator.statistic == "count" for indicator in grid.indicators)
    named = say(language, "counted" if counts else "base")
    return f"{grid.filters}. {say(language, 'named', named, ' ; '.join(bases))}."


def _chosen(grid: Grid, place: str | None, year: int | None) -> str:
    by_place = len({row.place for row in grid.rows}) > 1
    chosen = place == grid.focus if by_place else year == grid.year and len(grid.rows) > 1
    several_years = len({row.year for row in grid.rows}) > 1
    return ' class="chosen"' if chosen and (by_place or several_years) else ""


def _beside(grid: Grid, place: str | None) -> bool:
    return place == WHOLE and grid.focus != WHOLE


def _value(figure: Figure, language: Language) -> str:
    text = escape(value_text(figure, language))
    if figure.value is not None:
        return f"<b>{text}</b>"
    meaning = escape(say(language, "meaning_" + figure.status))
    return f'<abbr class="mark {figure.status}" title="{meaning}">{text}</abbr>'


def _figure(figure: Figure | None, language: Language) -> str:
    if figure is None:
        return ""
    small = [parts_text(figure, language), interval_text(figure, language)]
    return _value(figure, language) + "".join(
        f"<small>{escape(text)}</small>" for text in small if text
    )
