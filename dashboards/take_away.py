"""The menu under each chart and table, and the files of a whole page.

Files are made when they are asked for, and the buttons when the menu is opened.
"""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cvg_warehouse.reading import export, workbooks
from cvg_warehouse.reading.charts import chart
from cvg_warehouse.reading.data import WHOLE, Indicator
from cvg_warehouse.reading.grids import Grid
from cvg_warehouse.reading.lists import TextTable
from cvg_warehouse.reading.paper import Titled, page_pdf
from cvg_warehouse.reading.sources import citation, source_text
from cvg_warehouse.reading.texts import place_name, value_label
from cvg_warehouse.reading.workbooks import Linked
from dashboards.addresses import address
from dashboards.pages import Page
from dashboards.view import View


def take_away_grid(grid: Grid, view: View, page: Page) -> None:
    """The menu of a grid."""
    menu = _open_menu(grid.key, view)
    if menu is None:
        return
    edition, language = view.edition, view.language
    link = address(view.address, page.path, view.query, block=grid.key)
    source = source_text(edition, language)
    files: dict[str, Callable[[], bytes]] = {
        "xlsx": lambda: workbooks.grid_workbook(grid, edition, link, language),
        "csv": lambda: export.csv_bytes(export.records([grid], edition, language)),
    }
    if grid.shape == "table":
        files["csv_table"] = lambda: export.table_bytes(grid, edition, link, language)
    if chart(grid, language):
        files["png"] = lambda: export.image(grid, source, link, "png", language)
        files["svg"] = lambda: export.image(grid, source, link, "svg", language)
    with menu:
        _buttons(
            grid.key,
            files,
            lambda kind: export.file_name(grid, edition, kind.split("_")[0], language),
            view,
        )
        st.caption(view.say("citation"))
        st.code(citation(grid, edition, link, language), language=None, wrap_lines=True)
        st.caption(view.say("link"))
        st.code(link, language=None, wrap_lines=True)


def take_away_page(
    shown: Sequence[Grid],
    view: View,
    page: Page,
    tables: Sequence[Titled] = (),
    defined: Sequence[Indicator] = (),
) -> None:
    """Buttons for all that a page shows, and for the whole edition."""
    edition, language, choice = view.edition, view.language, view.choice
    title = view.say("page_" + page.key)
    linked = [
        Linked(grid, address(view.address, page.path, view.query, block=grid.key)) for grid in shown
    ]
    place = "" if choice.place == WHOLE else f"-{choice.place}"
    of_page = f"{page.path or page.key}{place}-{choice.year}"
    link = address(view.address, page.path, view.query)
    about = " · ".join(
        (
            place_name(edition, choice.place, language),
            str(choice.year),
            value_label(edition, "population", choice.population, language),
        )
    )
    files: dict[str, tuple[str, Callable[[], bytes]]] = {
        "page_pdf": (
            export.named_file(of_page, edition, "pdf", language),
            lambda: page_pdf(title, about, shown, edition, link, language, tables, defined),
        ),
    }
    if shown:
        files["page_xlsx"] = (
            export.named_file(of_page, edition, "xlsx", language),
            lambda: workbooks.page_workbook(title, linked, edition, language),
        )
    files["edition_xlsx"] = (
        export.named_file(choice.population, edition, "xlsx", language),
        lambda: workbooks.edition_workbook(edition, choice.population, language),
    )
    with st.container(horizontal=True, key="emporter-page", gap="small", width="content"):
        for key, (name, make) in files.items():
            st.download_button(
                view.say(key), make, name, key=key, on_click="ignore", type="tertiary"
            )


def take_away_table(key: str, title: str, table: TextTable, view: View) -> None:
    """The menu of a table of texts."""
    menu = _open_menu(key, view)
    if menu is None:
        return
    lines = export.table_lines(table, view.edition, view.language)
    notes: list[list[export.Value]] = [
        [view.say("export_title"), title],
        *export.edition_notes(view.edition, view.language),
    ]
    files: dict[str, Callable[[], bytes]] = {
        "csv": lambda: export.csv_bytes(lines),
        "xlsx": lambda: workbooks.lines_workbook(lines, notes, view.language),
    }
    with menu:
        _buttons(
            key, files, lambda kind: export.named_file(key, view.edition, kind, view.language), view
        )


def _open_menu(key: str, view: View) -> DeltaGenerator | None:
    menu = st.popover(
        view.say("take_away"), key=f"emporter-{key}", on_change="rerun", type="tertiary"
    )
    return menu if menu.open else None


def _buttons(
    key: str,
    files: dict[str, Callable[[], bytes]],
    file_name: Callable[[str], str],
    view: View,
) -> None:
    """A button for each kind of file."""
    with st.container(horizontal=True):
        for kind, make in files.items():
            st.download_button(
                view.say(kind), make, file_name(kind), key=f"{kind}-{key}", on_click="ignore"
            )
