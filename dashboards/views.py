"""Shows pages: every block through one renderer, and the few pages that are more than blocks."""

import re
from collections.abc import Callable, Container
from pathlib import Path
from typing import Literal

import streamlit as st
from markupsafe import Markup

from cvg_warehouse.reading import lists, tables
from cvg_warehouse.reading.charts import chart, left_to_the_table
from cvg_warehouse.reading.data import WHOLE, ReportItem
from cvg_warehouse.reading.glossary import GLOSSARY
from cvg_warehouse.reading.grids import Grid, cut_text, grids, unpublished
from cvg_warehouse.reading.items import item_grids
from cvg_warehouse.reading.paper import Titled
from cvg_warehouse.reading.sentences import sentence
from cvg_warehouse.reading.sources import rules_text, source_text
from cvg_warehouse.reading.texts import label_of
from dashboards import filters
from dashboards.addresses import BLOCK, INDICATORS, ITEM
from dashboards.builder import compose
from dashboards.changes import changes
from dashboards.compare import compared
from dashboards.pages import Page
from dashboards.search import search
from dashboards.take_away import take_away_grid, take_away_page, take_away_table
from dashboards.view import View

TILES_WIDTH = 460
# What needs the whole width of the page.
WIDE = ("cards", "crosstab", "flow", "table")
# What stands beside two blocks.
TALL = ("multiples",)
# A coloured table of more columns than these does, too.
MOST_COLUMNS = 6
# What is text rather than a chart.
IN_WORDS = {"cards": tables.cards, "figures": tables.key_figures, "table": tables.grid_table}


def show(page: Page, view: View) -> None:
    """Show a page."""
    own: dict[str, Callable[[View, Page], None]] = {
        "search": search,
        "builder": _builder,
        "territory": _territory,
        "compare": _compare,
        "changes": changes,
        "report": _report,
        "quality": _quality,
        "dictionary": _dictionary,
        "accessibility": _accessibility,
    }
    own.get(page.key, _blocks)(view, page)


def _blocks(view: View, page: Page) -> None:
    shown = [
        grid
        for block in page.blocks
        for grid in grids(block, view.choice, view.edition, view.language)
    ]
    if not shown:
        _nothing_chosen(view)
        return
    _side_by_side(shown, view, page)
    _name_unpublished(
        {measure.indicator_id for block in page.blocks for measure in block.measures}, view
    )


def _name_unpublished(names: Container[str], view: View) -> None:
    """Say what of the indicators that belong here the edition does not publish at all."""
    if absent := unpublished(names, view.edition, view.language):
        st.html(tables.note(view.say("page_not_published", " ; ".join(absent))))


def _side_by_side(shown: list[Grid], view: View, page: Page, with_headline: bool = True) -> None:
    """Grids, two in a row where there is room; or the one that the address asks for."""
    titles = {grid.key: grid.title for grid in shown}
    if asked := filters.asked_block(list(titles), view.language):
        view.page_filters[BLOCK] = asked
        shown = [grid for grid in shown if grid.key == asked]
        st.button("← " + view.say("whole_page"), on_click=filters.forget_block)
    with st.container(horizontal=True, key="tete", gap="small"):
        if len(shown) > 1:
            st.html(tables.contents(list(titles.items()), view.language))
        if shown:
            take_away_page(shown, view, page)
    with st.container(key="blocs"):
        for grid in shown:
            width = "large" if asked or _is_wide(grid) else _height(grid)
            with st.container(key=f"{width}-{grid.key}", gap="xsmall"):
                _grid(grid, view, page, with_headline)
    st.html(tables.legend_on_paper(shown, view.language))


def _height(grid: Grid) -> str:
    return "haut" if grid.shape in TALL else "bloc"


def _is_wide(grid: Grid) -> bool:
    return grid.shape in WIDE or (grid.shape == "matrix" and len(grid.columns) > MOST_COLUMNS)


def _grid(grid: Grid, view: View, page: Page, with_headline: bool) -> None:
    """A grid with all that belongs to it: title, chart, table, definition, what to take away."""
    language = view.language
    source = source_text(view.edition, language)
    st.html(tables.heading(grid.title, grid.key, language))
    headline = tables.headline(grid, language) if with_headline else ""
    said = tables.sentence(sentence(grid, language))
    st.html(tables.note(grid.filters) + headline + said)
    if spec := chart(grid, language):
        width: int | Literal["stretch"] = TILES_WIDTH if grid.shape == "tiles" else "stretch"
        st.vega_lite_chart(spec, theme=None, width=width, key=f"chart-{grid.key}")
    in_words = IN_WORDS.get(grid.shape)
    # All that the map says stands beside it, in the ranking's table.
    with_table = not in_words and grid.shape != "tiles"
    remark = _remark(grid, view)
    below = [
        in_words(grid, language) if in_words else "",
        tables.note(remark) if remark else "",
        tables.comparison(grid, language),
    ]
    if any(below):
        st.html(Markup().join(below))
    with st.container(horizontal=True, gap="small", vertical_alignment="top"):
        st.html(tables.folds(grid, source, view.docs_url, language, with_table))
        take_away_grid(grid, view, page)


def _remark(grid: Grid, view: View) -> str:
    """What to know about the chart; '' where it shows all that was asked for."""
    said = cut_text(grid, view.language), left_to_the_table(grid, view.language)
    return " ".join(filter(None, said))


def _nothing_chosen(view: View) -> None:
    st.info(view.say("none_of_these"))
    st.button(
        view.say("reset_indicators"),
        on_click=lambda: st.session_state.update({INDICATORS: []}),
    )


def _builder(view: View, page: Page) -> None:
    if grid := compose(view):
        _side_by_side([grid], view, page)


def _territory(view: View, page: Page) -> None:
    if view.choice.place == WHOLE:
        st.info(view.say("choose_territory"))
    _blocks(view, page)


def _compare(view: View, page: Page) -> None:
    """One measure for several territories: ranking, map, years."""
    if shown := compared(view):
        _side_by_side(shown, view, page)
    else:
        _nothing_chosen(view)


def _report(view: View, page: Page) -> None:
    """One item of the Bilan at a time, chosen or turned to."""
    items = view.edition.report_items
    chosen = view.choice.indicators
    numbers = [
        str(number)
        for number, item in items.items()
        if not chosen or item.indicator_ids.intersection(chosen)
    ]
    if not numbers:
        _nothing_chosen(view)
        return
    number = _choose_item(numbers, view)
    view.page_filters[ITEM] = number
    item = items[int(number)]
    kind = view.say("kind_" + item.kind)
    st.html(
        tables.note(
            f"{item.section} · {kind} · {number} / {len(items)}. {view.say('item_french_title')}"
        )
    )
    if item.coarser_because:
        st.html(tables.note(view.say("item_coarser_" + item.coarser_because)))
    if item.reference_seed:
        _reference(item, item.reference_seed, view, page)
    shown = item_grids(item, view.choice, view.edition, view.language)
    has_figures = any(grid.shape == "figures" for grid in shown)
    _side_by_side(shown, view, page, with_headline=not has_figures)
    if not shown and not item.reference_seed:
        st.info(view.say("item_not_published"))
    is_masked = all(figure.value is None for grid in shown for figure in grid.cells)
    if shown and is_masked and view.edition.audience == "public":
        st.html(tables.note(view.say("item_only_masked")))
    _name_unpublished(item.indicator_ids, view)


def _choose_item(numbers: list[str], view: View) -> str:
    """The list of items, and buttons that turn to the one before and after."""
    items = view.edition.report_items
    number = filters.choose_on_page(
        filters.Filter(
            ITEM,
            view.say("report_item"),
            tuple(numbers),
            numbers[0],
            lambda number: f"{number}. {items[int(number)].title_fr}",
        ),
        view.language,
    )
    position = numbers.index(number)

    def turn(by: int) -> None:
        st.session_state[ITEM] = numbers[(position + by) % len(numbers)]

    with st.container(horizontal=True):
        st.button("← " + view.say("previous"), on_click=turn, args=(-1,))
        st.button(view.say("next") + " →", on_click=turn, args=(1,))
    return number


def _reference(item: ReportItem, name: str, view: View, page: Page) -> None:
    key = f"element-{item.item}"
    st.header(_plain(item.title_fr), anchor=key)
    table = lists.reference_table(name, view.edition, view.language)
    take_away_page([], view, page, [Titled(item.title_fr, table)])
    st.html(
        tables.note(view.say("reference_list"))
        + tables.plain_table(item.title_fr, table, view.language)
    )
    take_away_table(key, item.title_fr, table, view)


def _quality(view: View, page: Page) -> None:
    """For reviewers: the edition's own description, and printed beside computed figures."""
    edition, language = view.edition, view.language
    title, about = view.say("quality_edition"), lists.edition_table(edition, language)
    of_page = st.container()
    st.header(title, anchor="edition")
    rules = rules_text(edition, language)
    st.html((tables.note(rules) if rules else "") + tables.plain_table(title, about, language))
    printed = [Titled(title, about)]
    title, anchor = view.say("quality_reconciliation"), "rapprochement"
    st.header(title, anchor=anchor)
    report, status, table_id = _choose_figures(view)
    found = [
        row
        for row in edition.reconciliation
        if (not report or row["report_label_fr"] == report)
        and (not status or row["status"] == status)
        and (table_id is None or (row["table_id"] or "") == table_id)
        and (not view.choice.indicators or row["indicator_id"] in view.choice.indicators)
    ]
    table = lists.reconciliation_table(found, edition, language)
    with of_page:
        take_away_page([], view, page, [*printed, Titled(title, table)])
    if not found:
        st.info(view.say("quality_none"))
        return
    st.html(
        tables.note(view.say("quality_lines", len(found)))
        + tables.plain_table(title, table, language)
    )
    take_away_table(anchor, title, table, view)


def _choose_figures(view: View) -> tuple[str, str, str | None]:
    """The report, status and table of printed figures; "" and None for all, "" for the prose."""
    everything = view.say("quality_all")
    statuses = list(dict.fromkeys(row["status"] for row in view.edition.reconciliation))
    table_ids = list(dict.fromkeys(row["table_id"] or "" for row in view.edition.reconciliation))
    reports = {row["report_label_fr"] for row in view.edition.reconciliation} - {None}
    with st.container(horizontal=True):
        report = st.selectbox(
            view.say("quality_report"),
            ["", *sorted(reports, reverse=True)],
            key="rapport",
            format_func=lambda name: name or everything,
        )
        status = st.selectbox(
            view.say("quality_status"),
            ["", *statuses],
            index=1 + statuses.index("contradicted") if "contradicted" in statuses else 0,
            key="etat",
            format_func=lambda name: view.say("reconciliation_" + name) if name else everything,
        )
        table_id = st.selectbox(
            view.say("quality_table"),
            [None, *table_ids],
            key="tableau",
            format_func=lambda name: (
                everything if name is None else name or view.say("quality_prose")
            ),
        )
    return report, status, table_id


def _dictionary(view: View, page: Page) -> None:
    """Every indicator, theme by theme, then the bases."""
    edition, language = view.edition, view.language
    chosen = [
        indicator
        for name, indicator in edition.indicators.items()
        if not view.choice.indicators or name in view.choice.indicators
    ]
    themes = [
        theme
        for theme in edition.themes.values()
        if any(indicator.theme == theme for indicator in chosen)
    ]
    titles = [(theme.theme, label_of(theme, language)) for theme in themes]
    words, bases = view.say("dictionary_words"), view.say("dictionary_bases")
    meanings = lists.words_table(GLOSSARY, language)
    take_away_page([], view, page, [Titled(words, meanings)], chosen)
    st.html(tables.contents([("mots", words), *titles, ("bases", bases)], language))
    st.header(words, anchor="mots")
    st.html(tables.glossary(GLOSSARY, language))
    table = lists.dictionary_table(chosen, edition, language)
    take_away_table("dictionnaire", view.say("page_dictionary"), table, view)
    for theme, (anchor, title) in zip(themes, titles, strict=True):
        st.header(_plain(title), anchor=anchor)
        indicators = [indicator for indicator in chosen if indicator.theme == theme]
        st.html(tables.dictionary(indicators, edition, view.docs_url, language))
    st.header(bases, anchor="bases")
    st.html(tables.plain_table(bases, lists.bases_table(edition, language), language))


def _accessibility(view: View, page: Page) -> None:
    st.markdown(Path(__file__).with_name(f"accessibility_{view.language}.md").read_text("utf-8"))


def _plain(text: str) -> str:
    """A text that Markdown leaves as it is.

    Of an address it makes a link even where each sign is escaped, but not where an invisible one
    (a word joiner) stands before its dots and colons.
    """
    text = re.sub(r"(?<=\S)[.:@](?=\S)", "\u2060\\g<0>", text)
    return "".join("\\" + sign if sign in "\\`*_{}[]()<>#+-.!|~$:" else sign for sign in text)
