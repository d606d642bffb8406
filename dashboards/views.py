"""Shows pages: every block through one renderer, and the few pages that are more than blocks."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from dashboards import filters
from dashboards.pages import (
    ACCESSIBILITY,
    COMPARE,
    DICTIONARY,
    LASTING_JOB,
    QUALITY,
    REPORT,
    TERRITORY,
    Page,
)

from cvg_warehouse.reading import export, tables
from cvg_warehouse.reading.charts import MOST_CHART_COLUMNS, chart, without_whole
from cvg_warehouse.reading.data import WHOLE, Edition, Measure, ReportItem
from cvg_warehouse.reading.grids import Block, Choice, Grid, grids, item_block
from cvg_warehouse.reading.reference import reference_table
from cvg_warehouse.reading.texts import (
    Language,
    breakdown_label,
    indicator_label,
    place_name,
    say,
)

ITEM, MEASURE = "element", "mesure"
TILES_WIDTH = 460


@dataclass(frozen=True)
class View:
    """What a page is shown with. `address` is the app's, without a page; `more` what the page
    itself adds to the address bar."""

    edition: Edition
    choice: Choice
    language: Language
    address: str
    docs_url: str = field(default_factory=lambda: os.environ.get("CVG_DOCS_URL", ""))
    more: dict[str, str] = field(default_factory=dict)

    def say(self, key: str, *values: object) -> str:
        """A text in the view's language."""
        return say(self.language, key, *values)


def show(page: Page, view: View) -> None:
    """Show a page."""
    own: dict[str, Callable[[View, Page], None]] = {
        TERRITORY.key: _territory,
        COMPARE.key: _compare,
        REPORT.key: _report,
        QUALITY.key: _quality,
        DICTIONARY.key: _dictionary,
        ACCESSIBILITY.key: _accessibility,
    }
    own.get(page.key, _blocks)(view, page)


def _blocks(view: View, page: Page) -> None:
    shown = [
        grid
        for block in page.blocks
        for grid in grids(block, view.choice, view.edition, view.language)
    ]
    if not shown:
        _none_of_these(view)
        return
    st.html(tables.contents([(grid.key, grid.title) for grid in shown], view.language))
    for grid in shown:
        _grid(grid, view, page)
    if left_out := _left_out(view, page):
        st.html(tables.note(view.say("page_not_published", " ; ".join(left_out))))


def _left_out(view: View, page: Page) -> list[str]:
    """Labels of the page's indicators of which the edition publishes nothing."""
    named = {measure.indicator_id for block in page.blocks for measure in block.measures}
    return [
        indicator_label(indicator, view.language)
        for name, indicator in view.edition.indicators.items()
        if name in named and name not in view.edition.breakdowns
    ]


def _grid(grid: Grid, view: View, page: Page) -> None:
    """A grid with all that belongs to it: title, chart, table, definition, what to take away."""
    language = view.language
    source = export.source_text(view.edition, language)
    how = tables.explanation(grid, source, view.docs_url, language)
    st.header(_plain(grid.title), anchor=grid.key)
    st.html(tables.filters_line(grid) + tables.headline(grid, language))
    if grid.shape == "cards":
        st.html(tables.cards(grid, language) + how)
    else:
        spec = chart(grid, language)
        if spec:
            width = TILES_WIDTH if grid.shape == "tiles" else "stretch"
            st.vega_lite_chart(spec, theme=None, width=width, key=f"chart-{grid.key}")
        st.html(_notes(grid, bool(spec), view) + tables.grid_table(grid, language) + how)
    _take_away(grid, view, page)


def _notes(grid: Grid, drawn: bool, view: View) -> str:
    if grid.focus != view.choice.place:
        name = place_name(view.edition, view.choice.place, view.language)
        return tables.note(view.say("place_not_published", name))
    if not drawn:
        return tables.note(view.say("table_only"))
    missing = sum(1 for figure in grid.cells if figure.value is None)
    if grid.shape == "flow" and missing:
        return tables.note(view.say("flow_masked", missing))
    if without_whole(grid):
        return tables.note(view.say("whole_in_table"))
    if grid.shape == "matrix" and len(grid.columns) > MOST_CHART_COLUMNS:
        return tables.note(view.say("chart_first_columns", MOST_CHART_COLUMNS))
    return ""


def _take_away(grid: Grid, view: View, page: Page) -> None:
    """The files are made when they are asked for, and the buttons when the menu is opened."""
    edition, language = view.edition, view.language
    menu = st.popover(view.say("take_away"), key=f"emporter-{grid.key}", on_change="rerun")
    if not menu.open:
        return
    link = export.address(
        view.address, page.path, view.choice, language, more=view.more, anchor=grid.key
    )
    lines = export.records(grid, edition, language)
    notes = export.notes(grid, edition, link, language)
    source = export.source_text(edition, language)
    files: dict[str, Callable[[], bytes]] = {
        "csv": lambda: export.csv_bytes(lines),
        "xlsx": lambda: export.xlsx_bytes(lines, notes, language),
    }
    if chart(grid, language):
        files["png"] = lambda: export.image(grid, source, "png", language)
        files["svg"] = lambda: export.image(grid, source, "svg", language)
    with menu:
        with st.container(horizontal=True):
            for kind, make in files.items():
                st.download_button(
                    view.say(kind),
                    make,
                    export.file_name(grid, edition, kind),
                    key=f"{kind}-{grid.key}",
                    on_click="ignore",
                )
        st.caption(view.say("citation"))
        st.code(export.citation(grid, edition, link, language), language=None, wrap_lines=True)
        st.caption(view.say("link"))
        st.code(link, language=None, wrap_lines=True)


def _none_of_these(view: View) -> None:
    st.info(view.say("none_of_these"))
    st.button(
        view.say("reset_indicators"),
        on_click=lambda: st.session_state.update(indicateur=[]),
    )


def _territory(view: View, page: Page) -> None:
    if view.choice.place == WHOLE:
        st.info(view.say("choose_territory"))
    _blocks(view, page)


def _compare(view: View, page: Page) -> None:
    """One measure for all territories: map, ranking, years."""
    edition, language = view.edition, view.language
    measures = {
        f"{name}:{breakdown}": (name, breakdown)
        for name in view.choice.indicators or edition.indicators
        for breakdown in edition.breakdowns.get(name, ())
        if not name.startswith("partners.partner_actions")
    }
    if not measures:
        _none_of_these(view)
        return
    usual = ":".join((LASTING_JOB.measures[0].indicator_id, LASTING_JOB.measures[0].pattern))
    options = list(measures)
    first = usual if usual in measures else options[0]
    filters.of_the_page(MEASURE, view.say("measure"), options, first, language)
    chosen_key = st.selectbox(
        view.say("measure"),
        options,
        key=MEASURE,
        format_func=lambda key: _measure_label(*measures[key], edition, language),
    )
    view.more[MEASURE] = chosen_key
    measure = measures[chosen_key]
    label = _measure_label(*measure, edition, language)
    chosen = (Measure(*measure),)

    def title(key: str) -> str:
        return f"{view.say(key)} – {label}"

    for block in (
        Block("carte", chosen, title("block_map"), places="territories", shape="tiles"),
        Block("rang", chosen, title("block_ranking"), places="territories"),
        Block("annees", chosen, title("block_over_years"), years="all"),
    ):
        for grid in grids(block, view.choice, edition, language):
            _grid(grid, view, page)


def _measure_label(name: str, breakdown: str, edition: Edition, language: Language) -> str:
    indicator = edition.indicators[name]
    labels = (
        indicator_label(indicator, language),
        breakdown_label(edition, indicator, breakdown, language),
    )
    return " – ".join(filter(None, labels))


def _report(view: View, page: Page) -> None:
    """One item of the Bilan at a time, chosen or turned to."""
    items = view.edition.report_items
    wanted = [
        str(number)
        for number, item in items.items()
        if not view.choice.indicators
        or any(measure.indicator_id in view.choice.indicators for measure in item.measures)
    ]
    if not wanted:
        _none_of_these(view)
        return
    filters.of_the_page(ITEM, view.say("report_item"), wanted, wanted[0], view.language)
    position = wanted.index(st.session_state[ITEM])

    def turn(by: int) -> None:
        st.session_state[ITEM] = wanted[(position + by) % len(wanted)]

    number = st.selectbox(
        view.say("report_item"),
        wanted,
        key=ITEM,
        format_func=lambda number: f"{number}. {items[int(number)].title_fr}",
    )
    view.more[ITEM] = number
    with st.container(horizontal=True):
        st.button("← " + view.say("previous"), on_click=turn, args=(-1,))
        st.button(view.say("next") + " →", on_click=turn, args=(1,))
    item = items[int(number)]
    st.html(
        tables.note(
            f"{item.section} · {view.say('kind_' + item.kind)} · {number} / {len(items)}. "
            + view.say("item_french_title")
        )
    )
    if item.reference_seed:
        _reference(item, view)
    made = grids(item_block(item), view.choice, view.edition, view.language)
    for grid in made:
        _grid(grid, view, page)
    if not made and not item.reference_seed:
        st.info(view.say("item_not_published"))


def _reference(item: ReportItem, view: View) -> None:
    st.header(_plain(item.title_fr), anchor=f"element-{item.item}")
    header, rows = reference_table(item.reference_seed or "", view.edition, view.language)
    st.html(
        tables.note(view.say("reference_list"))
        + tables.plain_table(item.title_fr, header, rows, view.language)
    )
    _take_away_lines(f"element-{item.item}", item.title_fr, header, rows, view)


def _quality(view: View, page: Page) -> None:
    """For reviewers: the edition's own description, and printed beside computed figures."""
    edition, language = view.edition, view.language
    st.header(view.say("quality_edition"), anchor="edition")
    rows = export.edition_table(edition, language)
    st.html(tables.plain_table(view.say("quality_edition"), ("", ""), rows, language))
    st.header(view.say("quality_reconciliation"), anchor="rapprochement")
    everything = view.say("quality_all")
    statuses = dict.fromkeys(row["status"] for row in edition.reconciliation)
    places = dict.fromkeys(row["table_id"] or "" for row in edition.reconciliation)
    with st.container(horizontal=True):
        status = st.selectbox(
            view.say("quality_status"),
            ["", *statuses],
            index=1 + list(statuses).index("contradicted") if "contradicted" in statuses else 0,
            key="etat",
            format_func=lambda name: view.say("reconciliation_" + name) if name else everything,
        )
        table = st.selectbox(
            view.say("quality_table"),
            [None, *places],
            key="tableau",
            format_func=lambda name: (
                everything if name is None else name or view.say("quality_prose")
            ),
        )
    found = [
        row
        for row in edition.reconciliation
        if (not status or row["status"] == status)
        and (table is None or (row["table_id"] or "") == table)
        and (not view.choice.indicators or row["indicator_id"] in view.choice.indicators)
    ]
    if not found:
        st.info(view.say("quality_none"))
        return
    header, lines = export.reconciliation_lines(found, edition, language)
    title = view.say("quality_reconciliation")
    st.html(
        tables.note(view.say("quality_lines", len(found)))
        + tables.plain_table(title, header, lines, language)
    )
    _take_away_lines("rapprochement", title, header, lines, view)


def _dictionary(view: View, page: Page) -> None:
    """Every indicator, theme by theme, then the bases."""
    edition, language = view.edition, view.language
    chosen = [
        indicator
        for name, indicator in edition.indicators.items()
        if not view.choice.indicators or name in view.choice.indicators
    ]
    themes = dict.fromkeys(indicator.theme for indicator in chosen)
    titles = [(theme, view.say("theme_" + theme)) for theme in themes]
    st.html(tables.contents([*titles, ("bases", view.say("dictionary_bases"))], language))
    header, rows = export.dictionary_lines(chosen, edition, language)
    _take_away_lines("dictionnaire", view.say("page_dictionary"), header, rows, view)
    for theme, title in titles:
        st.header(title, anchor=theme)
        st.html(
            '<div class="how">'
            + "".join(
                tables.definition(
                    indicator,
                    view.docs_url,
                    language,
                    {
                        "column_statistic": view.say("statistic_" + indicator.statistic),
                        "column_breakdown": export.values_text(indicator, edition, language),
                        "column_published_in": indicator.published_in or "",
                    },
                )
                for indicator in chosen
                if indicator.theme == theme
            )
            + "</div>"
        )
    bases = dict.fromkeys(one.base for one in edition.indicators.values() if one.base)
    st.header(view.say("dictionary_bases"), anchor="bases")
    st.html(
        tables.plain_table(
            view.say("dictionary_bases"),
            [view.say("base"), view.say("identifier")],
            [[view.say("base_" + base), base] for base in bases],
            language,
        )
    )


def _accessibility(view: View, page: Page) -> None:
    st.markdown(Path(__file__).with_name(f"accessibility_{view.language}.md").read_text("utf-8"))


def _take_away_lines(
    key: str, title: str, header: list[str], rows: list[list[str]], view: View
) -> None:
    """Take away a table of texts."""
    language, edition = view.language, view.edition
    menu = st.popover(view.say("take_away"), key=f"emporter-{key}", on_change="rerun")
    if not menu.open:
        return
    lines: list[list[export.Value]] = [list(header), *(list(row) for row in rows)]
    notes = [[view.say("export_title"), title], *export.edition_notes(edition, language)]
    with menu, st.container(horizontal=True):
        st.download_button(
            view.say("csv"),
            lambda: export.csv_bytes(lines),
            f"cvg-{key}-{edition.edition_id}.csv",
            on_click="ignore",
        )
        st.download_button(
            view.say("xlsx"),
            lambda: export.xlsx_bytes(lines, notes, language),
            f"cvg-{key}-{edition.edition_id}.xlsx",
            on_click="ignore",
        )


def _plain(text: str) -> str:
    """A text that Markdown leaves as it is."""
    return "".join("\\" + sign if sign in "\\`*_{}[]()<>#+-.!|~$:" else sign for sign in text)
